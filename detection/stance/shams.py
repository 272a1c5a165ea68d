"""Sham warnings: a denial, warning or complaint that is followed by a way to buy is an offer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from detection.contacts import contacts
from detection.fields import Field
from detection.stance.offering import negated
from detection.stance.signs import REFUSING, Sign, clause_at

_PROMISES = frozenset({"guarantee", "paid", "recruits"})
_SURE = frozenset({"guarantee", "recruits"})
"""Beside a bare contact one of these must stand: who warns or helps can be reached too."""
_BEFORE_IT = frozenset({"asks", "disowns", "reports"}) | REFUSING
_OTHERS = ("他", "她", "对方", "骗子", "卖家", "he ", "him ", "they ", "scammer", "seller")
"""In a sentence with one of these the way to buy is somebody else's, quoted by who was hurt or warns."""


_SENTENCE = re.compile(r"[.。!！?？;；\n]")


def sham(signs: Sequence[Sign], texts: Sequence[Field]) -> tuple[Sign, Sign] | None:
    """The warning and the way to buy that follows it, in the seller's own words; None where there is no such thing."""
    own = [sign for sign in signs if sign.field.own_words]
    if not any(sign.kind in _PROMISES for sign in own):
        return None
    order = {text.name: number for number, text in enumerate(texts)}
    warnings = [sign for sign in own if sign.kind in _BEFORE_IT]
    if not warnings:
        return None
    first = min(warnings, key=lambda sign: (order[sign.field.name], sign.end))
    for way in _ways([text for text in texts if text.own_words], own):
        if (order[first.field.name], first.end) <= (order[way.field.name], way.start):
            return first, way
    return None


def _ways(texts: Sequence[Field], own: Sequence[Sign]) -> Iterator[Sign]:
    """Ways to buy that are the writer's own: words ('ask me'), then contacts."""
    against = {sign.clause for sign in own if sign.kind in REFUSING}
    found = [sign for sign in own if sign.kind == "way_to_buy"]
    helps = len({sign.kind for sign in own if sign.kind in REFUSING}) > 1
    for text in texts if not helps and any(sign.kind in _SURE for sign in own) else ():
        joined = text.text.joined
        for contact in contacts(joined):
            if contact.kind == "mail":
                continue
            start = joined.find(contact.value)
            found.append(Sign("way_to_buy", text, start, start + len(contact.value), clause_at(text, "joined", start)))
    for way in found:
        joined = way.field.text.joined
        before = _SENTENCE.split(joined[max(0, way.start - 60) : way.start])[-1]
        quoted = any(other in before for other in _OTHERS)
        if way.clause not in against and not quoted and not negated(joined, way.start, way.end):
            yield way
