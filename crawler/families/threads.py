"""A thread as a listing: the first post is the offer, the others are replies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from parsel import Selector

from crawler.families.addresses import MOST_ADDRESSES, clean_url, host_of, samples_in
from crawler.families.page_text import attribute, links_of, masked
from index.model import Listing

MOST_POSTS = 200
PICTURE = ("zoomfile", "file", "data-src", "data-original", "data-url", "src")
"""Attributes of lazily loaded pictures, best first."""
DECORATION = re.compile(
    r"/static/image/|/styles/|/(?:statusicon|misc|buttons)/|/smil(?:ey|ies)|/emoji|/(?:custom|user_)?avatar"
    r"|\b(?:none|clear)\.gif|^data:",
    re.IGNORECASE,
)
"""In addresses of pictures that say nothing."""
DECORATIVE = frozenset(("emoji", "smilie", "smilies", "inlineimg", "avatar"))
"""Classes of such pictures."""
SESSION = re.compile(r"(?<=[?&])(?:s|sid|phpsessid)=[0-9a-f]{26,32}(?:&|(?=#|$))", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post of a thread."""

    author: str | None
    published_at: str | None
    text: str
    html: str
    """Markup of the text and its attachments."""
    bio: str = ""
    """What its author has below every post."""
    also: tuple[str, ...] = ()
    """Other names by which the author is addressed."""


def thread_listing(
    posts: Sequence[Post],
    *,
    marketplace: Callable[[str], str],
    native_id: str,
    url: str,
    title: str,
    lang: str | None = None,
    counters: dict[str, float] | None = None,
) -> Listing:
    """The listing of a thread at `url` with at least one post. Repliers' names are starred where they are addressed."""
    offer, replies = posts[0], posts[1:MOST_POSTS]
    names = {name for post in replies for name in (post.author, *post.also)} - {offer.author, *offer.also}
    return Listing(
        marketplace=marketplace(url),
        native_id=native_id,
        url=url,
        title=title,
        source_kind="forum",
        description=offer.text,
        seller=offer.author,
        bio=offer.bio,
        lang=lang,
        reviews=tuple(text for post in replies if (text := masked(post.text, names))),
        image_urls=tuple(pictures(offer.html, url)),
        download_urls=tuple(_lasting(sample, url) for sample in samples_in(offer.text, links_of(offer.html), url)),
        published_at=offer.published_at,
        counters=counters or {},
    )


def _lasting(sample: str, url: str) -> str:
    """The address of a sample; a board's own without the session id that it puts into every link."""
    return SESSION.sub("", sample).rstrip("?&") if host_of(sample) == host_of(url) else sample


def pictures(html: str, base: str) -> Iterator[str]:
    """Addresses of the pictures in a post, without smileys and placeholders."""
    if "<img" not in html.lower():
        return
    for image in Selector(text=html).css("img")[:MOST_ADDRESSES]:
        sources = [value for name in PICTURE if (value := attribute(image, name))]
        decorative = DECORATIVE & set(attribute(image, "class").split())
        if sources and not decorative and not DECORATION.search(sources[0]) and (url := clean_url(sources[0], base)):
            yield url
