"""The visitor in a page's text: tokens, names, pictures and contacts, and where pages say them.

A hostile page must not be able to have its evidence cut by dressing it up as a visitor's name. So a name is cut
everywhere only where the request's cookies say it. What the page itself calls its visitor (in places that engines keep
for that, in objects of its scripts) is cut where it stands alone or is greeted, at most a few times; beside a logout
link a few short texts are cut, and there only. A name that stands in the title stays.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Any

from parsel import Selector

from index.reading import yaml_of

Counts = Counter[tuple[str, str]]
"""(Kind of what was cut, where) -> how often."""
MARK = "[cut]"
_GUARDED = (
    r"(?:[\w-]{0,20}(?:csrf|xsrf)[\w-]{0,20}|(?:access|refresh|auth|id|user|login|session|api|security|verify)[_-]?(?:token|key|ticket)"
    r"|session_?id|sess(?:ion)?|sid|phpsessid|jsessionid|authenticity_token|__requestverificationtoken|formhash"
    r"|_wpnonce|_tb_token_|_xfToken|x5sec|jwt|ticket|passw(?:or)?d|token)"
)
TOKEN = re.compile(
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
MOST_SECRETS, MOST_NAMES = 60, 6
"""Values that one page is searched for: browsers keep some dozens of cookies for a site; a visitor has one name."""
_GREETED = r"(?:您好|你好|欢迎(?:回来|您)?|hello|hi|welcome(?: back)?)[\s,，:：]{1,3}"
MOST_ALONE = 8
"""Places at which a page says its visitor's name by itself."""
LONGEST_OBJECT = 20_000
"""Characters of a script object about the visitor."""


@cache
def places() -> dict[str, tuple[str, ...]]:
    """What private.yml lists, by name."""
    raw = yaml_of((files("crawler.supplied") / "private.yml").read_text("utf-8"))
    return {name: tuple(map(str, said)) for name, said in raw.items()}


@cache
def _objects() -> re.Pattern[str]:
    names = "|".join(places()["objects"])
    return re.compile(rf"""(?<![\w-])["']?(?:{names})["']?\s{{0,5}}[:=]\s{{0,5}}(?=\{{)""")


@cache
def _said() -> re.Pattern[str]:
    names = "|".join(places()["said_of_people"])
    return re.compile(
        rf"""((?<![\w-])["']?(?:{names})["']?\s{{0,5}}:\s{{0,5}})("(?:[^"\\]|\\.){{1,1000}}"|'[^'\\]{{1,1000}}'|\d{{1,20}})"""
    )


def is_name(text: str) -> bool:
    """Whether a text is short, but not so short that it would be found everywhere."""
    return 2 <= len(text) <= 40 and (len(text) >= 4 or not text.isascii()) and re.search(r"[^\W\d_]", text) is not None


def shorn(text: str, counts: Counts, *, is_html: bool, accounts: set[str], secrets: set[str]) -> str:
    """The text without its visitor; `accounts` and `secrets` are what the request said. Counts what was cut."""
    for secret in sorted(secrets, key=len, reverse=True)[:MOST_SECRETS]:
        text = _everywhere(text, secret, counts, "token", "text")
    text = _JWT.sub(lambda _: _count(counts, "token", "text"), text)
    said: set[str] = set()
    text = _viewer_objects(text, said, counts)
    if is_html:
        text = _FIELD.sub(lambda found: _field(found[0], counts), text)
        said |= _elements(text)
        text = _near_logout(text, counts)
        text = _avatars(text, counts)
    text = TOKEN.sub(counting(counts, "token", "script or link"), text)
    title = _title(text) if is_html else ""
    for name in sorted(accounts, key=len, reverse=True)[:MOST_NAMES]:
        if name not in title:
            text = _everywhere(text, name, counts, "account", "text")
    for name in sorted(said - accounts, key=len, reverse=True)[:MOST_NAMES]:
        if name not in title:
            text = _alone(text, name, counts)
    return text


def _count(counts: Counts, kind: str, where: str) -> str:
    counts[kind, where] += 1
    return MARK


def counting(counts: Counts, kind: str, where: str) -> Any:
    """For `TOKEN.sub`: keeps the name of a token, cuts and counts its value."""
    return lambda found: found["before"] + _count(counts, kind, where)


def _everywhere(text: str, value: str, counts: Counts, kind: str, where: str) -> str:
    """Without the value, where it stands as a word of its own."""
    start = r"(?<![A-Za-z0-9_])" if value[0].isascii() else ""
    end = r"(?![A-Za-z0-9_])" if value[-1].isascii() else ""
    return re.sub(f"{start}{re.escape(value)}{end}", lambda _: _count(counts, kind, where), text)


def _alone(text: str, name: str, counts: Counts) -> str:
    """Without the name where it is all that an element, an attribute or a script's text says, or is greeted."""
    word = re.escape(name)
    spots = rf"""(?P<before>[>"']\s{{0,20}}|{_GREETED}){word}(?=\s{{0,20}}[<"']|[^\w])"""
    return re.sub(
        spots,
        lambda found: found["before"] + _count(counts, "account", "text"),
        text,
        count=MOST_ALONE,
        flags=re.IGNORECASE,
    )


def _field(tag: str, counts: Counts) -> str:
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
            for css in places()["viewer"]
            for element in page.css(css)
            for said in (
                *element.css("::text").getall(),
                *element.xpath("./@content | ./@title | ./@data-current-user").getall(),
            )
        ]
    except (ValueError, RecursionError):  # no page at all
        return set()
    return {name for name in found if is_name(name) and not _MENU.fullmatch(name)}


def _avatars(text: str, counts: Counts) -> str:
    """Without the visitor's picture, wherever its address stands."""
    try:
        page = Selector(text=text)
        found = {src for css in places()["avatars"] for src in page.css(f"{css}::attr(src)").getall() if len(src) >= 4}
    except (ValueError, RecursionError):
        return text
    for address in sorted(found)[:MOST_NAMES]:
        if address != MARK:
            text = text.replace(address, MARK)
            counts["avatar", "element"] += 1
    return text


def _near_logout(text: str, counts: Counts) -> str:
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


def _viewer_objects(text: str, accounts: set[str], counts: Counts) -> str:
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
                is_name(name)
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
