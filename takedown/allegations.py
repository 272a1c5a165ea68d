"""What a notice says was observed: the violations of confirmed findings with reasons, exact quotes and provisions.

Only what speaks for a violation is repeated, never a probability and never what was not collected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from index.laws import Provision, provisions
from index.protocol import Stored
from index.taxonomy import Entry, taxonomy
from takedown.notice import RIGHTS, Allegation, Basis, Law, Quote

CONSIDERED = 0.5
"""Probability from which a violation of a confirmed finding is named; its strongest one always is."""
REASONS, QUOTES = 12, 2
"""Reasons of one violation in all, and quotes of it from one target."""
LONGEST = 2_000
"""Characters of a quote. A longer one is left out, never cut: it would be exact no more."""
TEXT_MODEL = "text_model"
"""Detector whose word is a likeness and no observation: repeated only where nothing else speaks."""
NOT_COLLECTED = ("未采集", "not collected")
OF_A_RIGHT = frozenset({("cn-ecommerce", "42"), ("cn-ecommerce", ""), ("cn-trademark", "57"), ("cn-trademark", "")})
"""Provisions about infringed rights: only for notices that rest on one."""
OF_THE_DEPICTED = "us-take-it-down"
"""Speaks of content and of the person in it, never of a tool or an app."""


@dataclass(slots=True)
class _Gathered:
    entry: Entry
    probability: float = 0.0
    zh: dict[str, None] = field(default_factory=dict)
    en: dict[str, None] = field(default_factory=dict)
    quotes: list[Quote] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)


def allegations(findings: Iterable[Stored], *, basis: Basis, jurisdiction: str) -> tuple[Allegation, ...]:
    """One for each violation, those that were seen directly and on most targets first."""
    gathered: dict[str, _Gathered] = {}
    count = 0
    for finding in findings:
        count += 1
        for violation in _named(finding.value):
            short = str(violation["id"])
            _add(gathered.setdefault(short, _Gathered(taxonomy()[short])), finding.id, violation)
    ordered = sorted(
        gathered.values(),
        key=lambda one: (one.entry.observability != "direct", -len(one.targets), -one.probability, one.entry.short),
    )
    return tuple(_allegation(one, count, basis, jurisdiction) for one in ordered)


def _named(value: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The violations that a confirmed finding stands for; none that software cannot see."""
    known = [
        one
        for one in value.get("violations") or ()
        if one["id"] in taxonomy() and taxonomy()[one["id"]].observability != "none"
    ]
    best = max((one["probability"] for one in known), default=0.0)
    yield from (one for one in known if one["probability"] >= min(CONSIDERED, best))


def _add(gathered: _Gathered, finding_id: str, violation: Mapping[str, Any]) -> None:
    gathered.probability = max(gathered.probability, float(violation["probability"]))
    gathered.targets.append(finding_id)
    quoted = 0
    speaking = [one for one in violation.get("evidence") or () if one.get("strength", 0) > 0 and not _unsure(one)]
    speaking = [one for one in speaking if one.get("detector") != TEXT_MODEL] or speaking
    for evidence in sorted(speaking, key=lambda one: -one["strength"]):
        for reasons, said in ((gathered.zh, evidence.get("zh")), (gathered.en, evidence.get("en"))):
            if said and len(reasons) < REASONS:
                reasons[str(said)] = None
        quote = str(evidence.get("quote") or "")
        if quote and len(quote) <= LONGEST and quoted < QUOTES:
            made = Quote(finding_id=finding_id, field=str(evidence.get("field") or ""), text=quote)
            if made not in gathered.quotes[-QUOTES:]:
                gathered.quotes.append(made)
                quoted += 1


def _unsure(evidence: Mapping[str, Any]) -> bool:
    """Whether it rests on what is not known of the genuine side: that is for the analyst, never for a letter."""
    return NOT_COLLECTED[0] in str(evidence.get("zh")) or NOT_COLLECTED[1] in str(evidence.get("en"))


def _allegation(gathered: _Gathered, count: int, basis: Basis, jurisdiction: str) -> Allegation:
    entry = gathered.entry
    return Allegation(
        violation=entry.short,
        title_zh=entry.zh,
        title_en=entry.en,
        observability=entry.observability,
        probability=gathered.probability,
        reasons_zh=tuple(gathered.zh),
        reasons_en=tuple(gathered.en),
        quotes=tuple(gathered.quotes),
        laws=tuple(_laws(entry.short, basis, jurisdiction)),
        targets=tuple(gathered.targets) if len(gathered.targets) < count else (),
    )


def _laws(violation: str, basis: Basis, jurisdiction: str) -> Iterator[Law]:
    """Provisions of that jurisdiction; what nobody verified is among them, marked."""
    for each in provisions(violation):
        if each.instrument.jurisdiction == jurisdiction and _fits(each, basis):
            yield Law(
                id=each.law,
                article=each.article,
                title_zh=each.instrument.zh or "",
                title_en=each.instrument.en or "",
                unverified=each.unverified,
            )


def _fits(each: Provision, basis: Basis) -> bool:
    if each.law == OF_THE_DEPICTED:
        return basis == "victim_ncii"
    return basis in RIGHTS or (each.law, each.article) not in OF_A_RIGHT
