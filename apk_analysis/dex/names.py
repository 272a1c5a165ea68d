"""Hashes of class and method names, and which of them belong to the platform.

A name's hash is FNV-1a's loop in 64 bits over its MUTF-8 bytes, finished by MurmurHash3's mixer. A method's hash joins
those of its class and its name, so that overloads share one. Neither depends on the order of any table.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from apk_analysis.compiled import compiled

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
        return int(_hash_both(np.frombuffer(owner + name + b"\0", np.uint8), len(owner), len(name)))


_PLATFORM, _PLATFORM_BOUNDS = words(PLATFORM)
_BUNDLED, _BUNDLED_BOUNDS = words(BUNDLED)


@compiled
def hash_names(
    data: NDArray[Any],
    starts: NDArray[Any],
    lengths: NDArray[Any],
    type_strings: NDArray[Any],
    method_class: NDArray[Any],
    method_name: NDArray[Any],
    method_hash: NDArray[Any],
    platform: NDArray[Any],
) -> None:
    """Fills `method_hash` (uint64) and `platform` (uint8, 1 for a method of a platform class) for all methods.

    Every index must lie inside the table that it points to.
    """
    types = np.zeros(len(type_strings), np.uint64)
    names = np.zeros(len(starts), np.uint64)  # 0: not hashed yet; names are shared by many methods
    flags = np.zeros(len(type_strings), np.uint8)
    for index in range(len(type_strings)):
        start, length = starts[type_strings[index]], np.int64(lengths[type_strings[index]])
        types[index] = _hash(data, start, length)
        if _begins(data, start, length, _PLATFORM, _PLATFORM_BOUNDS):
            flags[index] = not _begins(data, start, length, _BUNDLED, _BUNDLED_BOUNDS)
    for index in range(len(method_class)):
        name = method_name[index]
        if names[name] == 0:
            names[name] = _hash(data, starts[name], np.int64(lengths[name]))
        owner = method_class[index]
        method_hash[index] = _joined(types[owner], names[name])
        platform[index] = flags[owner]


@compiled
def _hash_both(data: NDArray[Any], owner: int, name: int) -> np.uint64:
    """Hash of a method whose class's descriptor and name, of so many bytes, follow each other in `data`."""
    return _joined(_hash(data, 0, owner), _hash(data, owner, name))


@compiled
def _hash(data: NDArray[Any], start: int, length: int) -> np.uint64:
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
def _begins(data: NDArray[Any], start: int, length: int, text: NDArray[Any], bounds: NDArray[Any]) -> bool:
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
