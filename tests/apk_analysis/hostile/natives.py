"""Variants of native libraries: headers that lie, symbols without end."""

import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tests.apk_analysis.elf import shared_object
from tests.apk_analysis.hostile.base import newer, sealed, signed
from tests.apk_analysis.hostile.variant import variant
from tests.apk_analysis.zips import File, zipped

NAME = "lib/arm64-v8a/libdemo.so"
HEALTHY = shared_object(["JNI_OnLoad"])
TABLE = struct.unpack_from("<Q", HEALTHY, 64 + 56 + 8)[0]
"""Offset of the dynamic table: first what the library needs."""


def _raw(data: bytes) -> bytes:
    return signed({NAME: data})


def _at(offset: int, form: str, value: int) -> Callable[[], bytes]:
    changed = bytearray(HEALTHY)
    struct.pack_into(form, changed, offset, value)
    return lambda: _raw(bytes(changed))


FIELDS = {
    "program headers at 2^63": ("malformed_elf", "library", 32, "<Q", 2**63),
    "65,535 program headers": ("malformed_elf", "library", 56, "<H", 0xFFFF),
    "program headers of zero bytes": ("malformed_elf", "library", 54, "<H", 0),
    "sections at 2^63": ("", "", 40, "<Q", 2**63),
    "the byte order of other machines": ("malformed_elf", "library", 5, "<B", 2),
    "a segment of 2^63 bytes": ("", "", 64 + 32, "<Q", 2**63),
    "a dynamic table of 2^63 bytes": ("", "", 64 + 56 + 32, "<Q", 2**63),
    "a dynamic table at 2^63": ("", "", 64 + 56 + 8, "<Q", 2**63),
    "a note of 2^63 bytes": ("", "", 64 + 112 + 32, "<Q", 2**63),
    "a note with a name of 4 GB": ("", "library", struct.unpack_from("<Q", HEALTHY, 64 + 112 + 8)[0], "<L", 0xFFFFFFFF),
    "the name of what it needs at 2^63": ("", "", TABLE + 8, "<Q", 2**63),
}  # fmt: skip
for _name, (_kind, _lost, _offset, _form, _value) in FIELDS.items():
    variant(f"a library with {_name}", _kind, lost=_lost, status="valid")(_at(_offset, _form, _value))


def _pointing(tag: int, value: int) -> Callable[[], bytes]:
    """A library whose dynamic table says another address under a tag."""
    at = next(at for at in range(TABLE, len(HEALTHY), 16) if struct.unpack_from("<Q", HEALTHY, at)[0] == tag)
    return _at(at + 8, "<Q", value)


variant("a library whose symbols lie nowhere", "malformed_elf", status="valid")(_pointing(6, 1 << 60))
variant("a library whose strings lie nowhere", "malformed_elf", status="valid")(_pointing(5, 1 << 60))
variant("a library whose hash table is its end", "malformed_elf", status="valid")(_pointing(4, len(HEALTHY) - 3))

CONTENTS = {
    "cut in its header": ("malformed_elf", HEALTHY[:40], "library"),
    "cut in its segments": ("malformed_elf", HEALTHY[:100], "library"),
    "cut in its dynamic table": ("", HEALTHY[:-60], ""),
    "that is a web page": ("not_elf", b"<html>" * 99, "library"),
    "of random bytes": ("malformed_elf", b"\x7fELF\2\1" + random.Random(9).randbytes(50_000), "library"),
}
for _name, (_kind, _data, _lost) in CONTENTS.items():
    variant(f"a library {_name}", _kind, lost=_lost, status="valid")(lambda data=_data: _raw(data))


@variant("a library with 2^31 symbols", status="valid")
def _symbols() -> bytes:
    changed = bytearray(HEALTHY)
    place = changed.index(struct.pack("<LLL", 1, 2, 0))  # buckets, symbols, first bucket
    struct.pack_into("<L", changed, place + 4, 2**31)
    return _raw(bytes(changed))


@variant("a library whose 100,000 symbols share a name of 100 kB", status="valid")
def _shared_name() -> bytes:
    return _raw(shared_object(["Java_" + "A" * 100_000], repeat=100_000))


@variant("a library with 150,000 symbols counted by the newer table", status="valid")
def _newer() -> bytes:
    return _raw(shared_object(["JNI_OnLoad"], repeat=150_000, gnu=True))


@variant("1,000 libraries", "not_examined", status="valid")
def _many() -> bytes:
    return signed({f"lib/arm64-v8a/lib{number:04}.so": HEALTHY for number in range(1_000)} | {NAME: None, "lib/arm64-v8a/a.so": HEALTHY})  # fmt: skip


@variant(
    "300 libraries over the same bytes with 190,000 long names each", "overlapping_entries too_large", status="valid"
)
def _names_again() -> bytes:
    """Each name is the end of the one before."""
    count = 190_000
    data = np.frombuffer(shared_object(["".join(f"{n:06}" for n in range(count // 4))], repeat=count), np.uint8).copy()
    (begin, size) = struct.unpack_from("<Q16xQ", data, 64 + 56 + 8)
    tags = dict(struct.iter_unpack("<QQ", data[begin : begin + size].tobytes()))
    symbols = data[tags[6] + 24 * 2 : tags[6] + 24 * (count + 2)].reshape(count, 24)
    symbols[:, :4] = np.arange(1, count + 1, dtype="<u4").view(np.uint8).reshape(count, 4)
    symbols[:, 6:8] = 0  # taken from other libraries
    one = data.tobytes()
    packed = zlib.compress(one, 1)[2:-4]
    first = File(b"lib/arm64-v8a/l0.so", one, raw=packed)
    more = [
        replace(first, name=b"lib/arm64-v8a/l%d.so" % n, raw=b"", packed=len(packed), header=0) for n in range(1, 300)
    ]
    return sealed(zipped([first, *more, *(File(name.encode(), content) for name, content in newer().items())]))
