"""The sexual-material rule: for listings of undress tools and the like, no media byte is fetched, rendered or archived.

Text and layout are evidence enough; the people in such pictures are harmed by every copy.
"""

from __future__ import annotations

import re
from hashlib import sha256

from index.model import Judgement

RULED = ("p1-1b", "p2-3")
"""Violations (and all their sub-items) under which no media is touched."""
CONSIDERED = 0.2
"""The rule holds already where such a violation is a possibility."""
MEDIA_TYPES = frozenset({"image", "media", "font", "object", "imageset", "texttrack"})
"""Resource types of a browser that are not requested."""
MEDIA_NAMES = re.compile(
    r"\.(?:apng|avif|bmp|gif|heic|ico|jpe?g|jxl|png|svg|tiff?|webp|m3u8|m4a|m4v|mov|mp[34]|mpeg|ogg|ogv|ts|wav|weba|webm)$",
    re.IGNORECASE,
)
DATA_MEDIA = re.compile(rb"""data:(?:image|video|audio|font)/[^"'\s)>]*""", re.IGNORECASE)


def no_media(judgement: Judgement) -> bool:
    """Whether the rule holds for what was judged so."""
    return any(
        violation.probability >= CONSIDERED and violation.id.startswith(ruled)
        for violation in judgement.violations
        for ruled in RULED
    )


def allow_resource(resource_type: str, url: str) -> bool:
    """Whether a browser that renders a page for us may load this. `resource_type` as Playwright names it."""
    return (
        resource_type not in MEDIA_TYPES
        and not url.lower().startswith("data:")
        and not MEDIA_NAMES.search(url.partition("?")[0].partition("#")[0])
    )


def cut_data_media(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The page without the media that stand in it as `data:` addresses, and the SHA-256 of each that was cut out."""
    cut: list[str] = []

    def mark(found: re.Match[bytes]) -> bytes:
        digest = sha256(found.group()).hexdigest()
        cut.append(digest)
        return b"about:blank#cut-" + digest[:16].encode()

    return DATA_MEDIA.sub(mark, body), tuple(cut)
