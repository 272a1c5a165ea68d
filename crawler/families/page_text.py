"""The text of a piece of page as a reader sees it: lines kept, scripts and hidden parts left out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bs4 import BeautifulSoup
from bs4.element import Tag

BLOCKS = [
    *("address", "article", "blockquote", "dd", "div", "dl", "dt", "figure", "footer", "form", "header", "hr", "li"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"),
]
UNSEEN = "script, style, noscript, template, [hidden], [style*='display:none'], [style*='display: none']"
_SPACE = re.compile(r"[^\S\r]+")
_MARKUP = re.compile(r"<[A-Za-z!/]|&#?\w+;")


def text_of(html: str | None, *, without: str = "") -> str:
    """Text of `html`, one line for each line a reader sees. `without`: CSS of parts to leave out as well."""
    if not html:
        return ""
    soup = BeautifulSoup(html.replace("\r", "\n").replace("\0", ""), "lxml")
    for part in soup.select(f"{UNSEEN}, {without}" if without else UNSEEN):
        part.decompose()
    for tag in soup.find_all(BLOCKS):
        tag.insert_before("\r")
        tag.insert_after("\r")
    for line_break in soup.find_all("br"):
        line_break.replace_with("\r")
    lines = (line.strip() for line in _SPACE.sub(" ", soup.get_text()).split("\r"))
    return "\n".join(line for line in lines if line)


def plain(value: object) -> str:
    """A text value of a page's data: as it is, or, where markup was put into it (perhaps escaped twice), its text."""
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    for _ in range(2):
        if not _MARKUP.search(text):
            break
        text = text_of(text)
    return text


def links_of(html: str | None) -> list[tuple[str, str]]:
    """(address, text) of each anchor, as written."""
    anchors = BeautifulSoup(html or "", "lxml").find_all("a", href=True)
    return [(str(anchor["href"]), anchor.get_text()) for anchor in anchors if isinstance(anchor, Tag)]


def masked(text: str, names: Iterable[str | None]) -> str:
    """`text` with `names` of people starred where they are addressed or quoted; elsewhere they may be words."""
    known = sorted({name for name in names if name and len(name) > 1}, key=len, reverse=True)
    if not known:
        return text
    anyone = "|".join(re.escape(name) for name in known)
    addressed = rf"(?<![\w.])(@|回复|回覆|引用|[Rr]eply to)(\s*)(?:{anyone})(?!\w)"
    quoted = rf"(?<!\w)(?:{anyone})(\s*(?:发表于|發表於|写道|wrote|said|schrieb))"
    return re.sub(quoted, r"***\1", re.sub(addressed, r"\1\2***", text))
