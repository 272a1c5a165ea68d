"""Signs of a trade and of lawful use, whatever is traded: who is absent, who must not notice, who consented.

A sign is told by words, or by one word followed closely by another in the same clause ('not' ... 'the holder'), so
that a wording nobody listed still shows it (`signs.yml`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from detection.fields import Field
from detection.normalise import fold, stands_alone
from detection.stance.offering import waived
from detection.words import Place, Words
from index.reading import ReadError, read, yaml_of

SIGNS = Path(__file__).parent / "signs.yml"
ACTS = Path(__file__).parent / "acts.yml"
_CLAUSE_END = re.compile(r"[。！？!?；;\n…,，、:：|]+|\.(?=\s)")
_NEAR = 12
"""Characters between the two words of a pair."""
_WAIVABLE = frozenset({"consented", "papers", "labelled", "defends"})
"""Signs that are none where the text waives them: 'without consent'."""
REFUSING = frozenset({"refuses", "defends", "hurt"})
"""Signs that make a clause speak against what it names."""
Clause = tuple[str, int]
"""Name of the field and number of the clause in it."""
_NOWHERE = 0, -_NEAR - 1
_MOST = 1500
"""Words looked at in one field: further ones add nothing but time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One of the first words, then one of the second within a few characters of the same clause."""

    first: tuple[str, ...]
    then: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of sign."""

    id: str
    words: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    hits: tuple[str, ...] = ()
    """Texts that show it; run by the tests."""
    misses: tuple[str, ...] = ()
    """Texts that do not; run by the tests."""


class Sign(NamedTuple):
    """A sign that a text shows, and where."""

    kind: str
    field: Field
    start: int
    """Offsets in the joined view."""
    end: int
    clause: Clause

    def quote(self) -> str:
        """The raw text."""
        start, end = self.field.text.span("joined", self.start, self.end)
        return self.field.raw[start:end]


@cache
def kinds() -> dict[str, Kind]:
    """All kinds of sign by id. Raises ReadError naming file and kind."""
    return _read(SIGNS)


@cache
def acts() -> dict[str, Kind]:
    """What is done or delivered, by id; found like signs. Raises ReadError naming file and kind."""
    return _read(ACTS)


def _read(path: Path) -> dict[str, Kind]:
    raw = yaml_of(path.read_text("utf-8"))
    if not isinstance(raw, dict):
        raise ReadError(f"{path.name}: expected kinds by id")
    return {name: read(Kind, {**row, "id": name}, f"{path.name}, {name}") for name, row in raw.items()}


@dataclass(slots=True)
class _Use:
    """What a word is good for."""

    latin: bool
    """Whether it must stand alone. A single digit need not: it is the first one of a price."""
    begins: list[_Pairing] = dataclass_field(default_factory=list)
    """Pairs whose first word it is."""
    shows: list[tuple[str, _Pairing | None]] = dataclass_field(default_factory=list)
    """Kinds that it shows: alone, or after the first word of a pair."""


_Pairing = tuple[str, int]
"""A kind of sign, and which of its pairs."""


@cache
def _words() -> Words[_Use]:
    uses: dict[str, _Use] = {}

    def use(word: str) -> _Use:
        folded = fold(word)
        latin = len(folded) > 1 and (folded[0].isascii() or folded[-1].isascii())
        return uses.setdefault(folded, _Use(latin))

    for kind in (*kinds().values(), *acts().values()):
        for word in dict.fromkeys(map(fold, kind.words)):
            use(word).shows.append((kind.id, None))
        for number, pair in enumerate(kind.pairs):
            for word in dict.fromkeys(map(fold, pair.first)):
                use(word).begins.append((kind.id, number))
            for word in dict.fromkeys(map(fold, pair.then)):
                use(word).shows.append((kind.id, (kind.id, number)))
    return Words(uses)


@lru_cache(maxsize=64)
def _clause_ends(plain: str) -> tuple[int, ...]:
    return tuple([match.end() for match in _CLAUSE_END.finditer(plain)])


def clause_at(field: Field, view: str, start: int) -> Clause:
    """The clause around an offset of a view. It is told in the plain view: the joined one has lost Chinese commas."""
    return field.name, bisect_right(_clause_ends(field.text.plain), field.text.in_plain(view, start, start + 1)[0])


def refused(signs: Iterable[Sign]) -> dict[Clause, list[Sign]]:
    """Clauses that refuse, fight or report what they name, with the signs that show it."""
    found: dict[Clause, list[Sign]] = {}
    for sign in signs:
        if sign.kind in REFUSING:
            found.setdefault(sign.clause, []).append(sign)
    return found


def signs_in(texts: Sequence[Field]) -> list[Sign]:
    """Every sign and act of every text, each kind at most once per clause."""
    words = _words()
    return [sign for text in texts if (places := words.find(text.text.joined)) for sign in _signs(text, places[:_MOST])]


def _signs(field: Field, places: Iterable[Place]) -> Iterator[Sign]:
    joined, at = field.text.joined, field.text.joined_at
    ends, uses = _clause_ends(field.text.plain), _words().meanings
    begun: dict[_Pairing, tuple[int, int]] = {}
    shown: set[tuple[str, int]] = set()
    for number, start, end in places:
        use = uses[number]
        if use.latin and not stands_alone(joined, start, end):
            continue
        for pair in use.begins:
            begun[pair] = start, end
        if not use.shows:
            continue
        clause = bisect_right(ends, start if at is None else at[start])
        for kind, pairing in use.shows:
            here = start
            if pairing is not None:
                here, until = begun.get(pairing, _NOWHERE)
                if not until <= start <= until + _NEAR or clause != bisect_right(
                    ends, here if at is None else at[here]
                ):
                    continue
            if (kind, clause) in shown or (kind in _WAIVABLE and waived(joined, here)):
                continue
            shown.add((kind, clause))
            yield Sign(kind, field, here, end, (field.name, clause))


def firsts(signs: Iterable[Sign]) -> dict[str, Sign]:
    """Kind -> the first sign of it."""
    found: dict[str, Sign] = {}
    for sign in signs:
        found.setdefault(sign.kind, sign)
    return found
