"""The one pass that looks for the anchors of all facts in everything that can hold text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from apk_analysis.contents import Content
from apk_analysis.defects import problem
from apk_analysis.fingerprint import Problem
from apk_analysis.traits.automaton import Ints, Pattern, Tables, build
from apk_analysis.traits.facts import KINDS, Fact, Kind, all_facts
from apk_analysis.traits.texts import kind_of, span_of, string_starts
from apk_analysis.traits.walk import Found, Walker

BEFORE, AFTER = 64, 512
"""Characters kept in front of a hit, and from its first one on."""
BATCH, SMALL = 1 << 20, 1 << 16
"""Entries of less than SMALL bytes are searched together, BATCH bytes at a time."""
MOST_BYTES, MOST_HITS = 1 << 30, 50_000
SEPARATOR = b"\n\xff\xfe\n"
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where an anchor stands."""

    file: str
    """Of the fact: 'packers'."""
    id: str
    """Of the fact inside its file: 'bangcle'."""
    anchor: str
    """As the fact spells it."""
    where: str
    """Entry; '' for the list of names."""
    kind: Kind
    offset: int
    """Of the first byte inside the entry."""
    string: int
    """Its number in the DEX file's string table; -1 elsewhere."""
    before: str
    """Up to BEFORE characters in front of it, in the same string or line of bytes without NUL."""
    text: str
    """From its first character on, up to AFTER characters and to the end of the string."""


class Hits:
    """The hits of one sample, in the order of its entries."""

    def __init__(self) -> None:
        self._by_fact: dict[tuple[str, str], list[Hit]] = {}
        self.count = 0

    def add(self, hit: Hit) -> None:
        """Records one."""
        self._by_fact.setdefault((hit.file, hit.id), []).append(hit)
        self.count += 1

    def of(self, file: str, *ids: str) -> tuple[Hit, ...]:
        """Hits of some facts of a file (of all facts without `ids`), those of one fact together."""
        wanted = [(name, fact) for name, fact in self._by_fact if name == file and (not ids or fact in ids)]
        return tuple(hit for key in sorted(wanted) for hit in self._by_fact[key])


class _Origin(NamedTuple):
    file: str
    id: str
    anchor: str
    encoding: str


class _Text(NamedTuple):
    where: str
    data: bytes


@cache
def _automaton() -> tuple[tuple[_Origin, ...], Tables]:
    pairs = [pair for file, facts in all_facts().items() for fact in facts for pair in _patterns(file, fact)]
    return tuple(origin for origin, _ in pairs), build([pattern for _, pattern in pairs])


def _patterns(file: str, fact: Fact) -> Iterator[tuple[_Origin, Pattern]]:
    """An anchor in every encoding in which it may stand."""
    kinds = sum(1 << KINDS.index(kind) for kind in fact.kinds)
    for anchor in fact.anchors:
        if anchor.isascii():
            yield _Origin(file, fact.id, anchor, "utf-8"), Pattern(anchor.encode(), fact.fold, True, kinds, fact.most)
            continue
        escaped = "".join(char if char.isascii() else f"\\u{ord(char):04x}" for char in anchor)
        forms = {"utf-8": anchor.encode(), "escaped": escaped.encode()}
        forms |= {"gbk": anchor.encode("gbk"), "utf-16-le": anchor.encode("utf-16-le").strip(b"\0")}
        for encoding, text in forms.items():
            fold = fact.fold or encoding == "escaped"
            yield _Origin(file, fact.id, anchor, encoding), Pattern(text, fold, False, kinds, fact.most)


class Search:
    """Searches entries as they come by; afterwards `hits` and `problems` are complete."""

    def __init__(self) -> None:
        self.hits = Hits()
        self.problems: list[Problem] = []
        self._origins, tables = _automaton()
        self._walker = Walker(tables)
        self._waiting: dict[Kind, list[_Text]] = {}
        self._sizes: dict[Kind, int] = dict.fromkeys(KINDS, 0)
        self._left = MOST_BYTES

    def take(self, content: Content) -> None:
        """One inflated entry."""
        name, data = content.entry.name, content.data
        if data is None or self._left <= 0:
            self._note(name, "too large to search" if data is None else "enough was searched before it")
            return
        kind = kind_of(name, data)
        if kind is None or not data:
            return
        self._left -= len(data)
        self.look(name, kind, data)

    def look(self, where: str, kind: Kind, data: bytes) -> None:
        """Searches `data`, now or with the next ones of its kind."""
        if len(data) >= SMALL or kind == "dex":
            self._one(_Text(where, data), kind)
            return
        self._waiting.setdefault(kind, []).append(_Text(where, data))
        self._sizes[kind] += len(data)
        if self._sizes[kind] >= BATCH:
            self._many(kind)

    def finish(self, names: Sequence[str]) -> None:
        """Searches what still waits, and the names of the entries."""
        self.look("", "name", "\n".join(names).encode("utf-8", "surrogateescape"))
        for kind in KINDS:
            self._many(kind)

    def _many(self, kind: Kind) -> None:
        texts, self._sizes[kind] = self._waiting.pop(kind, []), 0
        if not texts:
            return
        joined = SEPARATOR.join(text.data for text in texts)
        found = self._walker.walk(joined, (0, len(joined)), 1 << KINDS.index(kind))
        if found.left_out:  # one of them must not hide what stands in another
            for text in texts:
                self._one(text, kind)
            return
        begins = np.cumsum([0, *(len(text.data) + len(SEPARATOR) for text in texts)])
        owner = np.searchsorted(begins, found.start, "right") - 1
        for number in np.unique(owner):
            of_one = owner == number
            self._keep(
                texts[number],
                kind,
                Found(found.pattern[of_one], found.start[of_one] - begins[number], found.wide[of_one], 0),
            )

    def _one(self, text: _Text, kind: Kind) -> None:
        found = self._walker.walk(text.data, span_of(kind, text.data), 1 << KINDS.index(kind))
        self._keep(text, kind, found)

    def _keep(self, text: _Text, kind: Kind, found: Found) -> None:
        if not len(found.pattern):
            return
        starts = string_starts(kind, text.data)
        order = np.argsort(starts, kind="stable")
        sorted_starts: Ints = starts[order]
        before = np.searchsorted(sorted_starts, found.start, "right") - 1
        for number, start, wide, place in zip(*(array.tolist() for array in (*found[:3], before)), strict=True):
            if self.hits.count >= MOST_HITS:
                self._note(text.where, "enough was found before it")
                return
            begin = int(sorted_starts[place]) if place >= 0 else 0
            string = int(order[place]) if kind == "dex" and place >= 0 else -1
            self.hits.add(self._hit(text, kind, self._origins[number], start, begin, string, wide=wide))

    def _hit(  # noqa: PLR0917 - one hit and where it stands
        self, text: _Text, kind: Kind, origin: _Origin, start: int, begin: int, string: int, *, wide: bool
    ) -> Hit:
        encoding, width = ("utf-16-le", 2) if wide or origin.encoding == "utf-16-le" else (origin.encoding, 1)
        first = max(begin, start - BEFORE * width)
        first += (start - first) % width
        return Hit(
            file=origin.file,
            id=origin.id,
            anchor=origin.anchor,
            where=text.where,
            kind=kind,
            offset=start,
            string=string,
            before=_decoded(text.data[first:start], encoding).rpartition("\0")[2],
            text=_decoded(text.data[start : start + AFTER * width], encoding).partition("\0")[0],
        )

    def _note(self, name: str, why: str) -> None:
        if not any(item.detail.endswith(why) for item in self.problems):
            self.problems.append(problem("traits", "not_examined", f"{name}: {why}"))


def _decoded(raw: bytes, encoding: str) -> str:
    if encoding == "escaped":
        return _ESCAPE.sub(lambda hit: chr(int(hit[1], 16)), raw.decode("utf-8", "replace"))
    return raw.decode(encoding, "replace")
