"""The text of a piece of page as a reader sees it: lines kept, scripts and hidden parts left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import lxml.html
from lxml import etree
from lxml.cssselect import CSSSelector
from parsel import Selector

BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "blockquote",
            "dd",
            "div",
            "dl",
            "dt",
            "figure",
            "footer",
            "form",
            "header",
            "hr",
            "li",
        ),
        *("h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"),
    )
)
UNSEEN = frozenset(("script", "style", "noscript", "template", "head", "title"))
HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SPACE = re.compile(r"[^\S\r]+")
_MARKUP = re.compile(r"<[A-Za-z!/]|&#?\w+;")
_BREAKS = re.compile(r"<(?:br|p|div|li|tr|h[1-6])\b", re.IGNORECASE)
"""Where a text has these, they are its line ends, and line feeds are white space."""


def text_of(html: str | None, *, without: str = "") -> str:
    """Text of `html`, one line for each line a reader sees. `without`: CSS of parts to leave out as well."""
    if not html:
        return ""
    tree = _tree(html) if "<" in html or "&" in html else None
    pieces = [html.replace("\r", "\n")] if tree is None else _pieces(tree, without)
    lines = (line.strip() for line in _SPACE.sub(" ", "".join(pieces)).split("\r"))
    return "\n".join(line for line in lines if line)


def _tree(html: str) -> lxml.html.HtmlElement | None:
    try:
        # Without bounds of its own the parser would drop what is nested deeper than 256 elements; browsers show it.
        parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
        return lxml.html.document_fromstring(html.replace("\r", "\n").replace("\0", "").encode(), parser)
    except (etree.ParserError, UnicodeEncodeError):  # nothing but white space; lone surrogates
        return None


@lru_cache
def _selector(css: str) -> CSSSelector:
    return CSSSelector(css)


def _pieces(tree: lxml.html.HtmlElement, without: str) -> Iterator[str]:
    """The texts of the tree, with a carriage return wherever a line ends."""
    left_out = set(_selector(without)(tree)) if without else set()
    walk = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        is_block = element.tag in BLOCKS
        if event == "start":
            if is_block or element.tag == "br":
                yield "\r"
            if element.tag in UNSEEN or element in left_out or _is_hidden(element):
                walk.skip_subtree()
            else:
                yield element.text or ""
        else:
            yield "\r" if is_block else ""
            yield element.tail or ""


def _is_hidden(element: lxml.html.HtmlElement) -> bool:
    return element.get("hidden") is not None or HIDDEN_STYLE.search(element.get("style", "")) is not None


def plain(value: object) -> str:
    """A text value of a page's data: as it is, or, where markup was put into it (perhaps escaped twice), its text."""
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    for _ in range(2):
        if not _MARKUP.search(text):
            break
        text = text_of(text if _BREAKS.search(text) else text.replace("\n", "<br>"))
    return text


def attribute(element: Selector, name: str) -> str:
    """One attribute of an element, empty where it is not there.

    `Selector.attrib` reads all of them, and fails where a page has one whose name no XML may have.
    """
    return str(element.root.get(name, ""))


def links_of(html: str | None) -> list[tuple[str, str]]:
    """(address, text) of each anchor, as written."""
    tree = _tree(html) if html and "<" in html else None
    anchors = tree.iter("a") if tree is not None else ()
    return [(anchor.get("href"), anchor.text_content()) for anchor in anchors if anchor.get("href")]


def masked(text: str, names: Iterable[str | None]) -> str:
    """`text` with `names` of people starred where they are addressed or quoted; elsewhere they may be words."""
    known = sorted({name for name in names if name and len(name) > 1}, key=len, reverse=True)
    if not known:
        return text
    anyone = "|".join(re.escape(name) for name in known)
    addressed = rf"(?<![\w.])(@|回复|回覆|引用|[Rr]eply to)(\s*)(?:{anyone})(?!\w)"
    quoted = rf"(?<!\w)(?:{anyone})(\s*(?:发表于|發表於|写道|wrote|said|schrieb))"
    return re.sub(quoted, r"***\1", re.sub(addressed, r"\1\2***", text))
