"""Addresses as identities: without tracking, session ids and order of parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

TRACKING = re.compile(
    r"utm_\w+|wt_\w+|_ga|_gl|gclid|gbraid|wbraid|dclid|fbclid|msclkid|yclid|igshid|mc_[ce]id|_hs\w+|spm|scm|pvid"
    r"|ref|ref_|referrer|referer|share\w*|aff|aff_id|affiliate|campaign\w*"
    r"|sid|phpsessid|jsessionid|aspsessionid\w*|oscsid|zenid|session\w*|sessid",
    re.IGNORECASE,
)
"""Query parameters that a page can be asked for without."""
SHOWING = re.compile(
    r"hl|gl|lang|language|locale|currency|from|highlight|feedback|num|extra|mobile|_t|timestamp|token", re.IGNORECASE
)
"""Query parameters that change how a listing is shown, not which one; addresses keep them, native ids do not."""
SESSION_VALUE = re.compile(r"s=[0-9a-f]{32}", re.IGNORECASE)
"""vBulletin's session id; a plain `s` is a search."""
_PAIR = r"[\w.~-]+(?:=[\w.~-]*)?"
SIMPLE = re.compile(
    r"(?P<host>https?://[a-z0-9][a-z0-9.-]*(?::\d{1,4})?)(?!.*/\.)(?P<path>/[\w.~/-]*)?"
    rf"(?:\?(?P<query>{_PAIR}(?:&{_PAIR})*)?)?(?:#.*)?",
    re.ASCII,
)
"""Addresses in which nothing is escaped, or would have to be."""
PLACED = re.compile(
    r"(?:https?://[a-z0-9][a-z0-9.-]*(?::\d{1,4})?)?/(?!/)[\w.~/%?=&,@!$'()*+:\x80-\U0010ffff-]*"
    r"|[\w.~%\x80-\U0010ffff-][\w.~/%?=&,@!$'()*+\x80-\U0010ffff-]*",
    re.ASCII,
)
"""A link that leads to the same address from every page of its site, or, if it begins with a name, of its folder."""
WHOLE = ("/", "http://", "https://")
"""Beginnings of links that are no names in a folder."""
PATH_SESSION = re.compile(r";(?:jsessionid|sid|phpsessid)=[^/?#]*", re.IGNORECASE)
SAMPLE = re.compile(r"\.(?:apk|xapk|apkm|apks)(?=$|[?#&])", re.IGNORECASE)
SAMPLE_IN_TEXT = re.compile(
    r"https?://[\w\-./%~:@!$&*+,;=?]+?\.(?:apk|xapk|apkm|apks)\b(?:\?[\w\-./%~:@&=+]*)?", re.IGNORECASE | re.ASCII
)
PACKAGE = re.compile(r"(?:com|org|net|io|cn|me|app|ai|de|tv|co|xyz|top|dev|info|cc)(?:\.[A-Za-z]\w*){1,8}", re.ASCII)
MOST_ADDRESSES = 20
LONGEST_ADDRESS = 4000


def clean_url(url: str, base: str = "") -> str | None:
    """The address that stays the same however somebody came to the page; None for what is no http address.

    Idempotent. Relative addresses are joined to `base`. Pages of one site repeat the same links: these are worked out
    once, whichever page they stand on.
    """
    if len(url) > LONGEST_ADDRESS:
        return None
    url = url.strip()
    site, folder = _places(base)
    if (known := _placed(url, site if url.startswith(WHOLE) else folder)) != "":
        return known
    try:
        return _clean(urljoin(base, url))
    except ValueError:
        return None


def clean_near(links: Iterable[str], base: str, host: str) -> Iterator[str]:
    """What `clean_url` makes of the links of one page, where that is an address on `host`."""
    site, folder = _places(base)
    for written in links:
        if len(written) > LONGEST_ADDRESS:
            continue
        link = written.strip()
        url = _on_host(link, site if link.startswith(WHOLE) else folder, host)
        if url == "":
            url = clean_url(link, base)
            url = url if url and host_of(url) == host else None
        if url:
            yield url


@lru_cache(maxsize=20_000)
def _on_host(link: str, place: str, host: str) -> str | None:
    """The link cleaned, None where it leads to another host; '' where the place alone does not tell."""
    url = _placed.__wrapped__(link, place)
    return url if not url or host_of(url) == host else None


@lru_cache(maxsize=1000)
def _places(base: str) -> tuple[str, str]:
    """The root of the site and the folder that an http address lies in; '' for anything else."""
    try:
        parts = urlsplit(base)
    except ValueError:
        return "", ""
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return "", ""
    site = f"{parts.scheme}://{parts.netloc}"
    return f"{site}/", f"{site}{parts.path.rpartition('/')[0]}/"


@lru_cache(maxsize=20_000)
def _placed(url: str, place: str) -> str | None:
    """The link cleaned; '' where the place alone does not tell."""
    return _clean(urljoin(place, url)) if place and PLACED.fullmatch(url) else ""


@lru_cache(maxsize=20_000)
def _clean(joined: str) -> str | None:
    """An absolute address cleaned."""
    try:
        if len(joined) > LONGEST_ADDRESS:
            return None
        if (simple := SIMPLE.fullmatch(joined)) is not None:
            return _simple(simple["host"], simple["path"], simple["query"])
        joined = PATH_SESSION.sub("", joined)
        parts = urlsplit(joined)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return None
        _ = parts.port
        address = urlsplit(canonicalize_url(joined))
        if not address.hostname:
            return None
    except ValueError:
        return None
    return urlunsplit((address.scheme, address.netloc, address.path or "/", _kept(address.query.split("&")), ""))


def _simple(host: str, path: str | None, query: str | None) -> str:
    """What `clean_url` makes of an address that needs no escaping: most do not, and escaping is slow."""
    pairs = sorted(tuple(pair.split("=", 1)) for pair in (query or "").split("&") if pair)
    cleaned = _kept("=".join(pair) for pair in pairs)
    return f"{host}{path or '/'}{'?' if cleaned else ''}{cleaned}"


def _kept(pairs: Iterable[str]) -> str:
    """The query without tracking and sessions; 'a=' and 'a' mean the same."""
    named = [pair.removesuffix("=") for pair in pairs if not SESSION_VALUE.fullmatch(pair)]
    return "&".join(pair for pair in _without(TRACKING, named) if pair)


def _without(noise: re.Pattern[str], pairs: Iterable[str]) -> list[str]:
    return [pair for pair in pairs if not noise.fullmatch(pair.partition("=")[0])]


def path_of(url: str) -> str:
    """Path and query of a clean address that name a page within its host: without closing slash and language."""
    parts = urlsplit(url)
    path, query = parts.path.rstrip("/") or "/", "&".join(_without(SHOWING, parts.query.split("&")))
    return f"{path}?{query}" if query else path


@lru_cache(maxsize=20_000)
def host_of(url: str) -> str:
    """Host with port, lower case; empty when there is none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def file_url(base: str, name: str) -> str | None:
    """Address of the file `name` (as an index spells it, not escaped) below `base`; None when it leads elsewhere."""
    if "//" in name or "\\" in name or ".." in name.split("/"):
        return None
    return f"{base.rstrip('/')}/{quote(name.lstrip('/'))}"


def samples_in(text: str, links: Iterable[tuple[str, str]] = (), base: str = "") -> tuple[str, ...]:
    """Addresses of samples: among `links` (address, text of the anchor), then spelt out in `text`. Each once."""
    found = [
        urljoin(base, href)
        for href, label in links
        if (SAMPLE.search(href) or SAMPLE.search(label.strip().split("\n")[0].strip())) and clean_url(href, base)
    ]
    found += SAMPLE_IN_TEXT.findall(text)
    usable = [url for url in found if clean_url(url)]
    return tuple(dict.fromkeys(usable))[:MOST_ADDRESSES]


def package_in(url: str) -> str | None:
    """The Android package name that an app page's address carries as a parameter or as a part of its path."""
    parts = urlsplit(url)
    words = [pair.partition("=")[2] for pair in parts.query.split("&")] + parts.path.split("/")
    return next((word for word in words if PACKAGE.fullmatch(word)), None)
