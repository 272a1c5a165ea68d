"""From evidence to probabilities, a verdict and a priority. Monotone: stronger evidence never lowers a probability."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

from msgspec.structs import replace

from detection.text_model.mixture import mixture
from index.messages import text
from index.model import Evidence, Group, Listing, Verdict, Violation
from index.taxonomy import taxonomy

TEXT_MODEL, STANCE = "text_model", "stance"
"""What judges the text as a whole, and ways of speaking that speak against what only the text model suspects."""
GENERAL = frozenset({TEXT_MODEL, STANCE})
"""Their evidence goes to whatever group the others put the violation in."""
BRANDED: frozenset[Group] = frozenset({"counterfeit", "shell"})
"""Groups in which somebody's brand is concerned."""
PRIOR = -3.0
"""Log-odds before anything was seen: about one listing in twenty."""
VIOLATION_FROM, TEXT_ALONE_FROM, TEXT_AGAINST_FROM = 0.7, 0.95, 0.99
LEAD_FROM, LEAD_ALONE_FROM = 0.4, 0.7
NAMED_FROM = 3.0
"""Strength of what can be named from which a text need not be surer: by itself it is as probable as not."""
_FADING = 0.4
"""Each further piece of evidence for one violation counts this much of the one before: none is independent."""
WORTH_A_TERM = 0.05
"""Log-odds from which a term is mentioned."""
_AT_MOST = 8.0
"""Log-odds are cut here: rules never justify 99.97 %."""
_MOST_REACH = 7
"""Ten to this many downloads or views are the greatest reach."""


def probability(strengths: Iterable[float]) -> float:
    """Probability of a violation from the strengths (log-odds) of what the rules found."""
    return chance(sum(_faded(list(strengths))))


def chance(added: float) -> float:
    """Probability after so many log-odds were added to what is expected before anything was seen."""
    return 1 / (1 + math.exp(-max(-_AT_MOST, min(_AT_MOST, PRIOR + added))))


def sums(strengths: Iterable[float]) -> tuple[float, float]:
    """What speaks for, each further piece counting less, and what speaks against; both at least 0."""
    faded = _faded(list(strengths))
    return sum(s for s in faded if s > 0), -sum(s for s in faded if s < 0)


def _faded(strengths: Sequence[float]) -> list[float]:
    """In the same order: each further piece that speaks for the violation counts less than the one before."""
    faded = list(strengths)
    if len(faded) < 2:
        return faded
    for rank, at in enumerate(sorted(range(len(faded)), key=strengths.__getitem__, reverse=True)):
        if not faded[at] > 0:
            break
        faded[at] *= _FADING**rank
    return faded


def weighed(pieces: Sequence[Evidence], words: Container[str] = (), trust: float = 0.0) -> list[Evidence]:
    """The evidence for one violation, each piece with its share in the log-odds, largest first.

    Words alone are weighed together with the text model, by the weights that training found. What was observed besides
    (a signer, a package, a host) needs no text to stand: it counts by itself where that gives more. `words`: detectors
    that go by words alone. `trust`: how far the text can be judged, 0..1; the less, the more the rules stand alone.
    """
    shares = _with_text(pieces, trust)
    alone = [0.0 if one.detector in words or one.detector == TEXT_MODEL else one.strength for one in pieces]
    if max(alone, default=0) > 0 and sum(by_itself := _faded(alone)) > sum(shares):
        shares = by_itself
    told = [replace(one, share=round(share, 4)) for one, share in zip(pieces, shares, strict=True)]
    told.sort(key=_size, reverse=True)
    return told


def _size(one: Evidence) -> tuple[float, float]:
    return abs(one.share), abs(one.strength)


def _with_text(pieces: Sequence[Evidence], trust: float) -> list[float]:
    by_text = [one.detector == TEXT_MODEL for one in pieces]
    rules = _faded([0.0 if text else one.strength for one, text in zip(pieces, by_text, strict=True)])
    if True not in by_text:
        return rules
    weights, rest = mixture(), 1 - trust
    speaking_for, against = weights.rules * trust + rest, weights.against * trust + rest
    return [
        one.strength if text else rule * (speaking_for if rule > 0 else against)
        for one, text, rule in zip(pieces, by_text, rules, strict=True)
    ]


def sentence(violation: Violation, lang: str) -> str:
    """Its probability term by term, in one sentence."""
    terms = [_term(one, lang) for one in violation.evidence if abs(one.share) >= WORTH_A_TERM]
    return text(
        "scoring.sentence",
        lang,
        percent=f"{violation.probability:.0%}",
        prior=f"{chance(0):.0%}",
        terms=text("scoring.and", lang).join(terms) or "-",
    )


def _term(one: Evidence, lang: str) -> str:
    """One term of the sentence."""
    what = one.quote or one.observed
    message = "scoring.text" if one.detector == TEXT_MODEL else "scoring.quote" if one.quote else "scoring.observed"
    return text(message, lang, what=what[:40], share=f"{one.share:+.1f}")


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
        _violation(id_, group, weighed(pieces, words, trust))
        for (id_, group), pieces in _by_violation(evidence, groups).items()
        if any(one.strength > 0 for one in pieces)
    ]
    return tuple(sorted(violations, key=lambda v: (-v.probability, v.id, v.group)))


def _violation(id_: str, group: Group, pieces: Sequence[Evidence]) -> Violation:
    added = sum(one.share for one in pieces)
    return Violation(id=id_, group=group, probability=round(chance(added), 4), evidence=tuple(pieces))


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
    """The machine's proposal. The text model alone needs to be surer: where little or nothing that can be named stands
    beside it, and most of all where what can be named (consent, a licence, own use) speaks against a violation on
    balance.
    """
    proposed: Verdict = "benign"
    for violation in violations:
        speaking_for, against = sums([one.strength for one in violation.evidence if one.detector != TEXT_MODEL])
        beside = speaking_for - against
        enough = VIOLATION_FROM if beside >= NAMED_FROM else TEXT_ALONE_FROM if beside >= 0 else TEXT_AGAINST_FROM
        if violation.probability >= enough:
            return "violation"
        if violation.probability >= (LEAD_FROM if beside > 0 else LEAD_ALONE_FROM):
            proposed = "lead"
    return proposed


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
