"""The text model's opinion as evidence: what it adds or takes away, with the places that say most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from detection.fields import Field
from detection.look import look
from detection.saying import quoted, said
from detection.scoring import BRANDED, STANCE, TEXT_MODEL, chance
from detection.subject import Subject
from detection.text_model.mixture import KNOWN, mixture, trust_in, version
from detection.text_model.model import Opinion, text_model
from detection.text_model.ngrams import densest
from detection.weighing import lawful
from index.model import Evidence, Listing
from index.taxonomy import taxonomy

WORTH_SAYING = 0.01
"""Probability of the text alone from which a violation that no rule considered is named."""
TRUSTED = 0.2
"""Trust from which it is: of a few words alone nothing is said."""
OF_A_NAME, DECEIVED = 0.25, 0.5
"""Share of its trust that is left beside a rule where there is only a name to read, and where a warning or denial is
followed by a way to buy: it reads like a warning."""
_NAMED = frozenset({"app_store", "site"})
"""Places whose titles are names. Elsewhere a title alone is an offer or a message already."""
_QUOTE, _LEAST = 24, 0.25
"""Characters of a quote; the margin that it must add to be worth quoting."""
_NOT_QUOTED = frozenset(" \n\t,.;:!?，。；：！？、（）()【】[]“”\"'")


def readable(texts: Iterable[Field]) -> list[Field]:
    """What the model reads, in this order: the seller's own words without the name, then what others say there."""
    read = [text for text in texts if text.name != "seller"]
    return [text for text in read if text.own_words] + [text for text in read if not text.own_words]


def opine(subject: Subject, so_far: Sequence[Evidence], opinion: Opinion | None = None) -> tuple[list[Evidence], float]:
    """Evidence for each violation that a rule considered and for the kinds that the text alone suggests; and the trust.

    The trust says how far this text can be judged at all, 0..1.
    """
    read = readable(look(subject).fields)
    opinion = opinion or text_model().opinion([text.text.joined for text in read])
    found = dict.fromkeys(one.violation for one in so_far if one.strength > 0)
    # What has no quote stands by what was observed.
    worded = {one.violation for one in so_far if one.strength > 0 and one.quote}
    considered = [violation for violation in found if violation in worded and violation in text_model().kinds]
    bare = _bare_name(subject.listing, read)
    if bare and not considered:
        return [], 0.0
    trust = opinion.trust * (OF_A_NAME if bare else DECEIVED if look(subject).sham else 1)
    strength = round(mixture().text_strength(opinion.margin, trust), 4)
    named = []
    if trust >= TRUSTED and chance(strength) >= WORTH_SAYING:
        accuses = all(one.detector != "genuine" for one in so_far)
        named = [
            kind for kind in opinion.kinds() if kind not in found and (accuses or taxonomy()[kind].group not in BRANDED)
        ]
    evidence = list(lawful(look(subject), detector=STANCE, violations=named, trade_words=bool(considered)))
    place = _place(read, opinion) if strength > 0 and (considered or named) else None
    if trust:
        evidence += (_say(violation, strength, place) for violation in (*considered, *named))
    return evidence, trust


def _bare_name(listing: Listing, read: Sequence[Field]) -> bool:
    """Whether there is nothing more to read than what an app or a site is called: names promise anything."""
    others = sum(len(text.raw) for text in read if text.name != "title")
    return listing.source_kind in _NAMED and trust_in(others, KNOWN) < TRUSTED


def _say(violation: str, strength: float, place: tuple[Field, int, int] | None) -> Evidence:
    if place is not None:
        return quoted(
            "text_model_quote",
            place[0],
            "joined",
            *place[1:],
            detector=TEXT_MODEL,
            violation=violation,
            strength=strength,
            version=version(),
        )
    message = "text_model_for" if strength > 0 else "text_model_against"
    return said(
        message,
        detector=TEXT_MODEL,
        violation=violation,
        strength=strength,
        observed=f"{strength:+.1f}",
        version=version(),
    )


def _place(read: Sequence[Field], opinion: Opinion) -> tuple[Field, int, int] | None:
    """The stretch of one field that adds most: field and [start, end) in its joined view."""
    best, best_sum, offset = None, _LEAST, 0
    for field in read:
        part = opinion.at[offset : offset + len(field.text.joined)]
        offset += len(field.text.joined) + 1
        start, added = densest(part, _QUOTE)
        if added > best_sum:
            best, best_sum = _trimmed(field, start, min(start + _QUOTE, len(part)), part), added
    return best


def _trimmed(field: Field, start: int, end: int, part: np.ndarray) -> tuple[Field, int, int]:
    """Without characters at the ends that say nothing."""
    text = field.text.joined
    while end - start > 1 and (text[start] in _NOT_QUOTED or part[start] <= 0):
        start += 1
    while end - start > 1 and (text[end - 1] in _NOT_QUOTED or part[end - 1] <= 0):
        end -= 1
    return field, start, end
