"""Hashes of class and method names, and which of them belong to the platform.

A name's hash is FNV-1a's loop in 64 bits over its MUTF-8 bytes, finished by MurmurHash3's mixer. A method's hash joins
those of its class and its name, so that overloads share one. Neither depends on the order of any table.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apk_analysis.compiled import compiled
from apk_analysis.dex.tables import Tables

PLATFORM = (b"Ljava/", b"Ljavax/", b"Landroid/", b"Ldalvik/", b"Lorg/json/", b"Lorg/w3c/", b"Lorg/xml/")
"""Beginnings of class descriptors that Android itself brings, and that no shrinker can rename."""
BUNDLED = (b"Landroid/support/", b"Landroid/arch/", b"Ljavax/inject/")
"""Those of libraries that merely look so: apps bring them along."""

_BASIS, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_FIRST, _SECOND, _SHIFT = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53), np.uint64(33)
_ODD = np.uint64(0x9E3779B97F4A7C15)


def words(texts: tuple[bytes, ...]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """(all bytes, where each text begins and the last one ends): texts as compiled code takes them."""
    bounds = np.cumsum([0, *(len(text) for text in texts)], dtype=np.int64)
    return np.frombuffer(b"".join(texts) or b"\0", np.uint8), bounds


def hash_method(owner: bytes, name: bytes) -> int:
    """The hash of a method from its class's descriptor and its name, both MUTF-8."""
    with np.errstate(over="ignore"):  # it wraps around
        return int(_hash_both(np.frombuffer(owner + name + b"\0", np.uint8), np.int64(len(owner)), np.int64(len(name))))


_PLATFORM, _PLATFORM_BOUNDS = words(PLATFORM)
_BUNDLED, _BUNDLED_BOUNDS = words(BUNDLED)


@compiled
def hash_names(tables: Tables, method_hash: NDArray[np.uint64], platform: NDArray[np.uint8]) -> None:
    """Fills `method_hash` and `platform` (1 for a method of a platform class) for all rows of the method table."""
    data, starts, lengths = tables.data, tables.string_starts, tables.string_lengths
    types = np.zeros(len(tables.type_strings), np.uint64)
    flags = np.zeros(len(tables.type_strings), np.uint8)
    names = np.zeros(len(starts), np.uint64)  # 0: not hashed yet; many methods share a name, and types may
    for index in range(len(types)):
        string = tables.type_strings[index]
        start, length = starts[string], np.int64(lengths[string])
        if names[string] == 0:
            names[string] = _hash(data, start, length)
        types[index] = names[string]
        if _begins(data, start, length, _PLATFORM, _PLATFORM_BOUNDS):
            flags[index] = not _begins(data, start, length, _BUNDLED, _BUNDLED_BOUNDS)
    for index in range(len(method_hash)):
        name, owner = tables.method_name[index], tables.method_class[index]
        if names[name] == 0:
            names[name] = _hash(data, starts[name], np.int64(lengths[name]))
        method_hash[index] = _joined(types[owner], names[name])
        platform[index] = flags[owner]


@compiled
def _hash_both(data: NDArray[np.uint8], owner: np.int64, name: np.int64) -> np.uint64:
    """Hash of a method whose class's descriptor and name, of so many bytes, follow each other in `data`."""
    return _joined(_hash(data, np.int64(0), owner), _hash(data, owner, name))


@compiled
def _hash(data: NDArray[np.uint8], start: np.int64, length: np.int64) -> np.uint64:
    """Hash of `length` bytes at `start`."""
    value = _BASIS
    for at in range(start, start + length):
        value = (value ^ np.uint64(data[at])) * _PRIME
    return _mixed(value)


@compiled
def _joined(owner: np.uint64, name: np.uint64) -> np.uint64:
    """A method's hash from that of its class's descriptor and that of its name."""
    return _mixed(owner * _ODD ^ name)


@compiled
def _mixed(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> _SHIFT)) * _FIRST
    value = (value ^ (value >> _SHIFT)) * _SECOND
    return value ^ (value >> _SHIFT)


@compiled
def _begins(
    data: NDArray[np.uint8], start: np.int64, length: np.int64, text: NDArray[np.uint8], bounds: NDArray[np.int64]
) -> bool:
    """Whether the bytes begin with one of the words."""
    for word in range(len(bounds) - 1):
        size = bounds[word + 1] - bounds[word]
        if length >= size:
            same = 0
            while same < size and data[start + same] == text[bounds[word] + same]:
                same += 1
            if same == size:
                return True
    return False
