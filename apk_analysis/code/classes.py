"""The classes that a DEX file defines, as arrays: which package each is in, and what its code amounts to.

A class's hash is the mixed sum of its methods' mixed shapes: it does not depend on names or on any order, and changes
with every method that is added, dropped or rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apk_analysis.code.hashes import text_features
from apk_analysis.code.sketch import Features, mixed
from apk_analysis.compiled import compiled
from apk_analysis.dex import Dex

METHOD, CLASS, PACKAGE = 0x4D, 0x43, 0x50
"""Salts that keep the features of methods, classes and packages apart."""
_GENERATED = tuple(f"/{name}".encode() for name in ("R;", "R$", "BuildConfig;", "Manifest;", "Manifest$", "BR;"))
_WORDS = np.frombuffer(b"".join(word.ljust(16, b"\0") for word in _GENERATED), np.uint8).reshape(-1, 16)
_WORD_SIZES = np.array([len(word) for word in _GENERATED])
LONGEST = 512
"""Bytes of a package's name; the rest of a longer one is left out."""
MOST_GENERATED = 2
"""Methods with code that a class of constants has: its constructors. One with more only borrows the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """Arrays over the class table of a DEX file."""

    packages: tuple[str, ...]
    """Every package that occurs, dotted; '' for classes without one."""
    package_features: Features
    """Of `packages`."""
    package: NDArray[np.int64]
    """Index into `packages`."""
    methods: NDArray[np.int64]
    """With code."""
    units: NDArray[np.int64]
    """16-bit code units of its methods."""
    hash: Features
    """0 for a class without code."""
    generated: NDArray[np.bool_]
    """Constants that build tools write: R, BuildConfig, Manifest, BR."""


def read_classes(dex: Dex) -> Classes:
    """The classes of `dex`, in the order of its class table."""
    code = dex.code()
    count = len(dex.class_type)
    methods = np.bincount(code.owner, minlength=count)[:count]
    units = np.bincount(code.owner, weights=code.units, minlength=count)[:count].astype(np.int64)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed(code.shape, METHOD))])  # wraps around
    borders = np.searchsorted(code.owner, np.arange(count + 1))  # methods come class by class
    total = sums[borders[1:]] - sums[borders[:-1]]
    hashes = np.where(methods > 0, mixed(total, CLASS), np.uint64(0))
    strings, row = np.unique(dex.type_strings[dex.class_type], return_inverse=True)  # hostile files repeat long ones
    ends, named = np.zeros(len(strings), np.int64), np.zeros(len(strings), np.uint8)
    view = np.frombuffer(dex.data, np.uint8)
    starts, lengths = dex.strings.starts[strings], dex.strings.lengths[strings].astype(np.int64)
    _split(view, starts, lengths, ends, named)
    known, first, package = np.unique(
        text_features(view, starts + 1, ends, PACKAGE), return_index=True, return_inverse=True
    )
    return Classes(
        packages=tuple(_dotted(dex.data[starts[n] + 1 : min(ends[n], starts[n] + LONGEST)]) for n in first.tolist()),
        package_features=known,
        package=package.reshape(-1).astype(np.int64)[row],
        methods=methods,
        units=units,
        hash=hashes,
        generated=(named[row] > 0) & (methods <= MOST_GENERATED),
    )


def _dotted(package: bytes) -> str:
    return package.decode("utf-8", "replace").replace("/", ".")


@compiled
def _split(
    data: NDArray[Any],
    starts: NDArray[Any],
    lengths: NDArray[Any],
    ends: NDArray[Any],
    named: NDArray[Any],
) -> None:
    """For each descriptor fills the offset where its package ends, and 1 for a generated name."""
    for row in range(len(starts)):
        start, end = starts[row], starts[row] + lengths[row]
        slash = end - 1
        while slash > start and data[slash] != 0x2F:
            slash -= 1
        ends[row] = max(slash, start + 1)
        for word in range(len(_WORDS)):
            same = 0
            while same < _WORD_SIZES[word] and slash + same < end and data[slash + same] == _WORDS[word, same]:
                same += 1
            if same == _WORD_SIZES[word]:
                named[row] = 1
