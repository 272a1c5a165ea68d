"""Who speaks in a clause, about whose face, voice or account, and with whose consent: one small typed result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from detection.fields import Field
from detection.stance.signs import Sign, clause_at

Way = Literal["offer", "refuse", "warn", "complain", "ask", "report", "study", "hire", "mention"]
Actor = Literal["seller", "buyer", "victim", "institution", "reporter", "researcher", "employer", "asker"]
Whose = Literal["own", "consenting", "anyone", "unknown"]
Consent = Literal["given", "without", "unknown"]

_WAYS: dict[str, tuple[Way, Actor]] = {
    "refuses": ("refuse", "seller"),
    "hurt": ("complain", "victim"),
    "defends": ("warn", "institution"),
    "reports": ("report", "reporter"),
    "studies": ("study", "researcher"),
    "asks": ("ask", "asker"),
    "hires": ("hire", "employer"),
}
"""Sign in the clause -> how it speaks and who does; the first that stands there counts."""
_NOTHING: tuple[Way, Actor] = ("mention", "seller")
_AGAINST: frozenset[Way] = frozenset({"refuse", "warn", "complain"})
_SELLS = frozenset({"paid", "guarantee", "recruits", "evades", "wink", "way_to_buy"})
_WITHOUT = frozenset({"absent", "unaware"})


class Stance(NamedTuple):
    """How one place of a text is meant."""

    kind: Way
    """'mention' where nothing tells."""
    actor: Actor
    """Reviews and questions are the buyer's."""
    object: Whose
    """Whose face, voice or account it is about, as far as the listing says."""
    consent: Consent
    field: Field
    start: int
    """Offsets of the place in the joined view."""
    end: int

    @property
    def against(self) -> bool:
        """Whether the clause speaks against what it names."""
        return self.kind in _AGAINST


def stance_at(signs: Sequence[Sign], field: Field, start: int, end: int, *, sham: bool, priced: bool) -> Stance:
    """The stance of [start, end) of a field's joined view.

    `signs`: those of the whole listing; the clause decides how it speaks, the listing whose face it is and with whose
    consent. Words at the place itself decide nothing ('通报' in '通报生成器' reports nothing). `sham`: warnings and
    denials of this listing are followed by a way to buy. `priced`: the listing has a price.
    """
    clause = clause_at(field, "joined", start)
    here = [one.kind for one in signs if one.clause == clause and not start <= one.start < one.end <= end]
    shown = {one.kind for one in signs}
    way, actor = next((_WAYS[kind] for kind in _WAYS if kind in here), _NOTHING)
    if sham or (way, actor) == _NOTHING:
        sells = sham or priced or not shown.isdisjoint(_SELLS)
        way, actor = "offer" if sells else "mention", "seller" if field.own_words else "buyer"
    return Stance(way, actor, _whose(shown), _consent(shown), field, start, end)


def _whose(shown: set[str]) -> Whose:
    if "consented" in shown:
        return "consenting"
    if "anyone" in shown:
        return "anyone"
    return "own" if "private_use" in shown else "unknown"


def _consent(shown: set[str]) -> Consent:
    if "consented" in shown:
        return "given"
    return "without" if shown & _WITHOUT else "unknown"
