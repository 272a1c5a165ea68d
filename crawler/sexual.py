"""The sexual-material rule: for listings of undress tools and the like, no media byte is fetched, rendered or archived.

Which bytes are media, and how they are cut out of pages, says `index.media`.
"""

from __future__ import annotations

import re

from detection.scoring import TEXT_MODEL, probability
from index.media import RULED
from index.model import Judgement, Violation

CONSIDERED = 0.2
"""The rule holds already where such a violation is a possibility."""
MEDIA_TYPES = frozenset({"image", "imageset", "media", "font", "object", "texttrack", "manifest", "ping", "other"})
"""Resource types of a browser that are not requested."""
MEDIA_NAMES = re.compile(
    r"\.(?:apng|avif|bmp|gif|heic|ico|jpe?g|jxl|png|svg|tiff?|webp|m3u8|m4a|m4v|mov|mp[34]|mpeg|ogg|ogv|ts|wav|weba|webm)$",
    re.IGNORECASE,
)


def no_media(judgement: Judgement) -> bool:
    """Whether the rule holds for what was judged so."""
    return considered(judgement, RULED)


def considered(judgement: Judgement, ruled: tuple[str, ...]) -> bool:
    """Whether such a violation is a possibility: to everything together, or to the rules without the text model.

    That a text reads like a harmless one may clear a listing; it opens no picture.
    """
    return any(_possible(violation) for violation in judgement.violations if violation.id.startswith(ruled))


def _possible(violation: Violation) -> bool:
    by_rules = [one.strength for one in violation.evidence if one.detector != TEXT_MODEL]
    return max(violation.probability, probability(by_rules) if by_rules else 0.0) >= CONSIDERED


def allow_resource(resource_type: str, url: str) -> bool:
    """Whether a browser that renders a page for us may load this. `resource_type` as Playwright names it."""
    return (
        resource_type not in MEDIA_TYPES
        and not url.lower().startswith("data:")
        and not MEDIA_NAMES.search(url.partition("?")[0].partition("#")[0])
    )
