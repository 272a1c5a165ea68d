"""A number against our copy: the outcomes are kept apart, and none of them is a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from index.profiles import Profile
from index.registry.entities import compare
from index.registry.model import CopyState, Record, Registry
from index.registry.numbers import REGISTERS_OF, Number

Outcome = Literal[
    "own",
    "base_model",
    "other_entity",
    "malformed",
    "not_in_copy",
    "undecided",
    "not_collected",
    "well_formed",
]
"""The five outcomes, and three that settle nothing. `undecided`: it is in our copy, but whose it is cannot be told
(nobody was named, or names are too alike or in two languages). `not_collected`: we have no copy of that register.
`well_formed`: a code (信用代码, producer) whose check character fits and that no register of ours lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What our copy says about one number."""

    number: Number
    outcome: Outcome
    record: Record | None = None
    """The record it was compared with, of the newest list that has it."""
    exact: bool = True
    """False where only the filer's number before the serial is in our copy."""
    confidence: float | None = None
    """That the record's entity is the one that was named, 0..1; None when there was nothing to compare."""
    via: str = ""
    """By what, see `entities.Likeness.via`."""
    copies: tuple[CopyState, ...] = ()
    """Our copies of the registers in which it could stand: their dates are part of every answer."""


def check(
    number: Number,
    registry: Registry | None,
    *,
    entity: str | None = None,
    profiles: Mapping[str, Profile],
    calls_model: bool = False,
) -> Checked:
    """`entity`: who shows the number. `calls_model`: whether the page or sample says that it calls that model."""
    registers = REGISTERS_OF[number.kind]
    copies = tuple(state for one in registers if registry and (state := registry.state(one)))
    found, exact = _records(number, registry)
    if not found:
        if number.defect is not None:
            outcome: Outcome = "malformed"
        elif not registers:
            outcome = "well_formed"
        else:
            outcome = "not_in_copy" if copies else "not_collected"
        return Checked(number=number, outcome=outcome, copies=copies)
    if not (entity or "").strip():
        return Checked(number=number, outcome="undecided", record=found[0], exact=exact, via="nobody", copies=copies)
    # A filer that was renamed is in older lists under its older name: any of them may clear.
    likenesses = [(compare(entity or "", record.entity, profiles), record) for record in found]
    best, record = max(likenesses, key=lambda pair: pair[0].confidence)
    if best.same:
        outcome = "own"
    elif calls_model and record.register == "generative_ai":
        outcome = "base_model"
    else:
        outcome = "other_entity" if all(like.other for like, _ in likenesses) else "undecided"
    return Checked(
        number=number,
        outcome=outcome,
        record=record,
        exact=exact,
        confidence=best.confidence,
        via=best.via,
        copies=copies,
    )


def _records(number: Number, registry: Registry | None) -> tuple[tuple[Record, ...], bool]:
    if registry is None:
        return (), True
    if found := registry.find(number.key):
        return found, True
    if number.defect is not None:
        return (), True
    by_entity = {record.entity: record for record in reversed(registry.find(number.main))}
    return tuple(reversed(by_entity.values())), False
