"""Which findings are one case: the same sample, the same signer for the same brand, the same seller with nearly the
same text, sites of the same template. Always of one violation group and one brand: a decision answers one question.

Findings come one by one; kept of each are its ids, a few numbers and one number per tie. Sorting these numbers brings
together what shares a tie, so that the work is linear in findings and ties, but for the sorting.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from index.ids import unit_id
from index.ties import HUB
from index.wording import alike
from takedown.units.forest import Forest

Kind = Literal["sample", "signer", "text", "template"]
"""Why two are one; the surest first."""
KINDS: tuple[Kind, ...] = ("sample", "signer", "text", "template")
_WORSE = {"benign": 0, "lead": 1, "violation": 2}
VERDICTS = tuple(_WORSE)
_BAND = re.compile(r"(\d{1,2})-([0-9a-f]{16})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What of a finding decides where it belongs."""

    finding: str
    listing: str
    marketplace: str
    group: str
    brand: str | None
    verdict: str
    priority: float
    first_seen: str
    sample: str | None
    ties: tuple[str, ...]
    """Tie keys of its listing ('signer:..', 'text:..')."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is compared of a listing's text; prepared by `index.wording`."""

    seller: str
    """Empty: nobody knows."""
    text: str
    bare: str
    """Of sites: the text without names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One tie that makes a unit of findings."""

    kind: Kind
    count: int
    """Members that share it."""
    of: str
    """One of them: its sample, signer, seller or text is the one that is shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Findings that one decision covers."""

    id: str
    """By the finding that was seen first: it stays when others join."""
    members: tuple[str, ...]
    """Finding ids, the one that was seen first at the head."""
    group: str
    brand: str | None
    verdict: str
    """The gravest of the members' proposals."""
    priority: float
    """The highest."""
    head: str
    """The member with that priority."""
    marketplaces: tuple[str, ...]
    reasons: tuple[Reason, ...]
    """Empty where it is one finding."""


class Joining:
    """Takes findings in; says which units they make."""

    def __init__(
        self,
        *,
        counts: Callable[[list[str]], Mapping[str, int]],
        words: Callable[[str], Words | None],
        apart: Iterable[tuple[str, str]] = (),
    ) -> None:
        """`counts`: tie key -> listings that carry it. `words` of a listing, asked where its text may be another's.
        `apart`: pairs of findings that somebody cut.
        """
        self._counts, self._words, self._apart = counts, words, tuple(apart)
        self._findings: list[str] = []
        self._listings: list[str] = []
        self._seen: list[str] = []
        self._questions: dict[tuple[str, str | None], int] = {}
        self._places: dict[str, int] = {}
        self._question, self._place = array("i"), array("i")
        self._verdict, self._priority = array("b"), array("d")
        self._keys = {kind: (array("Q"), array("q")) for kind in KINDS}
        self._ties: dict[int, str] = {}
        self._bands: tuple[array[int], array[int]] = array("B"), array("Q")

    def add(self, member: Member) -> None:
        """One finding more; each is given once."""
        number = len(self._findings)
        self._findings.append(member.finding)
        self._listings.append(member.listing)
        self._seen.append(member.first_seen)
        asked = member.group, member.brand
        question = self._questions.setdefault(asked, len(self._questions))
        self._question.append(question)
        self._place.append(self._places.setdefault(member.marketplace, len(self._places)))
        self._verdict.append(_WORSE.get(member.verdict, 0))
        self._priority.append(member.priority)
        if member.sample:
            self._tie("sample", number, f"{question} {member.sample}")
        for key in member.ties:
            kind, _, value = key.partition(":")
            if (kind == "signer" and member.brand) or kind == "template":
                self._ties[self._tie(kind, number, f"{question} {value}")] = key  # type: ignore[arg-type] # one of both
            elif kind == "text" and (band := _BAND.fullmatch(value)):
                self._tie("text", number, f"{question} {member.marketplace} {value}")
                self._bands[0].append(int(band[1]))
                self._bands[1].append(int(band[2], 16))

    def _tie(self, kind: Kind, number: int, key: str) -> int:
        hashed = int.from_bytes(blake2b(key.encode("utf-8", "replace"), digest_size=8).digest(), "big")
        keys, numbers = self._keys[kind]
        keys.append(hashed)
        numbers.append(number)
        return hashed

    def _tie_key(self, kind: Kind, at: int) -> str:
        """The tie key behind entry `at` of a kind; those of texts are many, and kept as numbers."""
        if kind == "text":
            return f"text:{self._bands[0][at]}-{self._bands[1][at]:016x}"
        return self._ties[self._keys[kind][0][at]]

    def units(self) -> list[Unit]:
        """All units, the highest priority first; ties are broken by id."""
        numbers = {name: number for number, name in enumerate(self._findings)} if self._apart else {}
        apart = [(numbers[a], numbers[b]) for a, b in self._apart if a in numbers and b in numbers]
        forest = Forest(len(self._findings), apart)
        joined = [
            (kind, side) for kind in KINDS for run in self._meeting(kind, forest) for side in forest.join_all(run)
        ]
        reasons: dict[int, dict[Kind, set[int]]] = {}
        for kind, side in joined:
            reasons.setdefault(forest.find(side[0]), {}).setdefault(kind, set()).update(side)
        sets: dict[int, list[int]] = {}
        for number in range(len(self._findings)):
            sets.setdefault(forest.find(number), []).append(number)
        found = [self._unit(held, reasons.get(root, {})) for root, held in sets.items()]
        return sorted(found, key=lambda unit: (-unit.priority, unit.id))

    def _unit(self, held: list[int], reasons: Mapping[Kind, set[int]]) -> Unit:
        held.sort(key=self._age)
        head = max(held, key=lambda number: self._priority[number])
        group, brand = list(self._questions)[self._question[held[0]]]
        places = list(self._places)
        return Unit(
            id=unit_id(self._findings[held[0]]),
            members=tuple(self._findings[number] for number in held),
            group=group,
            brand=brand,
            verdict=VERDICTS[max(self._verdict[number] for number in held)],
            priority=self._priority[head],
            head=self._findings[head],
            marketplaces=tuple(sorted({places[self._place[number]] for number in held})),
            reasons=tuple(
                Reason(kind=kind, count=len(reasons[kind]), of=self._findings[min(reasons[kind], key=self._age)])
                for kind in KINDS
                if kind in reasons
            ),
        )

    def _age(self, number: int) -> tuple[str, str]:
        return self._seen[number], self._findings[number]

    def _meeting(self, kind: Kind, forest: Forest) -> Iterator[list[int]]:
        """Those that share a tie of that kind, at least two each time; ties that many listings carry say nothing."""
        numbers = self._keys[kind][1]
        runs = [[(at, numbers[at]) for at in run] for run in self._runs(kind)]
        if kind == "sample":  # the same bytes are the same app, however many list it
            yield from ([number for _, number in run] for run in runs)
            return
        keys = [self._tie_key(kind, run[0][0]) for run in runs]
        counts = self._counts(sorted(set(keys)))
        for key, run in zip(keys, runs, strict=True):
            if counts.get(key, 0) < HUB:
                sharing = [number for _, number in run]
                if kind == "signer":
                    yield sharing
                elif len({forest.find(number) for number in sharing}) > 1:  # else a surer tie joined them all
                    yield from self._near(kind, sharing)

    def _runs(self, kind: Kind) -> Iterator[list[int]]:
        """Entries of a kind with equal keys, in the order in which they came."""
        import numpy as np  # noqa: PLC0415 - only where units are made

        if not (keys := self._keys[kind][0]):
            return
        held = np.frombuffer(keys, dtype=np.uint64)
        order = np.argsort(held, kind="stable")
        bounds = np.flatnonzero(held[order][1:] != held[order][:-1]) + 1
        starts, ends = np.append(0, bounds), np.append(bounds, len(order))
        several = ends - starts > 1
        for start, end in zip(starts[several], ends[several], strict=True):
            yield order[start:end].tolist()

    def _near(self, kind: Kind, run: list[int]) -> Iterator[list[int]]:
        """Those whose texts are near the first of the same seller, or of sites near the first at all.

        Each text is compared once with one other: linear.
        """
        first: dict[str, tuple[int, str]] = {}
        near: dict[int, list[int]] = {}
        for number in run:
            words = self._words(self._listings[number])
            if words is None or (kind == "text" and not words.seller):
                continue
            whose, said = (words.seller, words.text) if kind == "text" else ("", words.bare)
            begun = first.setdefault(whose, (number, said))
            if begun[0] != number and alike(begun[1], said):
                near.setdefault(begun[0], [begun[0]]).append(number)
        yield from near.values()
