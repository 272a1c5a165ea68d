"""What became of each planted listing: flagged or not, rightly or not, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, fields
from typing import Any

from apk_analysis.fingerprint import ANALYSER_VERSION
from demo.market import Market
from demo.planted import Planted, planted
from detection.detectors import genuine
from detection.look import look
from detection.subject import Subject
from index.home import Home
from index.messages import both
from index.model import Listing
from index.open import open_index
from index.profiles import Profile, load_profiles
from index.protocol import Index
from index.reading import read

Sentence = Mapping[str, str]
"""'zh' and 'en' -> text."""
LISTING_FIELDS = {field.name for field in fields(Listing)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One planted listing beside what the machine made of it."""

    planted: Planted
    listing: dict[str, Any] | None
    """As stored; None when it was not even seen."""
    findings: tuple[dict[str, Any], ...] = ()
    """Findings that say violation or lead."""
    cleared: tuple[Sentence, ...] = ()
    """What speaks for a listing that was not flagged."""

    @property
    def right(self) -> bool:
        """Flagged in the right group and for the right brand, or seen and rightly not flagged."""
        if self.listing is None:
            return False
        if self.planted.verdict == "benign":
            return not self.findings
        return any(
            finding["group"] == self.planted.group and self.planted.brand in {None, finding["brand"]}
            for finding in self.findings
        )


def compare(market: Market, home: Home) -> list[Outcome]:
    """Each planted listing beside what the index holds of it."""
    profiles = load_profiles(home.brands)
    with closing(open_index(home, write=False)) as index:
        flagged: dict[object, list[dict[str, Any]]] = defaultdict(list)
        for hit in index.scan("NOT verdict:benign", kind="findings"):
            flagged[hit.value["listing_id"]].append({**hit.value, "id": hit.id})
        return [_outcome(truth, market.listing_id(truth), flagged, index, profiles) for truth in planted()]


def _outcome(
    truth: Planted,
    name: str,
    flagged: Mapping[object, list[dict[str, Any]]],
    index: Index,
    profiles: dict[str, Profile],
) -> Outcome:
    stored = index.get(name)
    if stored is None:
        return Outcome(planted=truth, listing=None)
    found = tuple(sorted(flagged.get(name, ()), key=lambda finding: -finding["priority"]))
    cleared = () if found else tuple(_speaks_for(stored.value, index, profiles))
    return Outcome(planted=truth, listing={**stored.value, "id": name}, findings=found, cleared=cleared)


def _speaks_for(value: Mapping[str, Any], index: Index, profiles: dict[str, Profile]) -> Iterator[Sentence]:
    """The brand's own hand, the way the text speaks, or the plain fact that nothing was found.

    A listing that no rule accuses is stored without reasons, so they are asked for here, of the same detectors.
    """
    listing = read(Listing, {name: value[name] for name in value.keys() & LISTING_FIELDS}, str(value["url"]))
    sample = index.sample(str(value["sample"]), ANALYSER_VERSION) if value["sample"] else None
    subject = Subject(listing=listing, fingerprint=sample, profiles=profiles)
    said: list[Sentence] = [{"zh": one.zh, "en": one.en} for one in genuine.detect(subject)]
    for frame, field, start, end in look(subject).frames:
        first, last = field.text.span("joined", start, end)
        said.append(both(f"detection.frame_{frame.id}", quote=field.raw[first:last]))
    brand = profiles.get(value["judgement"]["brand"] or "")
    if not said and brand:
        said.append(both("demo.names_brand", brand=brand.names[0].text))
    yield from said or [both("demo.nothing_found")]
