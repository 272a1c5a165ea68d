"""Signs of a trade and of lawful use, whatever is traded: who is absent, who must not notice, who consented.

A sign is told by words, or by one word followed closely by another in the same clause ('not' ... 'the holder'), so
that a wording nobody listed still shows it (`signs.yml`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from detection.fields import Field
from detection.normalise import fold, stands_alone
from detection.stance.offering import waived
from detection.words import Words
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
_MOST = 1000
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


@dataclass(frozen=True, slots=True)
class Sign:
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


@cache
def _words() -> Words[tuple[bool, tuple[tuple[str, int], ...]]]:
    """Each word means whether it must stand alone, and its uses: (kind, -1) alone, 2n and 2n + 1 for the halves of pair
    n. A single digit need not: it is the first one of a price.
    """
    uses: dict[str, dict[tuple[str, int], None]] = {}
    for kind in (*kinds().values(), *acts().values()):
        roles = [(-1, kind.words)]
        for number, pair in enumerate(kind.pairs):
            roles += [(2 * number, pair.first), (2 * number + 1, pair.then)]
        for role, words in roles:
            for word in words:
                uses.setdefault(fold(word), {})[kind.id, role] = None
    return Words(
        {
            word: (len(word) > 1 and (word[0].isascii() or word[-1].isascii()), tuple(used))
            for word, used in uses.items()
        }
    )


@lru_cache(maxsize=256)
def _clause_ends(plain: str) -> tuple[int, ...]:
    return tuple(match.end() for match in _CLAUSE_END.finditer(plain))


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


def signs_in(texts: Sequence[Field]) -> Iterator[Sign]:
    """Every sign and act of every text, each kind at most once per clause."""
    for field in texts:
        yield from _signs(field)


def _signs(field: Field) -> Iterator[Sign]:
    joined, at = field.text.joined, field.text.joined_at
    ends = _clause_ends(field.text.plain)
    begun: dict[tuple[str, int], tuple[int, int, Clause]] = {}
    shown: set[tuple[str, Clause]] = set()
    looked = 0
    words = _words()
    for word, start, end in words.find(joined):
        latin, uses = words.meanings[word]
        if latin and not stands_alone(joined, start, end):
            continue
        looked += 1
        if looked > _MOST:
            return
        clause = field.name, bisect_right(ends, start if at is None else at[start])
        for kind, role in uses:
            if role >= 0 and role % 2 == 0:
                begun[kind, role] = start, end, clause
                continue
            here = start
            if role > 0:
                first = begun.get((kind, role - 1))
                if first is None or first[2] != clause or not first[1] <= start <= first[1] + _NEAR:
                    continue
                here = first[0]
            if kind in _WAIVABLE and waived(joined, here):
                continue
            if (kind, clause) not in shown:
                shown.add((kind, clause))
                yield Sign(kind, field, here, end, clause)


def firsts(signs: Iterable[Sign]) -> dict[str, Sign]:
    """Kind -> the first sign of it."""
    found: dict[str, Sign] = {}
    for sign in signs:
        found.setdefault(sign.kind, sign)
    return found
