"""Native libraries: build id, name, JNI exports and imports of ELF files, as Android's loader finds them.

Only segments and the dynamic table count, like on Android: section headers are for debuggers, packers forge them, and
nothing here reads them. An own reader because lief builds a string for every symbol and section: a file of 660 kB whose
symbols share one long name costs it 34 s and 2.1 GB. Here names are cut and counts capped; tests compare with lief.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apk_analysis.contents import Content, Contents
from apk_analysis.defects import Defect
from apk_analysis.fingerprint import NativeLibrary, Problem

MAGIC = b"\x7fELF"
MACHINES = {3: "I386", 8: "MIPS", 40: "ARM", 62: "X86_64", 183: "AARCH64", 243: "RISCV"}
MOST_LIBRARIES, MOST_SEGMENTS, MOST_TAGS, MOST_SYMBOLS, MOST_NEEDED, MOST_JNI = 300, 128, 4096, 200_000, 500, 200
MOST_NAMES, MOST_IN_ALL = 4 << 20, 24 << 20
"""Characters of all names of one library, and of all libraries of an app."""
LONGEST_NAME, LARGEST_NOTES, REPEATED = 500, 4096, 5
LOAD, DYNAMIC, NOTE = 1, 2, 4
NEEDED, HASH, STRINGS, SYMBOLS, STRINGS_SIZE, SONAME, GNU_HASH = 1, 4, 5, 6, 10, 14, 0x6FFFFEF5
_SYMBOL = {
    False: np.dtype(
        [("name", "<u4"), ("value", "<u4"), ("size", "<u4"), ("info", "u1"), ("other", "u1"), ("at", "<u2")]
    ),
    True: np.dtype(
        [("name", "<u4"), ("info", "u1"), ("other", "u1"), ("at", "<u2"), ("value", "<u8"), ("size", "<u8")]
    ),
}


class Natives:
    """Collects the native libraries of all parts of an app while their contents go by."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._found: dict[str, NativeLibrary] = {}
        self._noted: dict[str, int] = {}
        self._room = MOST_IN_ALL

    @property
    def libraries(self) -> tuple[NativeLibrary, ...]:
        """By path."""
        return tuple(self._found[where] for where in sorted(self._found))

    def take(self, content: Content, contents: Contents) -> None:
        """Reads `content` when it is a native library, by its name or by its first bytes."""
        name, data = content.where, content.data
        if not (name.endswith(".so") or (data is not None and data.startswith(MAGIC))):
            return
        if len(self._found) >= MOST_LIBRARIES:
            self._note(Defect("not_examined", f"native libraries beyond {MOST_LIBRARIES}, from {name} on"))
            return
        if data is None:
            digest, size = contents.digest(content.entry, "sha256").hex(), contents.size(content.entry)
            self._found[name] = NativeLibrary(where=name, sha256=digest, size=size, machine="")
            self._note(Defect("too_large", f"{name}: only hashed"))
            return
        library, defect, named = _read(name, data, min(MOST_NAMES, self._room))
        self._room -= named
        self._found[name] = library
        if defect is not None:
            self._note(defect)

    def _note(self, defect: Defect) -> None:
        """Records what is wrong; of each kind at most REPEATED times, a limit only once."""
        self._noted[defect.kind] = self._noted.get(defect.kind, 0) + 1
        if self._noted[defect.kind] <= (1 if defect.kind == "not_examined" else REPEATED):
            self.problems.append(defect.problem("native"))


def read_library(where: str, data: bytes) -> tuple[NativeLibrary, Defect | None]:
    """Facts of one library, and what is wrong with it; a damaged one keeps its hash and what was readable."""
    return _read(where, data, MOST_NAMES)[:2]


def _read(where: str, data: bytes, most: int) -> tuple[NativeLibrary, Defect | None, int]:
    """The same, and how many characters of names were read, of `most`."""
    bare: dict[str, Any] = {"where": where, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    try:
        elf = Elf(data, most)
    except Defect as defect:
        return NativeLibrary(**bare, machine=""), Defect(defect.kind, f"{where}: {defect.detail}"), 0
    try:
        exports, imports = elf.symbols()
        needed, soname = elf.needed(), elf.soname()
    except Defect as defect:
        facts = NativeLibrary(**bare, machine=elf.machine, build_id=elf.build_id())
        return facts, Defect(defect.kind, f"{where}: {defect.detail}"), elf.named
    listed = "\n".join(sorted({*imports, *needed})).encode()
    library = NativeLibrary(
        **bare,
        machine=elf.machine,
        build_id=elf.build_id(),
        soname=soname,
        jni=tuple(sorted(name for name in exports if name.startswith("Java_") or name == "JNI_OnLoad"))[:MOST_JNI],
        imports_sha256=hashlib.sha256(listed).hexdigest() if listed else None,
    )
    return library, None, elf.named


@dataclass(frozen=True, slots=True)
class _Segment:
    kind: int
    offset: int
    address: int
    size: int
    """In the file."""


class Elf:
    """Segments and dynamic table of one little-endian ELF file. Raises Defect when the header is unusable."""

    def __init__(self, data: bytes, most: int = MOST_NAMES) -> None:
        """`most`: characters of all names of symbols."""
        self.named = 0
        """Characters of the names that were read."""
        self._most = most
        if not data.startswith(MAGIC):
            raise Defect("not_elf", "no ELF file")
        if len(data) < 64 or data[4] not in {1, 2} or data[5] != 1:
            raise Defect("malformed_elf", "header")
        self.data = data
        self.wide = data[4] == 2
        machine = int.from_bytes(data[18:20], "little")
        self.machine = MACHINES.get(machine, f"EM_{machine}")
        self._segments = tuple(self._read_segments())
        self._tags = dict[int, int]()
        self._needed: list[int] = []
        self._read_dynamic()

    def _read_segments(self) -> Iterator[_Segment]:
        at = int.from_bytes(self.data[32:40] if self.wide else self.data[28:32], "little")
        size, count = struct.unpack_from("<HH", self.data, 54 if self.wide else 42)
        form = struct.Struct("<LLQQQQ" if self.wide else "<LLLLL")
        if count and (size < form.size or at + min(count, MOST_SEGMENTS) * size > len(self.data)):
            raise Defect("malformed_elf", "program headers")
        for number in range(min(count, MOST_SEGMENTS)):
            fields = form.unpack_from(self.data, at + number * size)
            kind, offset, address, length = (
                (fields[0], fields[2], fields[3], fields[5]) if self.wide else (*fields[:3], fields[4])
            )
            yield _Segment(kind, offset, address, length)

    def _read_dynamic(self) -> None:
        table = next((segment for segment in self._segments if segment.kind == DYNAMIC), None)
        if table is None:
            return
        word = 8 if self.wide else 4
        size = min(table.size, MOST_TAGS * 2 * word, max(0, len(self.data) - table.offset))
        pairs = np.frombuffer(self.data, f"<u{word}", size // (2 * word) * 2, table.offset) if size >= 2 * word else ()
        for tag, value in zip(pairs[::2], pairs[1::2], strict=True):
            if tag == 0:
                return
            if tag == NEEDED:
                self._needed.append(int(value))
            self._tags.setdefault(int(tag), int(value))

    def _offset(self, address: int) -> int:
        """Where the byte of a virtual address stands in the file."""
        for segment in self._segments:
            if segment.kind == LOAD and segment.address <= address < segment.address + segment.size:
                at = address - segment.address + segment.offset
                if at < len(self.data):
                    return at
        raise Defect("malformed_elf", f"address {address:#x} is not in the file")

    def _name(self, table: int, at: int) -> str:
        start = table + at
        stop = self.data.find(b"\0", start, start + LONGEST_NAME)
        return self.data[start : start + LONGEST_NAME if stop < 0 else stop].decode("utf-8", "replace")

    def needed(self) -> tuple[str, ...]:
        """Libraries that it loads. Raises Defect."""
        if not self._needed:
            return ()
        table = self._offset(self._tags.get(STRINGS, 0))
        return tuple(self._name(table, at) for at in self._needed[:MOST_NEEDED])

    def soname(self) -> str | None:
        """The name it gives itself. Raises Defect."""
        if SONAME not in self._tags:
            return None
        return self._name(self._offset(self._tags.get(STRINGS, 0)), self._tags[SONAME]) or None

    def build_id(self) -> str | None:
        """The GNU build id of the first note that has one."""
        for segment in self._segments:
            if segment.kind != NOTE:
                continue
            notes, at = self.data[segment.offset : segment.offset + min(segment.size, LARGEST_NOTES)], 0
            while at + 12 <= len(notes):
                name, size, kind = struct.unpack_from("<LLL", notes, at)
                content = at + 12 + (name + 3 & ~3)
                if kind == 3 and notes[at + 12 : at + 12 + name] == b"GNU\0":
                    return notes[content : content + min(size, 64)].hex() or None
                at = content + (size + 3 & ~3)
        return None

    def symbols(self) -> tuple[set[str], set[str]]:
        """(exported names with the first letter of JNI ones, names that it takes from others). Raises Defect."""
        if SYMBOLS not in self._tags or STRINGS not in self._tags:
            return set(), set()
        start, table = self._offset(self._tags[SYMBOLS]), self._offset(self._tags[STRINGS])
        form = _SYMBOL[self.wide]
        count = min(self._symbol_count(), MOST_SYMBOLS, (len(self.data) - start) // form.itemsize)
        found = np.frombuffer(self.data, form, count, start)
        usable = (found["name"] != 0) & ((found["info"] >> 4 == 1) | (found["info"] >> 4 == 2))
        theirs = found["at"] == 0
        offered = found["name"][usable & ~theirs]
        letters = np.frombuffer(self.data, np.uint8)[np.minimum(offered.astype(np.int64) + table, len(self.data) - 1)]
        exports = self._names(table, offered[letters == ord("J")])
        return exports, self._names(table, found["name"][usable & theirs])

    def _names(self, table: int, places: NDArray[np.uint32]) -> set[str]:
        """The different names at these places. Raises Defect when they are too long together."""
        names = set[str]()
        ordered = np.sort(places)  # numpy's own `unique` takes five times as long
        for at in ordered[np.diff(ordered, prepend=0) != 0].tolist():
            name = self._name(table, at)
            self.named += len(name)
            if self.named > self._most:
                raise Defect("too_large", f"names of more than {self._most} characters")
            names.add(name)
        return names

    def _symbol_count(self) -> int:
        """From either hash table; neither says it directly elsewhere."""
        if HASH in self._tags:
            at = self._offset(self._tags[HASH])
            if at + 8 > len(self.data):
                raise Defect("malformed_elf", "hash table")
            return int(struct.unpack_from("<L", self.data, at + 4)[0])
        if GNU_HASH not in self._tags:
            return 0
        at = self._offset(self._tags[GNU_HASH])
        if at + 16 > len(self.data):
            raise Defect("malformed_elf", "hash table")
        buckets, first, bloom = struct.unpack_from("<LLL", self.data, at)
        start = at + 16 + bloom * (8 if self.wide else 4)
        if start + 4 * buckets > len(self.data):
            raise Defect("malformed_elf", "hash table")
        last = int(np.frombuffer(self.data, "<u4", buckets, start).max(initial=0))
        if last < first:
            return int(first)
        chain = start + 4 * buckets + 4 * (last - first)
        links = np.frombuffer(
            self.data, "<u4", max(0, min(MOST_SYMBOLS, (len(self.data) - chain) // 4)), min(chain, len(self.data))
        )
        ends = np.flatnonzero(links & 1)
        return last + (int(ends[0]) if ends.size else links.size - 1) + 1
