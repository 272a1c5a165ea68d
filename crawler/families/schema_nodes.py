"""What a page says about itself in schema.org terms (JSON-LD, microdata) or Open Graph, as plain nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import lxml.html
from bs4 import BeautifulSoup
from extruct.jsonld import JsonLdExtractor
from extruct.opengraph import OpenGraphExtractor
from extruct.w3cmicrodata import MicrodataExtractor
from scrapy.http import HtmlResponse

from apk_analysis.fingerprint import Problem
from index.model import SourceKind

Node = dict[str, Any]
"""Properties of one thing; '@type' holds its type without vocabulary. Values: text, number, Node, or list of these."""

OFFERED: dict[str, SourceKind] = {
    **dict.fromkeys(("Product", "ProductGroup", "ProductModel", "IndividualProduct", "SomeProducts"), "shop"),
    **dict.fromkeys(("SoftwareApplication", "MobileApplication", "WebApplication", "VideoGame"), "app_store"),
    "DiscussionForumPosting": "forum",
}
"""Type of thing that is a listing -> kind of source."""
INSIDE = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "about")
"""Properties that lead from a page to what it offers; 'isRelatedTo' and the like lead away from it."""
WRAPPER = re.compile(r"^\s*(?:<!--|(?://)?\s*<!\[CDATA\[)|(?:-->|(?://)?\s*\]\]>)\s*$")
"""What hides a script from ancient browsers."""
NO_TEXT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no element may hold: control characters, which shops copy into their descriptions."""
MARK = "ld+json"
MOST_NODES = 500
DEEPEST = 12
LARGEST = 8 << 20
"""Bytes of a page; larger ones are not asked for microdata, which costs time in the square of their size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """Everything found."""

    nodes: tuple[Node, ...]
    """Things that are listings, as found on the page, JSON-LD before microdata."""
    graph: dict[str, str]
    """Open Graph: property -> first value."""
    problems: tuple[Problem, ...]


def described(page: HtmlResponse) -> Described:
    """What the page says. Broken blocks are problems; what stands beside them is still read."""
    html, url, tree = page.text, page.url, page.selector.root
    blocks, problems = _json_ld(tree, url)
    microdata: list[Node] = []
    if len(html) <= LARGEST:
        try:
            microdata = [_node(item) for item in MicrodataExtractor().extract_items(tree, base_url=url)]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:  # extruct on odd markup
            problems.append(Problem(part="page", kind="malformed_microdata", detail=f"{url}: {error}"[:500]))
    nodes = _merged(list(_offered([*blocks, *microdata]))[:MOST_NODES])
    if not nodes and MARK in html:
        nodes = _merged(list(_offered(_second_look(html, url)))[:MOST_NODES])
    return Described(nodes=nodes, graph=_open_graph(tree, url), problems=tuple(problems))


def _json_ld(tree: Any, url: str) -> tuple[list[Any], list[Problem]]:
    """Each block by itself: one that is broken must not hide the others."""
    found: list[Any] = []
    problems = []
    reader = JsonLdExtractor()
    for script in tree.xpath('//script[contains(@type, "ld+json")]')[:MOST_NODES]:
        block = lxml.html.Element("script", type="application/ld+json")
        block.text = NO_TEXT.sub(" ", WRAPPER.sub("", script.text_content()))
        try:
            found += reader.extract_items(block)
        except (ValueError, RecursionError) as error:
            problems.append(Problem(part="page", kind="malformed_json_ld", detail=f"{url}: {error}"[:500]))
    return found, problems


def _second_look(html: str, url: str) -> list[Any]:
    """JSON-LD of pages so broken that lxml takes it for text, as after a title or text area that is never closed."""
    scripts = BeautifulSoup(html, "html.parser").find_all("script", type=re.compile("ld\\+json"))
    body = "".join(f'<script type="application/ld+json">{script.string or ""}</script>' for script in scripts)
    return _json_ld(lxml.html.fromstring(f"<html><body>{body}</body></html>"), url)[0]


def _node(item: Any, depth: int = 0) -> Any:
    """An item of extruct's microdata as a Node."""
    if isinstance(item, list):
        return [_node(part, depth + 1) for part in item]
    if not isinstance(item, dict) or depth > DEEPEST:
        return item
    properties = {name: _node(value, depth + 1) for name, value in item.get("properties", {}).items()}
    return {"@type": item.get("type", ""), **properties}


def types_of(node: Node) -> list[str]:
    """Types without vocabulary: 'http://schema.org/Product' is 'Product'. Other vocabularies do not count."""
    written = node.get("@type")
    names = [name for name in (written if isinstance(written, list) else [written]) if isinstance(name, str)]
    return [name.rpartition("/")[2].rpartition(":")[2] for name in names if "/" not in name or "schema.org/" in name]


def _offered(things: Iterable[Any], depth: int = 0) -> Iterator[Node]:
    for thing in things:
        if isinstance(thing, list) and depth < DEEPEST:
            yield from _offered(thing, depth + 1)
        elif isinstance(thing, dict):
            if any(name in OFFERED for name in types_of(thing)):
                yield thing
            elif depth < DEEPEST:
                yield from _offered([thing[name] for name in INSIDE if name in thing], depth + 1)


def _merged(nodes: list[Node]) -> tuple[Node, ...]:
    """Nodes of one name are one thing that is described twice: the first one's properties count."""
    things: dict[str, Node] = {}
    for node in nodes:
        name = str(node.get("name") or node.get("headline") or "").strip()
        if name:
            things[name] = {**node, **things.get(name, {})}
    return tuple(things.values())


def _open_graph(tree: Any, url: str) -> dict[str, str]:
    graph: dict[str, str] = {}
    if tree.head is None:  # none, or one after the end of the page, at which extruct raises
        return graph
    for item in OpenGraphExtractor().extract_items(tree, base_url=url):
        for name, value in item["properties"]:
            if isinstance(value, str) and value.strip():
                graph.setdefault(name, value.strip())
    return graph
