"""The one pass that looks for the anchors of all facts in everything that can hold text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from apk_analysis.contents import Content
from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Problem
from apk_analysis.traits.archives import INSIDE, files_of, is_archive
from apk_analysis.traits.facts import KINDS, Kind
from apk_analysis.traits.patterns import JOINED, Origin, automaton, bit
from apk_analysis.traits.texts import in_string, in_wide_string, kind_of, searched, span_of
from apk_analysis.traits.walk import Found, Walker

BEFORE, AFTER = 64, 512
"""Characters kept in front of a hit, and from its first one on."""
BATCH, SMALL = 1 << 20, 1 << 16
"""Entries of less than SMALL bytes are searched together, BATCH bytes at a time."""
MOST_BYTES, MOST_INSIDE = 1 << 30, 64 << 20
"""Of a sample; `MOST_INSIDE`: in archives inside it."""
MOST_APART = 48 << 20
"""Bytes of files that are taken apart before they are searched."""
MOST_HITS, MOST_OF_A_FACT = 50_000, 5_000
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
    before: str
    """Up to BEFORE characters in front of it, in the same string or line of bytes without NUL."""
    text: str
    """From its first character on, up to AFTER characters and to the end of the string."""
    form: str = ""
    """Set in `Hits.hidden` only: see `Origin.form`."""
    decode: tuple[str, ...] = ()
    """Steps that were needed to read the text it stands in."""


class Hits:
    """The hits of one sample, in the order of its entries; those in decoded constants last."""

    def __init__(self) -> None:
        self._by_fact: dict[tuple[str, str], list[Hit]] = {}
        self.hidden: list[Hit] = []
        """Anchors that were met reversed, in base64 or hexadecimal."""
        self._count = 0

    def add(self, hit: Hit) -> bool:
        """Records one. False when there is no room: one fact's decoys do not take that of the others."""
        of_fact = self.hidden if hit.form else self._by_fact.setdefault((hit.file, hit.id), [])
        if self._count >= MOST_HITS or len(of_fact) >= MOST_OF_A_FACT:
            return False
        of_fact.append(hit)
        self._count += 1
        return True

    def of(self, file: str, *ids: str) -> tuple[Hit, ...]:
        """Hits of some facts of a file (of all its facts without `ids`), those of one fact together."""
        wanted = [(name, fact) for name, fact in self._by_fact if name == file and (not ids or fact in ids)]
        return tuple(hit for key in sorted(wanted) for hit in self._by_fact[key])


class Text(NamedTuple):
    """Bytes that are searched."""

    where: str
    data: bytes
    decode: tuple[str, ...] = ()


class Search:
    """Searches entries as they come by; after `finish`, `hits` and `problems` are complete."""

    def __init__(self) -> None:
        self.hits = Hits()
        self._origins, tables = automaton()
        self._walker = Walker(tables)
        self._waiting: dict[Kind, list[Text]] = {}
        self._sizes: dict[Kind, int] = dict.fromkeys(KINDS, 0)
        self._left, self._room_inside, self._room_apart = MOST_BYTES, MOST_INSIDE, MOST_APART
        self._notes: dict[str, str] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was not searched, each reason once with the first entry it concerns."""
        return tuple(problem("traits", "not_examined", f"{name}: {why}") for why, name in self._notes.items())

    def note(self, why: str, where: str) -> None:
        """Records that not everything was looked at."""
        self._notes.setdefault(why, where)

    def take(self, content: Content) -> None:
        """One inflated entry."""
        data = content.data
        if data is None or self._left <= 0:
            why = "too large to search" if data is None else "enough was searched before it"
            self.note(why, content.where)
        elif is_archive(data):
            self._take_archive(content.where, data)
        else:
            self._take(content.where, data)

    def _take(self, where: str, data: bytes) -> None:
        kind = kind_of(where.rpartition(INSIDE)[2], data)
        if kind is not None:
            text = self._searched(data)
            self._left -= len(text)
            self.look(kind, Text(where, text))

    def _searched(self, data: bytes) -> bytes:
        """What is searched in place of a file. Taking it apart has a limit of its own; beyond it goes as it stands."""
        if self._room_apart < len(data):
            return data
        text = searched(data)
        self._room_apart -= 0 if text is data else len(data)
        return text

    def _take_archive(self, where: str, data: bytes) -> None:
        """What lies in an archive, one level deep; of deeper ones the names of their files are seen."""
        try:
            for path, content, cost in files_of(where, data, self._room_inside):
                self._room_inside -= cost
                self._take(path, content)
        except Defect as defect:
            self.note(f"an archive of which not all was searched ({defect.kind})", where)
            self.look("data", Text(where, data))

    def look(self, kind: Kind, text: Text) -> None:
        """Searches `text`, now or with the next ones of its kind."""
        if len(text.data) >= SMALL or kind == "dex":
            self._one(text, kind)
            return
        self._waiting.setdefault(kind, []).append(text)
        self._sizes[kind] += len(text.data)
        if self._sizes[kind] >= BATCH:
            self._many(kind)

    def finish(self) -> None:
        """Searches what still waits."""
        for kind in KINDS:
            self._many(kind)

    def joined(self, data: bytes) -> Found:
        """What stands in constants that were put behind each other; only of facts that ask for it."""
        return self._walker.walk(data, (0, len(data)), JOINED)

    def origin(self, pattern: int) -> Origin:
        """What `Found.pattern` means."""
        return self._origins[pattern]

    def _many(self, kind: Kind) -> None:
        texts, self._sizes[kind] = self._waiting.pop(kind, []), 0
        if not texts:
            return
        joined = SEPARATOR.join(text.data for text in texts)
        found = self._walker.walk(joined, (0, len(joined)), bit(kind))
        if len(found.cut):  # one of them must not hide what stands in another
            for text in texts:
                self._one(text, kind)
            return
        begins = np.cumsum([0, *(len(text.data) + len(SEPARATOR) for text in texts)])
        owner = np.searchsorted(begins, found.start, "right") - 1
        for number in np.unique(owner).tolist():
            of_one = owner == number
            start = found.start[of_one] - begins[number]
            self._keep(texts[number], kind, Found(found.pattern[of_one], start, found.wide[of_one], found.cut))

    def _one(self, text: Text, kind: Kind) -> None:
        found = self._walker.walk(text.data, span_of(kind, text.data), bit(kind))
        if any(self._origins[pattern].exhaustive for pattern in found.cut.tolist()):
            self.note("holds more of the same than is kept", text.where)
        self._keep(text, kind, found)

    def _keep(self, text: Text, kind: Kind, found: Found) -> None:
        for pattern, start, wide in zip(found.pattern.tolist(), found.start.tolist(), found.wide.tolist(), strict=True):
            if not self.hits.add(_hit(text, kind, self._origins[pattern], start, wide=wide)):
                self.note("enough was found before it", text.where)


def _hit(text: Text, kind: Kind, origin: Origin, start: int, *, wide: bool) -> Hit:
    encoding, width = ("utf-16-le", 2) if wide or origin.encoding == "utf-16-le" else (origin.encoding, 1)
    before = text.data[max(start % width, start - BEFORE * width) : start]
    if width == 2:
        shown = in_wide_string(kind, _decoded(before, encoding))
    else:
        shown = _decoded(in_string(kind, before), encoding)
    return Hit(
        file=origin.file,
        id=origin.id,
        anchor=origin.anchor,
        where=text.where,
        kind=kind,
        offset=start,
        before=shown,
        text=_decoded(text.data[start : start + AFTER * width], encoding).partition("\0")[0],
        form=origin.form,
        decode=text.decode,
    )


def _decoded(raw: bytes, encoding: str) -> str:
    if encoding == "escaped":
        return _ESCAPE.sub(lambda hit: chr(int(hit[1], 16)), raw.decode("utf-8", "replace"))
    if encoding == "gbk":  # what stands in front may begin in the middle of a character
        for cut in (raw, raw[1:]):
            try:
                return cut.decode("gbk")
            except UnicodeDecodeError:
                continue
    return raw.decode(encoding, "replace")
