"""Share texts as apps put them on the clipboard: a title, a link or a code (口令), and words that every message has.

Nothing is opened or decoded: what the text says is what is known, and the page has to be seen later.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from crawler.families.addresses import host_of
from crawler.supplied.delimited import decoded
from crawler.supplied.headings import ADDRESS
from index.model import SourceKind
from index.reading import yaml_of

LONGEST = 20_000
"""Characters of one message."""
MOST = 20_000
"""Messages of one text."""
LARGEST = 16 << 20
"""Bytes of one text."""
# Taobao's code stands between two signs of money or the like; other apps write '#...' or ten letters between smileys.
CODE = re.compile(
    r"(?P<sign>[¥￥$€£₤₴₳¢₰₪✔《(（/])(?P<code>[A-Za-z0-9]{8,14})(?:[¥￥$€£₤₴₳¢₰₪✔》)）/])"
    r"|(?P<program>#小程序://[^\s，。]{1,60})"
    r"|[😆😄🎁🍉🌟✨]\s?(?P<smiling>[A-Za-z0-9]{10,20})\s?[😆😄🎁🍉🌟✨]"
)
TOKEN = re.compile(r"[?&]tk=([A-Za-z0-9]{6,20})")
QUOTED = re.compile(
    r"[「『](?P<corner>[^「」『』]{2,500})[」』]|【(?P<lens>[^【】]{2,300})】|《(?P<book>[^《》]{2,300})》"
)
_NOISE = re.compile(
    r"^\s*\d{1,2}\.\d{2}\b|[A-Za-z]{1,4}:/|\b[A-Za-z]@[\w.]{1,6}|\b\d{2}/\d{2}\b|:\d{1,2}(?:am|pm)|\b[A-Z]{2}\d{4,6}\b"
)
_WORDS = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One message."""

    text: str
    """All of it."""
    title: str
    url: str = ""
    code: str | None = None
    """What the app that made the message would open it by."""
    platform: str = ""
    kind: SourceKind | None = None


@dataclass(frozen=True, slots=True)
class _Platform:
    name: str
    kind: SourceKind
    hosts: tuple[str, ...]
    marks: tuple[str, ...]


@cache
def _known() -> tuple[tuple[_Platform, ...], re.Pattern[str]]:
    raw = yaml_of((files("crawler.supplied") / "share.yml").read_text("utf-8"))
    platforms = tuple(
        _Platform(name, said["kind"], tuple(said["hosts"]), tuple(mark.casefold() for mark in said["marks"]))
        for name, said in raw["platforms"].items()
    )
    phrases = sorted(raw["phrases"], key=len, reverse=True)
    return platforms, re.compile("|".join(map(re.escape, phrases)))


def messages(text: str) -> Iterator[tuple[int, str]]:
    """Number of the first line, and text, of each message: parted by blank lines, or where another link begins."""
    held: list[str] = []
    start, linked = 1, False
    for number, line in enumerate(text.splitlines(), start=1):
        says = bool(ADDRESS.search(line) or CODE.search(line))
        if held and (not line.strip() or (says and linked)):
            yield start, "\n".join(held)
            held, linked = [], False
        if line.strip():
            start = number if not held else start
            held.append(line.strip())
            linked = linked or says
    if held:
        yield start, "\n".join(held)


def read_share(text: str) -> Shared | None:
    """What one message says; None where it has neither link nor code."""
    text = text[:LONGEST].strip()
    address, code = ADDRESS.search(text), CODE.search(text)
    if address is None and code is None:
        return None
    url = address[0].rstrip(".,;:!?)") if address else ""
    token = TOKEN.search(url)
    named = next((part for part in code.group("code", "program", "smiling") if part), None) if code else None
    platform = _platform(url, text)
    return Shared(
        text=text,
        title=_title(text, platform.name if platform else ""),
        url=url,
        code=named or (token[1] if token else None),
        platform=platform.name if platform else "",
        kind=platform.kind if platform else None,
    )


def _platform(url: str, text: str) -> _Platform | None:
    """Told by the words at the message's beginning or in brackets first: short links of one host serve several."""
    platforms, _ = _known()
    host, said = host_of(url).partition(":")[0], text.casefold()
    bracket = re.match(r"\W*【([^【】]{1,10})】", said)
    for platform in platforms:
        if bracket and bracket[1] in platform.marks:
            return platform
    for platform in platforms:
        if any(host == own or host.endswith(f".{own}") for own in platform.hosts):
            return platform
    return next((platform for platform in platforms if any(mark in said for mark in platform.marks)), None)


def _title(text: str, platform: str) -> str:
    """What is quoted, longest first; else the longest line once link, code and everybody's words are taken away."""
    platforms, phrases = _known()
    names = {mark for one in platforms for mark in (one.name.casefold(), *one.marks)}
    quoted = [part for found in QUOTED.finditer(text) for part in found.groups() if part]
    quoted = [part for part in quoted if part.strip().casefold() not in names and _WORDS.search(part)]
    inner = [found for part in quoted for found in [QUOTED.search(part)] if found]
    corner = [found["corner"] for found in QUOTED.finditer(text) if found["corner"]]
    for part in (*(next(filter(None, found.groups())) for found in inner), *corner):
        if _WORDS.search(part):
            return _short(phrases.sub(" ", part).strip("【】 ") or part)
    if program := re.search(r"#小程序://([^\s/，。]{2,40})", text):
        return program[1]
    before, link, after = _around(text)
    for part in (before, after if link else ""):
        bare = phrases.sub("\n", CODE.sub("\n", part))
        lines = [_short(_NOISE.sub(" ", _without_names(line, names))) for line in bare.splitlines()]
        if said := max((line for line in lines if _WORDS.search(line)), key=len, default=""):
            return said
    return max(map(_short, quoted), key=len, default="") or platform or text[:80]


def _around(text: str) -> tuple[str, str, str]:
    """What stands before the link or, where there is none, around the code; the link; what stands behind it."""
    found = ADDRESS.search(text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")


def _without_names(line: str, names: set[str]) -> str:
    return re.sub(r"【([^【】]{1,10})】", lambda found: "" if found[1].casefold() in names else found[0], line)


def _short(text: str) -> str:
    return " ".join(text.split()).strip(" ，,。！!👉👈-|")[:300]


def text_of_bytes(data: bytes) -> str:
    """The text in whatever encoding it is in; bytes that fit none as U+FFFD."""
    text = "".join(decoded(io.BytesIO(data)))
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
