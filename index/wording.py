"""Wording of a listing as it is compared with another's: what changes from copy to copy is cut out first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from index.model import Listing

LONGEST = 6_000
"""Characters of a text that are compared."""
NEAR = 0.9
"""Share of characters in common (`rapidfuzz.fuzz.ratio` / 100) from which two texts are nearly the same."""
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'，。；]{1,200}|[\w.+-]{1,64}@[\w.-]{1,100}|[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}"
)
_UNIT = re.compile(r"[a-z]+|[^\W\d_a-z]")
"""A Latin word, or one sign of another script; figures and punctuation are no part of a wording."""


def flat(text: str) -> str:
    """Without figures, punctuation, width and case: prices and versions make no difference."""
    return _joined(_units(text))


def skeleton(listing: Listing) -> str:
    """What the page of a site says once names, addresses and figures are out: sites of one template say the same.

    A name is what title, seller or host share with the text: Latin words, and other signs two at a time.
    """
    names = _units(f"{listing.title} {listing.seller or ''}") + _units(listing.url.partition("//")[2].replace(".", " "))
    words = {unit for unit in names if unit.isascii()}
    pairs = set(pairwise(names))
    text = _units(_ADDRESS.sub(" ", listing.description[: 2 * LONGEST]))
    named = [unit in words for unit in text]
    for at, pair in enumerate(pairwise(text)):
        if pair in pairs and not (pair[0].isascii() or pair[1].isascii()):
            named[at] = named[at + 1] = True
    return _joined(unit for unit, cut in zip(text, named, strict=True) if not cut)


def alike(one: str, other: str) -> bool:
    """Whether two prepared texts are nearly the same. Linear for all that is given: texts are cut to `LONGEST`."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - only where texts are compared

    return bool(one and other) and fuzz.ratio(one, other, score_cutoff=NEAR * 100) > 0


def _units(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text[: 2 * LONGEST]).casefold()
    return _UNIT.findall(plain[: 2 * LONGEST])[:LONGEST]


def _joined(units: Iterable[str]) -> str:
    return "".join(f" {unit} " if unit.isascii() else unit for unit in units)
