"""Offers told by structure: an act with signs that together make an offer, whatever the words are (`schemes.yml`)."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from detection.stance import Sign, acts, firsts, kinds, negated
from detection.stance.signs import Clause
from index.reading import ReadError, read, yaml_of
from index.taxonomy import taxonomy

_WEAK = "anyone"
"""Beside this sign alone a price says nothing: people are named in lawful offers too."""
SCHEMES = Path(__file__).parent / "schemes.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """What must come together."""

    violation: str
    """Short taxonomy id."""
    acts: tuple[tuple[str, ...], ...]
    """Of every group one act, in clauses that do not refuse it."""
    signs: tuple[tuple[str, ...], ...]
    """Of every group one sign, anywhere in the listing; no sign serves two groups."""
    strength: float
    """Log-odds."""
    also: tuple[str, ...] = ()
    """Further violations it points to."""
    brand: bool = False
    """An AI brand must be named."""


@cache
def schemes() -> tuple[Scheme, ...]:
    """All schemes. Raises ReadError naming file and scheme."""
    rows = yaml_of(SCHEMES.read_text("utf-8"))
    if not isinstance(rows, list):
        raise ReadError(f"{SCHEMES.name}: expected a list of schemes")
    found = []
    for number, row in enumerate(rows, start=1):
        place = f"{SCHEMES.name}, scheme {number}"
        scheme = read(Scheme, row, place)
        for known, named in (
            (taxonomy(), (scheme.violation, *scheme.also)),
            (acts(), (act for group in scheme.acts for act in group)),
            (kinds(), (sign for group in scheme.signs for sign in group)),
        ):
            for name in named:
                if name not in known:
                    raise ReadError(f"{place}: {name!r} is not known")
        found.append(scheme)
    return tuple(found)


@cache
def _by_act() -> dict[str, frozenset[int]]:
    """Act -> numbers of the schemes in whose first group it stands: the others cannot hold by it."""
    found: dict[str, set[int]] = {}
    for number, scheme in enumerate(schemes()):
        for act in scheme.acts[0]:
            found.setdefault(act, set()).add(number)
    return {act: frozenset(numbers) for act, numbers in found.items()}


def fulfilled(
    scheme: Scheme, done: dict[str, Sign], shown: dict[str, Sign], *, priced: bool
) -> tuple[Sign, ...] | None:
    """An act of every group, then a sign of every group; None where one lacks. `done`, `shown`: the first of each."""
    chosen: list[Sign] = []
    for known, groups in ((done, scheme.acts), (shown, scheme.signs)):
        for group in groups:
            for name in group:
                if name in known and known[name] not in chosen:
                    chosen.append(known[name])
                    break
            else:
                if not (priced and "paid" in group and all(sign.kind != _WEAK for sign in chosen)):
                    return None
    return tuple(chosen)


Held = dict[str, tuple[Scheme, tuple[Sign, ...]]]
"""Violation -> the scheme that holds for it and what fulfils it."""


def held(signs: Sequence[Sign], against: Container[Clause], *, branded: Callable[[], bool], priced: bool) -> Held:
    """Violation -> the strongest scheme that holds for it, with the acts and signs that fulfil it.

    `against`: clauses that speak against what they name. `branded`: whether an AI brand is named. `priced`: the listing
    has a price, which is a sign 'paid'.
    """
    does = acts().keys()
    done: dict[str, Sign] = {}
    for one in signs:
        if one.kind in does and one.kind not in done and one.clause not in against and not _denied(one):
            done[one.kind] = one
    found: Held = {}
    if not done:
        return found
    shown = firsts(one for one in signs if one.kind not in does)
    for number in sorted(set().union(*(_by_act().get(act, ()) for act in done))):
        scheme = schemes()[number]
        chosen = fulfilled(scheme, done, shown, priced=priced)
        if not chosen or (scheme.brand and not branded()):
            continue
        for violation in (scheme.violation, *scheme.also):
            if violation not in found or found[violation][0].strength < scheme.strength:
                found[violation] = scheme, chosen
    return found


def _denied(act: Sign) -> bool:
    return negated(act.field.text.joined, act.start, act.end)
