"""Sitemaps (sitemaps.org), read leniently and within bounds."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from lxml import etree
from scrapy.http import Response

from apk_analysis.fingerprint import Problem

MOST_ENTRIES = 100_000
LARGEST = 64 << 20
"""Bytes after inflating; the protocol allows 50 MiB."""
NAMED = re.compile(r"sitemap[\w.-]*(?:\.xml|\.php|/?$)|\.xml(?:\.gz)?$", re.IGNORECASE)
ROOT = re.compile(rb"<(?:\w+:)?(sitemapindex|urlset)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """Addresses as written, of pages, or, in an index, of further sitemaps."""

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    problem: Problem | None = None


def is_sitemap(response: Response) -> bool:
    """Whether the response is a sitemap, packed or not."""
    body = response.body
    packed = body[:2] == b"\x1f\x8b" and NAMED.search(response.url.partition("?")[0]) is not None
    return packed or ROOT.search(body[:4000]) is not None


def read_sitemap(response: Response) -> Sitemap:
    """Never raises for what a site can send. A comment before the XML declaration is forgiven."""
    try:
        body = _unpacked(response.body)
    except zlib.error as error:
        return Sitemap(problem=Problem(part="page", kind="malformed_sitemap", detail=f"{response.url}: {error}"))
    if (root := ROOT.search(body[:4000])) is None:
        return Sitemap(problem=Problem(part="page", kind="malformed_sitemap", detail=f"{response.url}: no sitemap"))
    # Whatever stands before the root element is left away: comments, declarations, and any DTD with its entities.
    addresses, problem = _addresses(body[root.start() :], response.url)
    if root[1] == b"sitemapindex":
        return Sitemap(sitemaps=addresses, problem=problem)
    return Sitemap(pages=addresses, problem=problem)


def _unpacked(body: bytes) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body
    inflate = zlib.decompressobj(31)
    return inflate.decompress(body, LARGEST)  # what follows is left away, as is what a cut file lacks


def _addresses(xml: bytes, url: str) -> tuple[tuple[str, ...], Problem | None]:
    parser = etree.XMLPullParser(events=("end",), recover=True, resolve_entities=False, no_network=True)
    found: dict[str, None] = {}
    for at in range(0, len(xml), 1 << 20):
        parser.feed(xml[at : at + (1 << 20)])
        for _, element in parser.read_events():
            name = etree.QName(element).localname
            parent = element.getparent()
            if name == "loc" and parent is not None and etree.QName(parent).localname in {"url", "sitemap"}:
                if address := (element.text or "").strip():
                    found[address] = None
            elif name in {"url", "sitemap"}:
                element.clear()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
        if len(found) >= MOST_ENTRIES:
            problem = Problem(part="page", kind="too_large", detail=f"{url}: more than {MOST_ENTRIES} entries")
            return tuple(found)[:MOST_ENTRIES], problem
    if not found:
        return (), Problem(part="page", kind="empty_sitemap", detail=url)
    return tuple(found), None
