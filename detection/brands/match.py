"""Which brand, of all that are known, a row of name, package and developer imitates, is, or speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import get_args

from detection.brands import reading
from detection.brands.comparison import Comparison, Match, Row, Sign
from detection.brands.names import How, NameHit, compiled, is_head
from detection.brands.whole import Relation, Whole, WholeHit
from detection.compiling import once
from detection.normalise import Normalised, normalise
from index.profiles import Profile

__all__ = ["LONGEST", "Match", "Matcher", "Row", "matcher"]

LONGEST = 300
"""Characters of each cell that are looked at; no name, package or developer needs more."""
_MOST_BRANDS = 48
"""Brands that one row is compared with in full."""
_HEADS: Mapping[How, Relation] = {"misspelling": "misspelling", "homophone": "homophone", "typo": "typo"}
"""Other spellings tell only where the title is nothing but the name: inside a longer one they are other words."""
_MARKS = re.compile("[™®©]")
"""Signs of ownership, which anybody can write; folded they would be letters of the name."""
_RANK = {relation: -number for number, relation in enumerate(get_args(Relation))}


class Matcher:
    """Compiled profiles; `match` costs about the same among ten brands and among ten thousand."""

    def __init__(self, profiles: Mapping[str, Profile]) -> None:
        self._brands = compiled(profiles)
        self._whole = Whole(profiles.values())

    def match(self, row: Row) -> Match:
        """The brand that the row most probably imitates, or is, or speaks of."""
        row = Row(row.name[:LONGEST], row.package.strip()[:LONGEST], row.developer[:LONGEST])
        text = normalise(_MARKS.sub(" ", row.name))
        hits: dict[str, WholeHit] = {}
        inside = self._brands.names_in(text)
        for whole in (*self._whole.find(text), *_inside(text, inside)):
            former = hits.get(whole.profile.id)
            if former is None or _rank(whole) > _rank(former):
                hits[whole.profile.id] = whole
        beside = self._brands.packages.beside(row.package) if row.package else []
        profiles = {hit.profile.id: hit.profile for hit in sorted(hits.values(), key=_rank, reverse=True)}
        profiles |= {profile.id: profile for profile in beside}
        best: Match | None = None
        for profile in list(profiles.values())[:_MOST_BRANDS]:
            found = Comparison(row, text, profile, hits.get(profile.id)).result()
            if found is not None and (best is None or _telling(found) > _telling(best)):
                best = found
        return best or Match(None, "unrelated", 0.0, (Sign("near_to_none", 0.0, {}),))


@once
def matcher(profiles: Mapping[str, Profile]) -> Matcher:
    """The matcher of these very profiles; the last few are kept."""
    return Matcher(profiles)


def _rank(hit: WholeHit) -> tuple[int, int]:
    """The most telling first; of a bundle the brand that is named first, else the longest name."""
    bundled = hit.relation == "bundled" and hit.inside is not None
    return _RANK[hit.relation], -hit.inside.start if bundled and hit.inside else len(hit.name.text)


def _telling(match: Match) -> tuple[bool, float]:
    return match.kind == "genuine", match.probability


def _inside(text: Normalised, hits: tuple[NameHit, ...]) -> Iterator[WholeHit]:
    """Names that stand inside a longer one."""
    distinctive = {hit.profile.id for hit in hits if not reading.common(hit.name.text)}
    for hit in hits:
        start, _ = text.in_plain(hit.view, hit.start, hit.end)
        before = text.plain[:start]
        own = reading.nothing_else(text.plain, hit.profile)
        if not own and _is_chance(hit, before):
            continue
        relation: Relation = "contains" if before.strip(" -·#*【[(（") else "leads"
        if hit.how == "look_alike":
            relation = "disguised"
        elif hit.how in _HEADS and is_head(text, hit):
            relation = _HEADS[hit.how]
        elif own:
            relation = "trimmed"
        elif len(distinctive) > 1 and hit.profile.id in distinctive and not reading.leads_up(text.plain, start):
            relation = "bundled"
        yield WholeHit(hit.profile, hit.name, relation, hit)


def _is_chance(hit: NameHit, before: str) -> bool:
    """Two Chinese characters inside a longer word ('秘塔' in '神秘塔防')."""
    return len(hit.name.text) < 3 and bool(before) and "\u3400" <= before[-1] <= "\u9fff"
