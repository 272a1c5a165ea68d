"""From evidence to probabilities, a verdict and a priority. Monotone: stronger evidence never lowers a probability."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping

from detection.text_model.mixture import mixture
from index.model import Evidence, Group, Listing, Verdict, Violation
from index.taxonomy import taxonomy

TEXT_MODEL, STANCE = "text_model", "stance"
"""What judges the text as a whole, and ways of speaking that speak against what only the text model suspects."""
GENERAL = frozenset({TEXT_MODEL, STANCE})
"""Their evidence goes to whatever group the others put the violation in."""
PRIOR = -3.0
"""Log-odds before anything was seen: about one listing in twenty."""
VIOLATION_FROM = 0.7
LEAD_FROM = 0.4
_FADING = 0.4
"""Each further piece of evidence for one violation counts this much of the one before: none is independent."""
_AT_MOST = 8.0
"""Log-odds are cut here: rules never justify 99.97 %."""
_MOST_REACH = 7
"""Ten to this many downloads or views are the greatest reach."""


def probability(strengths: Iterable[float]) -> float:
    """Probability of a violation from the strengths (log-odds) of what the rules found."""
    speaking_for, against = sums(strengths)
    return _chance(PRIOR + speaking_for - against)


def with_text(strengths: Iterable[float], text: float, trust: float) -> float:
    """The same with the text model's say, `text` (log-odds, signed), by the weights that training found.

    `trust`: how far the text can be judged, 0..1; the less, the more the rules stand for themselves.
    """
    speaking_for, against = sums(strengths)
    weights, alone = mixture(), 1 - trust
    rules = (weights.rules * trust + alone) * speaking_for - (weights.against * trust + alone) * against
    return _chance(PRIOR + text + rules)


def sums(strengths: Iterable[float]) -> tuple[float, float]:
    """What speaks for, each further piece counting less, and what speaks against; both at least 0."""
    ordered = sorted(strengths, reverse=True)
    speaking_for = sum(s * _FADING**rank for rank, s in enumerate(s for s in ordered if s > 0))
    return speaking_for, -sum(s for s in ordered if s < 0)


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-_AT_MOST, min(_AT_MOST, log_odds))))


def combined(pieces: Iterable[Evidence], words: Container[str] = (), trust: float = 0.0) -> float:
    """Probability of one violation from all its evidence.

    Words alone are weighed together with the text model. What was observed besides (a signer, a package, a host) needs
    no text to stand: it counts by itself where that gives more. `words`: detectors that go by words alone. `trust` as
    in `with_text`.
    """
    pieces = list(pieces)
    rules = [one.strength for one in pieces if one.detector != TEXT_MODEL]
    text = [one.strength for one in pieces if one.detector == TEXT_MODEL]
    chance = with_text(rules, sum(text), trust) if text else probability(rules)
    observed = [one.strength for one in pieces if one.detector not in words and one.detector != TEXT_MODEL]
    return max(chance, probability(observed)) if max(observed, default=0) > 0 else chance


def score(
    evidence: Iterable[Evidence],
    groups: Mapping[str, Group | None],
    words: Container[str] = (),
    trust: float = 0.0,
) -> tuple[Violation, ...]:
    """One violation per taxonomy id and group, highest probability first.

    `groups`: detector -> group of its findings; None where the violation's own group holds. `words`: detectors that go
    by words alone. `trust`: how far the text can be judged, 0..1.
    """
    violations = [
        Violation(
            id=id_,
            group=group,
            probability=round(combined(pieces, words, trust), 4),
            evidence=tuple(sorted(pieces, key=lambda one: -abs(one.strength))),
        )
        for (id_, group), pieces in _by_violation(evidence, groups).items()
        if any(one.strength > 0 for one in pieces)
    ]
    return tuple(sorted(violations, key=lambda v: (-v.probability, v.id, v.group)))


def _by_violation(
    evidence: Iterable[Evidence], groups: Mapping[str, Group | None]
) -> dict[tuple[str, Group], list[Evidence]]:
    found: dict[tuple[str, Group], list[Evidence]] = defaultdict(list)
    general: dict[str, list[Evidence]] = defaultdict(list)
    for one in evidence:
        if one.detector in GENERAL:
            general[one.violation].append(one)
        else:
            found[one.violation, groups.get(one.detector) or taxonomy()[one.violation].group].append(one)
    for violation, pieces in general.items():
        known = [key for key in found if key[0] == violation]
        for key in known or [(violation, taxonomy()[violation].group)]:
            found[key] += pieces
    return found


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
