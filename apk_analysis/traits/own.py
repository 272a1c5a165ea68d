"""The app's own part of its DEX files: which classes, methods and strings somebody wrote for this app."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from apk_analysis.code.libraries import library_of
from apk_analysis.dex import Dex
from apk_analysis.traits.search import Hit

Mask = NDArray[np.bool_]
_GENERATED = re.compile(rb"(?:/|^L)(?:R|R\$\w+|BuildConfig);$")
_CONTAINED = re.compile(r"\+0x[0-9a-f]+$")
"""Behind the name of a DEX file that shares its file with others."""


class OwnDex:
    """One DEX file, and what of it is the app's own."""

    def __init__(self, dex: Dex, classes: Mask | None = None) -> None:
        """`classes`: bool[classes]; by names of packages when nobody knows better."""
        self.dex = dex
        self.where = _CONTAINED.sub("", dex.name)
        self.classes: Mask = _by_package(dex) if classes is None else classes

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
    def used(self) -> Mask:
        """bool[strings + 1]: constants in the code of own methods."""
        strings = self.dex.code().strings
        return self._marked(strings.values[np.repeat(self.methods, np.diff(strings.starts))])

    @cached_property
    def strings(self) -> Mask:
        """The same, and what no code uses: values of fields and annotations have no other owner."""
        return self.used | ~self._marked(self.dex.code().strings.values)

    def _marked(self, values: NDArray[np.uint32]) -> Mask:
        mask = np.zeros(len(self.dex.strings) + 1, bool)
        mask[values] = True
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
    def _by_string(self) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Strings that own methods use, ascending, and the method of each use."""
        strings = self.dex.code().strings
        method = np.repeat(np.arange(len(strings)), np.diff(strings.starts))
        own = np.flatnonzero(self.methods[method])
        order = own[np.argsort(strings.values[own], kind="stable")]
        return strings.values[order], method[order]

    def users(self, string: int) -> list[int]:
        """Own methods that use a string, as numbers into `dex.code()`."""
        used, method = self._by_string
        begin, end = np.searchsorted(used, [string, string + 1])
        found: list[int] = method[begin:end].tolist()
        return found

    def callers(self, calls: Mask) -> Mask:
        """bool[methods with code]: those that call one of the marked rows of the method table."""
        code = self.dex.code()
        found = np.searchsorted(code.calls.starts, np.flatnonzero(calls[code.calls.values]), "right") - 1
        mask = np.zeros(len(code), bool)
        mask[found] = True
        return mask


class OwnCode:
    """All DEX files of a sample."""

    def __init__(self, dexes: Sequence[Dex], classes: Sequence[Mask] | None = None) -> None:
        """`classes`: for each file bool[classes], which of them are the app's own."""
        known: Sequence[Mask | None] = classes if classes is not None else [None] * len(dexes)
        self.dexes = tuple(OwnDex(dex, mask) for dex, mask in zip(dexes, known, strict=True))

    def owns(self, hit: Hit) -> bool:
        """Whether a hit stands in an own string; outside DEX files everything is the app's."""
        if hit.kind != "dex":
            return True
        for dex in self.dexes:
            if dex.where == hit.where and (string := dex.string_at(hit.offset)) >= 0:
                return bool(dex.strings[string])
        return False


def _by_package(dex: Dex) -> Mask:
    """Classes outside known libraries; R and BuildConfig are nobody's."""
    known: dict[bytes, bool] = {}
    mask = np.zeros(len(dex.class_type), bool)
    for row in range(len(mask)):
        name = dex.class_name(row)
        package = name.rpartition(b"/")[0]
        if package not in known:
            known[package] = library_of(package[1:].decode("utf-8", "replace").replace("/", ".")) is None
        mask[row] = known[package] and not _GENERATED.search(name)
    return mask


def dotted(descriptor: bytes) -> str:
    """'com.example.Main' for b'Lcom/example/Main;'."""
    return descriptor[1:-1].decode("utf-8", "replace").replace("/", ".")
