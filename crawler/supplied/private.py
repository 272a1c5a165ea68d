"""What belongs to the person who saved a page is cut out before anything is kept, and the cut is written down.

Cut are cookies, authorization, tokens, and the visitor's own name, avatar and contacts. A hostile page must not be able
to have its evidence cut by dressing it up as a visitor's name. So a name is cut everywhere only where it stands in a
cookie or in a place that an engine keeps for the visitor, and then never in the page's title; beside a logout link only
short texts are cut, at most a few, and there only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from parsel import Selector

from crawler.families.readable import encoding_of
from crawler.supplied.brought import Cut, SavedPage
from crawler.supplied.raw_page import RawPage
from index.reading import yaml_of

MARK = "[cut]"
HEADERS = frozenset(
    {
        *("content-type", "content-language", "date", "last-modified", "etag", "expires", "server", "location", "link"),
        *("cache-control", "age", "via", "x-powered-by", "x-generator", "content-disposition", "x-robots-tag"),
    }
)
"""Header fields of answers that are kept; others may name the visitor."""
COOKIE = frozenset({"cookie", "set-cookie", "cookie2", "set-cookie2"})
_SECRET_HEADER = re.compile(r"authorization|token|secret|api-?key|csrf|xsrf|session|credential", re.IGNORECASE)
_GUARDED = (
    r"(?:[\w-]{0,20}(?:csrf|xsrf)[\w-]{0,20}|(?:access|refresh|auth|id|user|login|session|api|security|verify)[_-]?(?:token|key|ticket)"
    r"|session_?id|sess(?:ion)?|sid|phpsessid|jsessionid|authenticity_token|__requestverificationtoken|formhash"
    r"|_wpnonce|_tb_token_|_xfToken|x5sec|jwt|ticket|passw(?:or)?d|token)"
)
_TOKEN = re.compile(
    # name: "value" of scripts, name=value of addresses; a value is long and no word.
    rf"""(?P<before>(?<![\w-])["']?{_GUARDED}["']?\s{{0,5}}[:=]\s{{0,5}}["']?)(?P<value>[A-Za-z0-9+/_.~%-]{{8,4000}}=*)""",
    re.IGNORECASE,
)
_FIELD = re.compile(r"<(?:input|meta)\b[^<>]{1,2000}>", re.IGNORECASE)
_FIELD_NAME = re.compile(rf"""\b(?:name|id)\s{{0,5}}=\s{{0,5}}["']?{_GUARDED}["'\s>/]""", re.IGNORECASE)
_FIELD_VALUE = re.compile(
    r"""(\b(?:value|content)\s{0,5}=\s{0,5})("[^"]{1,4000}"|'[^']{1,4000}'|[^\s"'<>]{1,4000})""", re.IGNORECASE
)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{8,2000}")
_LOGOUT = re.compile(
    r"""<a\b[^<>]{0,600}?(?:logout|log-out|log_out|signout|sign-out|sign_out)[^<>]{0,600}>"""
    r"""|>\s{0,20}(?:退出登录|安全退出|退出|注销|Log\s?out|Sign\s?out)\s{0,20}<""",
    re.IGNORECASE,
)
BEFORE, AFTER, MOST_NEAR = 1500, 500, 6
"""Characters around a logout link, and so many short texts there, that may be the visitor's."""
_NEAR = re.compile(
    r"""(?P<open><(?P<tag>a|span|strong|b|em|i|div|li|p)\b(?P<attributes>[^<>]{0,600})>\s{0,20})(?P<text>[^<>]{2,40}?)(?=\s{0,20}<)"""
)
_PERSONAL = re.compile(
    r"user|member|account|profile|nick|space[-=/]|uid|/u/|/people/|/home|mypage|person", re.IGNORECASE
)
_MENU = re.compile(
    r"(?:我的.{0,6}|个人.{0,6}|用户.{0,4}|账[号户].{0,6}|会员.{0,4}|设置|消息.{0,4}|退出.{0,4}|注销|收藏夹?|购物车|订单|提醒.{0,4}"
    r"|my .{0,20}|account|settings|profile|messages?|log ?out|sign ?out|orders?|cart|wish ?list|help|home|dashboard)",
    re.IGNORECASE,
)
_AVATAR = re.compile(
    r"""<img\b[^<>]{0,800}?\bsrc\s{0,5}=\s{0,5}["'](?P<src>[^"'<>]{4,1000})["'][^<>]{0,400}>""", re.IGNORECASE
)
_CONTACT = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}|(?<!\d)1[3-9]\d{9}(?!\d)", re.ASCII)
LONGEST_OBJECT = 20_000
"""Characters of a script object about the visitor."""


@cache
def _places() -> dict[str, tuple[str, ...]]:
    raw = yaml_of((files("crawler.supplied") / "private.yml").read_text("utf-8"))
    return {name: tuple(map(str, said)) for name, said in raw.items()}


@cache
def _objects() -> re.Pattern[str]:
    names = "|".join(_places()["objects"])
    return re.compile(rf"""(?<![\w-])["']?(?:{names})["']?\s{{0,5}}[:=]\s{{0,5}}(?=\{{)""")


@cache
def _said() -> re.Pattern[str]:
    names = "|".join(_places()["said_of_people"])
    return re.compile(
        rf"""((?<![\w-])["']?(?:{names})["']?\s{{0,5}}:\s{{0,5}})("(?:[^"\\]|\\.){{1,1000}}"|'[^'\\]{{1,1000}}'|\d{{1,20}})"""
    )


def without_saver(page: RawPage, taken_at: str) -> SavedPage:
    """The page as it may be kept, judged and shown. `taken_at`: for pages that do not say when they were saved."""
    counts: Counter[tuple[str, str]] = Counter()
    headers = _headers(page, counts)
    accounts, secrets = _of_request(page, counts)
    encoding = encoding_of(page.body, _media(page).encode("latin-1", "replace"))
    text = page.body.decode(encoding, "surrogateescape")
    shorn = _shorn(text, "html" in _media(page).lower(), accounts, secrets, counts)
    body = page.body if shorn == text else shorn.encode(encoding, "surrogateescape")
    url = _TOKEN.sub(_counting(counts, "token", "address"), page.url).replace(MARK, "cut")
    cut: list[Any] = [Cut(kind=kind, where=where, count=n) for (kind, where), n in sorted(counts.items())]  # type: ignore[arg-type] # kinds are ours
    return SavedPage(
        url=url, status=page.status, headers=headers, body=body, taken_at=page.taken_at or taken_at, cut=tuple(cut)
    )


def told(cuts: Iterable[Cut]) -> str:
    """'account=2 (element), token=1 (meta)': what was cut, how often and where; never what it was."""
    return ", ".join(f"{cut.kind}={cut.count} ({cut.where})" for cut in cuts)


def _media(page: RawPage) -> str:
    return next((value for name, value in page.headers if name.lower() == "content-type"), "")


def _headers(page: RawPage, counts: Counter[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    for name, _ in page.headers:
        if name.lower() in COOKIE:
            counts["cookie", f"header {name.title()}"] += 1
        elif _SECRET_HEADER.search(name):
            counts["token", f"header {name.title()}"[:60]] += 1
    return tuple((name, value) for name, value in page.headers if name.lower() in HEADERS)


def _of_request(page: RawPage, counts: Counter[tuple[str, str]]) -> tuple[set[str], set[str]]:
    """Names and secrets that the request, of which nothing is kept, and the answer's cookies carry."""
    accounts: set[str] = set()
    secrets: set[str] = set()
    for name, value in (*page.sent, *(pair for pair in page.headers if pair[0].lower() in COOKIE)):
        if name.lower() in COOKIE:
            for pair in value.split(";")[: 1 if "set" in name.lower() else None]:
                key, _, content = pair.strip().partition("=")
                _of_cookie(key, content, accounts, secrets)
        elif "authorization" in name.lower():
            secrets.add(value.rpartition(" ")[2])
    for name, _ in page.sent:
        if name.lower() in COOKIE:
            counts["cookie", "request"] += 1
        elif "authorization" in name.lower():
            counts["authorization", "request"] += 1
        elif _SECRET_HEADER.search(name):
            counts["token", "request"] += 1
    return {name for name in accounts if _is_name(name)}, {value for value in secrets if len(value) >= 16}


def _of_cookie(key: str, content: str, accounts: set[str], secrets: set[str]) -> None:
    plain = unquote(content.strip('"'))
    if key.lower() in _places()["cookies"]:
        accounts.add(plain)
    elif re.fullmatch(r"[A-Za-z0-9+/_.~%-]{16,4000}=*", content):
        secrets.add(content)


def _is_name(text: str) -> bool:
    """Whether a text is short, but not so short that it would be found everywhere."""
    return 2 <= len(text) <= 40 and (len(text) >= 4 or not text.isascii()) and re.search(r"[^\W\d_]", text) is not None


def _shorn(text: str, is_html: bool, accounts: set[str], secrets: set[str], counts: Counter[tuple[str, str]]) -> str:  # noqa: FBT001 - private
    for secret in sorted(secrets, key=len, reverse=True):
        text = _everywhere(text, secret, counts, "token", "text")
    text = _JWT.sub(lambda _: _count(counts, "token", "text"), text)
    text = _viewer_objects(text, accounts, counts)
    if is_html:
        text = _FIELD.sub(lambda found: _field(found[0], counts), text)
        accounts |= _elements(text)
        text = _near_logout(text, counts)
        text = _avatars(text, counts)
    text = _TOKEN.sub(_counting(counts, "token", "script or link"), text)
    title = _title(text) if is_html else ""
    for name in sorted(accounts, key=len, reverse=True):
        if name not in title:
            text = _everywhere(text, name, counts, "account", "text")
    return text


def _count(counts: Counter[tuple[str, str]], kind: str, where: str) -> str:
    counts[kind, where] += 1
    return MARK


def _counting(counts: Counter[tuple[str, str]], kind: str, where: str) -> Any:
    return lambda found: found["before"] + _count(counts, kind, where)


def _everywhere(text: str, value: str, counts: Counter[tuple[str, str]], kind: str, where: str) -> str:
    """Without the value, where it stands as a word of its own."""
    start = r"(?<![A-Za-z0-9_])" if value[0].isascii() else ""
    end = r"(?![A-Za-z0-9_])" if value[-1].isascii() else ""
    return re.sub(f"{start}{re.escape(value)}{end}", lambda _: _count(counts, kind, where), text)


def _field(tag: str, counts: Counter[tuple[str, str]]) -> str:
    """A form's or head's field that holds a token."""
    if not _FIELD_NAME.search(tag):
        return tag
    where = tag[1:6].lower().strip()
    return _FIELD_VALUE.sub(lambda found: f'{found[1]}"{_count(counts, "token", where)}"', tag, count=1)


def _elements(text: str) -> set[str]:
    """Names in the places that engines keep for the visitor."""
    try:
        page = Selector(text=text)
        found = [
            " ".join(said.split())
            for css in _places()["viewer"]
            for element in page.css(css)
            for said in (
                *element.css("::text").getall(),
                *element.xpath("./@content | ./@title | ./@data-current-user").getall(),
            )
        ]
    except (ValueError, RecursionError):  # no page at all
        return set()
    return {name for name in found if _is_name(name) and not _MENU.fullmatch(name)}


def _avatars(text: str, counts: Counter[tuple[str, str]]) -> str:
    """Without the visitor's picture, wherever its address stands."""
    try:
        page = Selector(text=text)
        found = {src for css in _places()["avatars"] for src in page.css(f"{css}::attr(src)").getall() if len(src) >= 4}
    except (ValueError, RecursionError):
        return text
    for address in found:
        if address != MARK:
            text = text.replace(address, MARK)
            counts["avatar", "element"] += 1
    return text


def _near_logout(text: str, counts: Counter[tuple[str, str]]) -> str:
    """Without the short texts, pictures and contacts that a page shows beside its logout link."""
    found = _LOGOUT.search(text)
    if found is None:
        return text
    start, end = max(0, found.start() - BEFORE), found.end() + AFTER
    near, left = text[start:end], MOST_NEAR

    def cut_text(place: re.Match[str]) -> str:
        nonlocal left
        said = place["text"].strip()
        if (
            left <= 0
            or not _PERSONAL.search(place["attributes"])
            or _MENU.fullmatch(said)
            or not re.search(r"\w", said)
        ):
            return place[0]
        left -= 1
        return place["open"] + _count(counts, "account", "beside the logout link")

    near = _NEAR.sub(cut_text, near)
    near = _CONTACT.sub(lambda _: _count(counts, "contact", "beside the logout link"), near)
    near = _AVATAR.sub(
        lambda place: (
            place[0].replace(place["src"], _count(counts, "avatar", "beside the logout link"))
            if re.search(r"avatar|head|face|portrait|user|member", place[0], re.IGNORECASE)
            else place[0]
        ),
        near,
    )
    return text[:start] + near + text[end:]


def _viewer_objects(text: str, accounts: set[str], counts: Counter[tuple[str, str]]) -> str:
    """Without what script objects say of the visitor."""
    parts, place = [], 0
    for found in _objects().finditer(text):
        if found.end() < place:
            continue
        end = _closing(text, found.end())
        said = text[found.end() : end]
        for value in _said().finditer(said):
            name = value[2].strip("\"'")
            if (
                _is_name(name)
                and not name.startswith(("http", "/"))
                and re.search(r"nam|nick|login", value[1], re.IGNORECASE)
            ):
                accounts.add(name)
        cut = _said().sub(lambda value: value[1] + '"' + _count(counts, "account", "script") + '"', said)
        parts += [text[place : found.end()], cut]
        place = end
    return "".join((*parts, text[place:]))


def _closing(text: str, start: int) -> int:
    """Where the braces that open at `start` are closed again, or as far as anybody looks."""
    depth = 0
    for found in re.compile(r"[{}]").finditer(text, start, start + LONGEST_OBJECT):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.end()
    return min(len(text), start + LONGEST_OBJECT)


def _title(text: str) -> str:
    found = re.search(r"<title[^<>]{0,200}>([^<]{0,1000})", text, re.IGNORECASE)
    return found[1] if found else ""
