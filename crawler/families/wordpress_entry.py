"""From an entry of WordPress (of its REST interface, or of its feed) to a listing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from parsel import Selector

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import MOST_ADDRESSES, clean_url, path_of, samples_in
from crawler.families.feed_entries import Entry
from crawler.families.json_page import at, said, things
from crawler.families.moments import moment
from crawler.families.page_text import attribute, links_of, masked, plain, text_of
from crawler.families.wordpress_site import folder_of, near, numbered, root_of
from index.model import Listing

NUMBER = re.compile(r"[?&]p(?:age_id)?=(\d+)$")
"""In the permanent id of an entry in a feed."""
DEEPEST = 6


def entry_listing(entry: dict[str, Any], base: str, marketplace: Callable[[str], str]) -> Listing | Problem:
    """The listing of an entry as the REST interface gave it at `base`, with what is embedded in it.

    A Problem where it has no number. An address on another host is not believed.
    """
    native_id = numbered(entry.get("id"), entry, base)
    if native_id is None:
        return Problem(part="page", kind="malformed_entry", detail=f"{base}: {str(entry)[:200]}")
    url = near(said(entry, "link"), base) or near(f"{root_of(base)}/?p={entry['id']}", base) or base
    html = said_html(entry, "content", "rendered")
    author = next(embedded(entry, "author"), {})
    terms = [name for term in embedded(entry, "wp:term") if (name := said(term, "name"))]
    text = "\n".join(part for part in (text_of(html), ", ".join(dict.fromkeys(terms))) if part)
    names = [said(reply, "author_name") for reply in embedded(entry, "replies")]
    replies = (text_of(said_html(reply, "content", "rendered")) for reply in embedded(entry, "replies"))
    shown = [said(picture, "source_url") for picture in embedded(entry, "wp:featuredmedia")]
    fields = "\n".join(_texts([entry.get("acf"), entry.get("meta")]))
    return Listing(
        marketplace=marketplace(url),
        native_id=native_id,
        url=url,
        title=" ".join(said(entry, "title", "rendered").split()) or text.partition("\n")[0][:200] or url,
        source_kind="site",
        description=text,
        seller=said(author, "name") or None,
        bio=said(author, "description"),
        reviews=tuple(masked(reply, names) for reply in replies if reply),
        image_urls=pictures(html, url, shown),
        download_urls=samples_in(f"{text}\n{fields}", links_of(html), url),
        published_at=moment(said(entry, "date_gmt")),
    )


def feed_listing(entry: Entry, url: str, marketplace: Callable[[str], str], lang: str | None) -> Listing:
    """The listing of an entry in the feed at `url`: its number where the feed says it, else path and query."""
    number, text = NUMBER.search(entry.id), text_of(entry.html)
    own = near(entry.link, url) or near(f"{root_of(url)}/?p={number[1]}" if number else "", url) or url
    folder = folder_of(url)
    return Listing(
        marketplace=marketplace(url),
        native_id=(f"{folder}/{number[1]}" if folder else number[1]) if number else path_of(own),
        url=own,
        title=entry.title or text.partition("\n")[0][:200] or own,
        source_kind="site",
        description=text,
        seller=entry.author,
        lang=lang,
        image_urls=pictures(entry.html, own),
        download_urls=samples_in(text, [(file, "") for file in entry.files] + links_of(entry.html), own),
        published_at=entry.published_at,
    )


def said_html(value: Any, *path: str) -> str:
    """The markup at the end of `path`, or ''."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def embedded(entry: Any, name: str) -> Iterator[dict[str, Any]]:
    """What is embedded in the entry under `name`, also in lists within the list."""
    found = at(entry, "_embedded", name)
    for part in found[:MOST_ADDRESSES] if isinstance(found, list) else ():
        yield from things({"parts": part if isinstance(part, list) else [part]}, "parts")


def pictures(html: str, base: str, first: list[str] | None = None) -> tuple[str, ...]:
    """Addresses of `first`, then of the pictures in the markup, each once."""
    images = Selector(text=html).css("img")[:MOST_ADDRESSES] if "<img" in html.lower() else []
    found = [*(first or []), *(attribute(image, "data-src") or attribute(image, "src") for image in images)]
    return tuple(dict.fromkeys(url for address in found if address and (url := clean_url(address, base))))


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    """Texts of fields that a site added to its entries: some keep the address of the download there."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in list(inner)[:MOST_ADDRESSES] if depth < DEEPEST else ():
        yield from _texts(part, depth + 1)
    if isinstance(value, str):
        yield plain(value)
