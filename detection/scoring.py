"""From evidence to probabilities, a verdict and a priority. Monotone: stronger evidence never lowers a probability."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

from index.model import Evidence, Group, Listing, Verdict, Violation
from index.taxonomy import taxonomy

PRIOR = -3.0
"""Log-odds before anything was seen: about one listing in twenty."""
VIOLATION_FROM = 0.8
LEAD_FROM = 0.35
_FADING = 0.4
"""Each further piece of evidence for one violation counts this much of the one before: none is independent."""
_AT_MOST = 8.0
"""Log-odds are cut here: rules never justify 99.97 %."""
_MOST_REACH = 7
"""Ten to this many downloads or views are the greatest reach."""


def probability(strengths: Iterable[float]) -> float:
    """Probability of a violation from the strengths (log-odds) of its evidence."""
    ordered = sorted(strengths, reverse=True)
    speaking_for = sum(s * _FADING**rank for rank, s in enumerate(s for s in ordered if s > 0))
    against = sum(s for s in ordered if s < 0)
    return 1 / (1 + math.exp(-max(-_AT_MOST, min(_AT_MOST, PRIOR + speaking_for + against))))


def score(evidence: Iterable[Evidence], groups: Mapping[str, Group | None]) -> tuple[Violation, ...]:
    """One violation per taxonomy id and group, highest probability first.

    `groups`: detector -> group of its findings; None where the violation's own group holds.
    """
    found: dict[tuple[str, Group], list[Evidence]] = defaultdict(list)
    for one in evidence:
        found[one.violation, groups.get(one.detector) or taxonomy()[one.violation].group].append(one)
    violations = [
        Violation(
            id=id_,
            group=group,
            probability=round(probability(one.strength for one in pieces), 4),
            evidence=tuple(sorted(pieces, key=lambda one: -abs(one.strength))),
        )
        for (id_, group), pieces in found.items()
        if any(one.strength > 0 for one in pieces)
    ]
    return tuple(sorted(violations, key=lambda v: (-v.probability, v.id, v.group)))


def verdict(violations: Iterable[Violation]) -> Verdict:
    """The machine's proposal for the most probable violation."""
    highest = max((violation.probability for violation in violations), default=0.0)
    if highest >= VIOLATION_FROM:
        return "violation"
    return "lead" if highest >= LEAD_FROM else "benign"


def reach(listing: Listing) -> float:
    """0.5 for an unknown audience up to 1.0, by order of magnitude of downloads, sales or views."""
    seen = max((listing.counters.get(name, 0.0) for name in ("downloads", "sales", "views")), default=0.0)
    if not math.isfinite(seen) or seen <= 0:
        return 0.5
    return 0.5 + 0.5 * min(1.0, math.log10(1 + seen) / _MOST_REACH)


def priority(violations: Iterable[Violation], listing: Listing) -> float:
    """Probability x harm x reach of the violation where that is greatest, 0..1."""
    worst = max((v.probability * taxonomy()[v.id].harm for v in violations), default=0.0)
    return round(worst * reach(listing), 4)
