"""A DEX file: its tables as arrays, its code on demand.

Nothing here trusts the file. A table is cut to what the file can hold, and every index in the arrays is safe to use:
one that points outside its table points at that table's last row instead, which is added and stands for nothing (an
empty string, a type without name). So `type_strings` has one row more than the file, and so have the string arrays.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from apk_analysis.defects import problem
from apk_analysis.dex.code import Code, opcodes, read_code
from apk_analysis.dex.header import Table, header_offsets, read_header
from apk_analysis.dex.strings import Strings
from apk_analysis.dex.tables import Tables
from apk_analysis.fingerprint import Problem


class Dex:
    """An opened DEX file. Raises Defect when it is none: 'malformed_dex', or 'not_a_dex' for what Android makes of one.

    `at`: where its header is; other than 0 only in a container (`opened`).
    """

    def __init__(self, data: bytes, name: str, at: int = 0) -> None:
        self.data = bytes(data)
        self.name = name
        self.problems: list[Problem] = []
        self._view = np.frombuffer(self.data, np.uint8)
        header = read_header(self.data, at, self._note)
        self.strings = Strings(self.data, self._view, self._words(header.strings, 1)[:, 0].copy())
        self._note_strings()
        types = self._words(header.types, 1)[:, 0]
        self.type_strings: NDArray[np.uint32] = np.append(self._valid(types, len(self.strings)), len(self.strings))
        methods = self._words(header.methods, 2)
        self.method_class = self._valid(methods[:, 0] & np.uint32(0xFFFF), len(types))
        self.method_proto = methods[:, 0] >> np.uint32(16)
        self.method_name = self._valid(methods[:, 1], len(self.strings))
        classes = self._words(header.classes, 8)
        self.class_type = self._valid(classes[:, 0], len(types))
        self.class_flags = classes[:, 1].copy()
        self.class_super = self._valid(classes[:, 2], len(types))
        self.class_data = classes[:, 6].copy()
        """Offset of each class's data; 0 for a class without fields and methods."""
        self.class_annotations, self.class_values = classes[:, 5].copy(), classes[:, 7].copy()
        """Offsets of each class's annotations and of the first values of its static fields; 0 for none."""
        self._note_classes()
        self._code: Code | None = None

    def type_name(self, index: int) -> bytes:
        """Descriptor: b'Lcom/example/Main;'; b'' when there is no such type."""
        return self.strings[int(self.type_strings[index])] if 0 <= index < len(self.type_strings) else b""

    def class_name(self, index: int) -> bytes:
        """Descriptor of the class that is defined in a row of the class table."""
        return self.type_name(int(self.class_type[index]))

    def method_id(self, index: int) -> tuple[bytes, bytes]:
        """(descriptor of the class, name) of a row of the method table."""
        return self.type_name(int(self.method_class[index])), self.strings[int(self.method_name[index])]

    def code(self) -> Code:
        """All methods with code; read on the first call."""
        if self._code is None:
            tables = Tables(
                data=self._view,
                string_starts=self.strings.starts,
                string_lengths=self.strings.lengths,
                type_strings=self.type_strings,
                method_class=self.method_class,
                method_name=self.method_name,
                class_data=self.class_data,
            )
            self._code = read_code(tables, self._note)
        return self._code

    @property
    def held(self) -> int:
        """Bytes that the arrays made of the file take, its code's included."""
        arrays = (self.strings.starts, self.strings.lengths, self.type_strings, self.method_class, self.method_proto)
        more = (self.method_name, self.class_type, self.class_flags, self.class_super, self.class_data)
        return sum(array.nbytes for array in (*arrays, *more)) + self.code().held

    def opcodes(self, number: int) -> bytes:
        """Opcodes of a method of `code()`, in order, without the data of switches and arrays."""
        return opcodes(self._view, self.code(), number)

    def _words(self, table: Table, width: int) -> NDArray[np.uint32]:
        """A table as rows of `width` 32-bit numbers."""
        words: NDArray[np.uint32] = np.frombuffer(
            self.data, "<u4", table.count * width, table.start if table.count else 0
        )
        return words.reshape(table.count, width)

    def _valid(self, indexes: NDArray[np.uint32], rows: int) -> NDArray[np.uint32]:
        """The indexes with those outside a table of `rows` rows pointing at the row behind its last."""
        return np.minimum(indexes, np.uint32(rows)).astype(np.uint32)

    def _note(self, kind: str, detail: str) -> None:
        self.problems.append(problem("dex", kind, f"{self.name}: {detail}"))

    def _note_strings(self) -> None:
        if self.strings.malformed:
            self._note("malformed_dex", f"{self.strings.malformed} strings have no end inside the file")
        if self.strings.unread:
            self._note("dex_limit", f"strings overlap: {self.strings.unread} are not read")

    def _note_classes(self) -> None:
        repeated = len(self.class_type) - len(np.unique(self.class_type))
        if repeated:
            self._note("duplicate_class", f"{repeated} classes are defined again")


def opened(data: bytes, name: str) -> Iterator[Dex]:
    """All DEX files in `data`: one, or those of a container (DEX 041). Raises Defect where one is none."""
    for at in header_offsets(data):
        yield Dex(data, name if at == 0 else f"{name}+{at:#x}", at)
