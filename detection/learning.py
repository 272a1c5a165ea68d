"""What people's answers say about the rules: reports only. Nothing is changed; training stays a command of its own.

A finding that was confirmed counts for every detector and term that spoke for it, one that was dismissed against them.
Shares come with Wilson's interval at 95 %, because most terms were judged a few times only.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from detection.intervals import wilson
from detection.normalise import fold
from index.model import Evidence, Finding

DETECTOR_FAULTLESS = frozenset({"duplicate", "gone", "insufficient"})
"""Reasons for which nothing was wrong with what the machine said; such answers are counted apart."""
LONGEST_TERM = 40
"""Characters of a quote that is counted as a term; whole sentences never come twice."""
TARGETS = (0.90, 0.95, 0.98)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A finding and what a person said about it."""

    finding: Finding
    confirmed: bool
    reason: str | None = None
    """Why it was dismissed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, with the interval in which the true share lies."""

    right: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself; 0 of nothing."""
        return self.right / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How often a detector, or a term of one, was right."""

    name: str
    violation: str | None
    """None for a detector over all violations."""
    precision: Share
    reasons: dict[str, int]
    """Reason for dismissing -> how often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What a probability from which findings are proposed would have given."""

    target: float
    """Precision that was asked for."""
    at: float | None
    """The least probability that reaches it; None when none does."""
    precision: Share | None
    recall: Share | None
    """Of what was confirmed. Only proposed findings were ever decided: what was missed is not in it."""
    dismissed_less: int = 0
    """Dismissed findings that nobody would have had to look at."""
    confirmed_lost: int = 0
    """Confirmed ones that would not have been proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it."""

    decided: int
    """Findings with a usable answer."""
    apart: dict[str, int]
    """Answers that say nothing about the rules: reason -> how often."""
    overall: Share
    reasons: dict[str, int]
    detectors: tuple[Record, ...]
    """Worst upper bound first, as all lists: those that are surely bad stand at the top."""
    terms: tuple[Record, ...]
    thresholds: tuple[Threshold, ...]


def share(right: int, of: int) -> Share:
    """The share with Wilson's interval."""
    low, high = wilson(right, of)
    return Share(right=right, of=of, low=low, high=high)


def report(decided: Iterable[Decided]) -> Report:
    """What the answers say."""
    usable: list[Decided] = []
    apart: Counter[str] = Counter()
    for one in decided:
        if one.reason in DETECTOR_FAULTLESS:
            apart[str(one.reason)] += 1
        else:
            usable.append(one)
    detectors: dict[tuple[str, str | None], list[Decided]] = defaultdict(list)
    terms: dict[tuple[str, str | None], list[Decided]] = defaultdict(list)
    for one in usable:
        for name in {evidence.detector for evidence in _for(one.finding)}:
            detectors[name, None].append(one)
        for key in _terms(one.finding):
            terms[key].append(one)
    return Report(
        decided=len(usable),
        apart=dict(sorted(apart.items())),
        overall=_share(usable),
        reasons=_reasons(usable),
        detectors=_records(detectors),
        terms=_records(terms),
        thresholds=tuple(_threshold(usable, target) for target in TARGETS),
    )


def _for(finding: Finding) -> list[Evidence]:
    """The evidence that speaks for it."""
    return [one for violation in finding.violations for one in violation.evidence if one.strength > 0]


def _terms(finding: Finding) -> set[tuple[str, str | None]]:
    """What was quoted, as texts are folded, with the violation it was quoted for."""
    quotes = ((fold(one.quote).strip(), one.violation) for one in _for(finding))
    return {(quote, violation) for quote, violation in quotes if 0 < len(quote) <= LONGEST_TERM}


def _share(decided: Sequence[Decided]) -> Share:
    return share(sum(one.confirmed for one in decided), len(decided))


def _reasons(decided: Iterable[Decided]) -> dict[str, int]:
    counted = Counter(str(one.reason) for one in decided if not one.confirmed)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _records(found: dict[tuple[str, str | None], list[Decided]]) -> tuple[Record, ...]:
    records = [
        Record(name=name, violation=violation, precision=_share(some), reasons=_reasons(some))
        for (name, violation), some in found.items()
    ]
    return tuple(sorted(records, key=lambda r: (r.precision.high, -r.precision.of, r.name, r.violation or "")))


def _threshold(decided: Sequence[Decided], target: float) -> Threshold:
    """The least probability from which on the share of confirmed findings reaches the target."""
    ordered = sorted(decided, key=lambda one: -one.finding.probability)
    confirmed = sum(one.confirmed for one in ordered)
    best, right = 0, 0
    for number, one in enumerate(ordered, start=1):
        right += one.confirmed
        last = number == len(ordered) or ordered[number].finding.probability < one.finding.probability
        if last and right / number >= target:
            best = number
    if not best:
        return Threshold(target=target, at=None, precision=None, recall=None)
    kept = sum(one.confirmed for one in ordered[:best])
    return Threshold(
        target=target,
        at=ordered[best - 1].finding.probability,
        precision=share(kept, best),
        recall=share(kept, confirmed),
        dismissed_less=len(ordered) - best - (confirmed - kept),
        confirmed_lost=confirmed - kept,
    )
