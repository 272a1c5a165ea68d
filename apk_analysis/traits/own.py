"""What of a sample's DEX files is the app's own: methods, constants, and who uses them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from apk_analysis.code.own import Own, OwnDex
from apk_analysis.dex import string_values
from apk_analysis.traits.search import Hit

Mask = NDArray[np.bool_]
_CONTAINED = re.compile(r"\+0x[0-9a-f]+$")
"""Behind the name of a DEX file that shares its file with others."""


class AppDex:
    """One DEX file."""

    def __init__(self, part: OwnDex) -> None:
        self.part = part
        self.dex = part.dex
        self.where = _CONTAINED.sub("", part.dex.name)
        self.classes: Mask = part.own
        """bool[classes]."""
        self.any = bool(part.own.any())
        """Whether it holds own code at all: many files hold libraries only."""

    @cached_property
    def methods(self) -> Mask:
        """bool[methods with code]."""
        mask: Mask = self.classes[self.dex.code().owner]
        return mask

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """Own methods, as numbers into `dex.code()`."""
        return tuple(np.flatnonzero(self.methods).tolist())

    @cached_property
    def values(self) -> NDArray[np.int64]:
        """int64[n, 2]: (own class, string) of the values of its static fields and annotations."""
        return string_values(self.dex, self.classes)

    @cached_property
    def strings(self) -> Mask:
        """bool[strings + 1]: constants of own classes, in code and as values."""
        used = self.dex.code().strings
        mask = np.zeros(len(self.dex.strings) + 1, bool)
        mask[used.values[np.repeat(self.methods, np.diff(used.starts))]] = True
        mask[self.values[:, 1]] = True
        return mask

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        order = np.argsort(self.dex.strings.starts[:-1], kind="stable")
        return order, self.dex.strings.starts[order]

    def string_at(self, offset: int) -> int:
        """The string that holds the byte at `offset` of the file; -1 when none does."""
        order, starts = self._sorted
        place = int(np.searchsorted(starts, offset, "right")) - 1
        if place < 0:
            return -1
        string = int(order[place])
        return string if offset < self.dex.strings.starts[string] + self.dex.strings.lengths[string] else -1

    @cached_property
    def _by_string(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Constants of own classes, ascending, and the class of each use."""
        code = self.dex.code()
        owner = np.repeat(code.owner, np.diff(code.strings.starts))
        own = np.flatnonzero(self.classes[owner])
        strings = np.concatenate([code.strings.values[own].astype(np.int64), self.values[:, 1]])
        order = np.argsort(strings, kind="stable")
        return strings[order], np.concatenate([owner[own].astype(np.int64), self.values[:, 0]])[order]

    def owners(self, string: int) -> list[int]:
        """Own classes with that constant."""
        used, owner = self._by_string
        begin, end = np.searchsorted(used, [string, string + 1])
        return sorted(set(owner[begin:end].tolist()))

    def constants(self, owner: int) -> list[int]:
        """Strings of one class, each once, in the order of their use."""
        code = self.dex.code()
        begin, end = np.searchsorted(self.values[:, 0], [owner, owner + 1])  # ascending: classes are read in order
        in_code = [string for row in self.rows(owner) for string in code.strings[row].tolist()]
        return list(dict.fromkeys([*in_code, *self.values[begin:end, 1].tolist()]))

    def rows(self, owner: int) -> range:
        """The methods of a class, as numbers into `dex.code()`."""
        owners = self.dex.code().owner  # ascending: code is read class by class
        return range(*np.searchsorted(owners, [owner, owner + 1]).tolist())

    def types(self, hits: Iterable[Hit]) -> Mask:
        """bool[types + 1]: those whose descriptor begins with an anchor, or is one when the anchor ends in ';'."""
        found = [
            self.string_at(hit.offset)
            for hit in hits
            if hit.kind == "dex" and hit.where == self.where and not hit.before and not hit.decode
        ]
        if not found:
            return np.zeros(len(self.dex.type_strings), bool)
        return np.isin(self.dex.type_strings, [string for string in found if string >= 0])

    def methods_of(self, types: Mask, names: Collection[str] | None = None) -> Mask:
        """bool[method table]: methods of the marked types, with one of `names` when they are given."""
        mask: Mask = types[self.dex.method_class]
        if names is not None:
            wanted = {name.encode() for name in names}
            for row in np.flatnonzero(mask).tolist():
                mask[row] = self.dex.strings[int(self.dex.method_name[row])] in wanted
        return mask

    def callers(self, calls: Mask) -> Mask:
        """bool[methods with code]: those that call one of the marked rows of the method table."""
        code = self.dex.code()
        mask = np.zeros(len(code), bool)
        if calls.any():
            mask[np.searchsorted(code.calls.starts, np.flatnonzero(calls[code.calls.values]), "right") - 1] = True
        return mask


class AppCode:
    """All DEX files of a sample."""

    def __init__(self, own: Own) -> None:
        self.dexes = tuple(AppDex(part) for part in own.dexes)

    def owns(self, hit: Hit) -> bool:
        """Whether a hit stands in an own string; outside DEX files everything is the app's."""
        if hit.kind != "dex":
            return True
        for dex in self.dexes:
            if dex.where == hit.where and (string := dex.string_at(hit.offset)) >= 0:
                return bool(dex.strings[string])
        return False


def dotted(descriptor: bytes) -> str:
    """'com.example.Main' for b'Lcom/example/Main;'."""
    return descriptor[1:-1].decode("utf-8", "replace").replace("/", ".")
