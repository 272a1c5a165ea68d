"""Variants of the DEX files: headers that lie, tables over the same bytes, bait, constants that multiply."""

import base64
import random
import struct
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from tests.apk_analysis.dexes import Uses, dex
from tests.apk_analysis.dexes import sealed as with_sums
from tests.apk_analysis.hostile.base import CLASSES, HOST, newer, sealed, signed
from tests.apk_analysis.hostile.variant import variant
from tests.apk_analysis.zips import File, deflated, zipped

STRINGS, TYPES, METHODS, CLASS_DEFS = 0x38, 0x40, 0x58, 0x60
CODE = "code host_in_code"
HEALTHY = dex(CLASSES)
FAR, MANY = struct.pack("<L", 2**31), struct.pack("<L", 2**31)


def _patched(at: int, value: bytes) -> Callable[[], bytes]:
    """The package whose DEX file holds `value` at an offset."""
    return lambda: signed({"classes.dex": HEALTHY[:at] + value + HEALTHY[at + len(value) :]})


def _beside(*files: bytes) -> bytes:
    """The package with further DEX files."""
    names = [f"classes{number}.dex" for number in range(2, len(files) + 2)]
    return signed(dict(zip(names, files, strict=True)))


HEADERS = {
    "2^31 strings": ("malformed_dex", STRINGS, MANY, ""),
    "2^31 types": ("malformed_dex", TYPES, MANY, ""),
    "2^31 methods": ("malformed_dex", METHODS, MANY, ""),
    "2^31 classes": ("malformed_dex", CLASS_DEFS, MANY, ""),
    "strings behind the end": ("malformed_dex", STRINGS + 4, FAR, ""),
    "methods behind the end": ("malformed_dex", METHODS + 4, FAR, "code"),
    "classes behind the end": ("malformed_dex", CLASS_DEFS + 4, FAR, "code"),
    "no classes": ("dex_checksum", CLASS_DEFS, bytes(4), "code"),
    "another size": ("truncated_dex", 0x20, MANY, ""),
    "another checksum": ("dex_checksum", 8, bytes(4), ""),
    "the byte order of other machines": ("malformed_dex", 0x28, bytes.fromhex("12345678"), "code"),
    "a version nobody knows": ("dex_version", 4, b"999\0", ""),
    "a container that holds itself": ("", 4, b"041\0", ""),
    "a container of size zero": ("dex_checksum", 4, b"041\0" + bytes(24) + bytes(4), ""),
}
for _name, (_kind, _at, _value, _lost) in HEADERS.items():
    variant(f"a DEX file with {_name}", _kind, lost=_lost, status="valid")(_patched(_at, _value))

CONTENTS = {
    "cut in the header": ("malformed_dex", HEALTHY[:60], CODE),
    "cut in its tables": ("truncated_dex", HEALTHY[:150], CODE),
    "cut in its code": ("truncated_dex", HEALTHY[:-40], "code"),
    "that is empty": ("malformed_dex", b"", CODE),
    "of random bytes behind the magic": ("malformed_dex", b"dex\n035\0" + random.Random(1).randbytes(50_000), CODE),
    "that is an ODEX file": ("not_a_dex", b"dey\n036\0" + HEALTHY, "code"),
}
for _name, (_kind, _data, _lost) in CONTENTS.items():
    variant(f"a DEX file {_name}", _kind, lost=_lost, status="valid")(lambda data=_data: signed({"classes.dex": data}))


@variant("a DEX file with 40 bytes changed at random", "malformed_dex", status="valid")
def _fuzzed() -> bytes:
    content, chance = bytearray(HEALTHY), random.Random(7)
    for _ in range(40):
        content[chance.randrange(0x70, len(content))] = chance.randrange(256)
    return _beside(bytes(content))


def _raw(strings: int = 1, types: int = 0, methods: int = 0, classes: int = 0, text: bytes = b"La;") -> bytes:
    """A DEX file whose rows all mean the same: string 0 (`text`), type 0, class 0 without data."""
    head = 0x70
    places, at = [], head
    for count, width in ((strings, 4), (types, 4), (methods, 8), (classes, 32)):
        places.append((count, at))
        at += count * width
    body = np.full(strings, at, "<u4").tobytes() + bytes(4 * types + 8 * methods)
    body += struct.pack("<8L", 0, 1, 0, 0, 0xFFFFFFFF, 0, 0, 0) * classes
    header = bytearray(b"dex\n035\0" + bytes(head - 8))
    for place, pair in zip((STRINGS, TYPES, METHODS, CLASS_DEFS), places, strict=True):
        struct.pack_into("<LL", header, place, *pair)
    return with_sums(bytes(header) + body + bytes([min(len(text), 127)]) + text + b"\0")


@variant("65,535 types, methods and classes of one name of 20 MB", status="valid")
def _long_name() -> bytes:
    return _beside(_raw(1, 65_535, 65_535, 65_535, b"L" + b"a" * (20 << 20) + b"/B;"))


@variant("65,535 classes in packages whose names share 8 MB", "dex_limit", status="valid")
def _nested_names() -> bytes:
    """Name i is the end of name i - 1."""
    content = bytearray(_raw(65_535, 65_535, 0, 65_535, b"La" + b"/b" * (4 << 20) + b";"))
    table, step = 0x70, 8 << 7
    for number in range(65_535):
        at = struct.unpack_from("<L", content, table + 4 * number)[0]
        struct.pack_into("<L", content, table + 4 * number, at + step // 8 * number)
        struct.pack_into("<L", content, table + 4 * 65_535 + 4 * number, number)
        struct.pack_into("<L", content, table + 8 * 65_535 + 32 * number, number)
    return _beside(with_sums(bytes(content)))


@variant("20 DEX files with 2,000,000 strings each", "not_examined", status="valid")
def _many_strings() -> bytes:
    one = _raw(2_000_000, text=b"x")
    plain = [File(name.encode(), data) for name, data in newer().items()]
    packed = deflated(one)
    return sealed(zipped([*plain, *(File(b"classes%d.dex" % number, one, raw=packed) for number in range(2, 22))]))


@variant("300 DEX files", "not_examined", status="valid")
def _many_files() -> bytes:
    return _beside(*(HEALTHY for _ in range(300)))


def uleb(value: int) -> bytes:
    return bytes([value & 0x7F | 0x80]) + uleb(value >> 7) if value >= 0x80 else bytes([value])


@variant("60,000 classes share the data of 30,000 methods, which share one code", "dex_limit", status="valid")
def _crowded() -> bytes:
    content = dex({"Lcom/example/app/Bait;": [b"\0\0" * 20_000], "Lcom/example/app/Main;": [f"https://{HOST}/v2"]})
    (at,) = struct.unpack_from("<L", content, CLASS_DEFS + 4)
    rows = content[at : at + 64]
    code = struct.unpack_from("<L", rows, 24)[0] - 16 - 2 * 20_001
    methods = b"\0\0" + uleb(30_000) + b"\0" + (uleb(0) + uleb(1) + uleb(code)) * 30_000
    table = (rows[:24] + struct.pack("<LL", len(content), 0)) * 60_000 + rows[32:]
    changed = bytearray(content + methods + table)
    struct.pack_into("<LL", changed, CLASS_DEFS, 60_001, len(content) + len(methods))
    return _beside(with_sums(bytes(changed)))


def _with_texts(texts: Sequence[str], each: int = 500) -> bytes:
    """The package with a DEX file whose methods use the texts, `each` in one."""
    classes: dict[str, Uses] = {
        f"Lcom/example/app/C{at:06};": texts[at : at + each] for at in range(0, len(texts), each)
    }
    return _beside(_fast_dex(classes))


@cache
def _filler(count: int, seed: int) -> tuple[bytes, ...]:
    chance = random.Random(seed)
    return tuple(chance.randbytes(48) for _ in range(count))


def _fast_dex(classes: dict[str, Uses]) -> bytes:
    return dex(classes)


@variant("20,000 constants in base64", status="valid")
def _base64() -> bytes:
    return _with_texts([base64.b64encode(raw).decode() for raw in _filler(20_000, 1)])


@variant("20,000 constants in hexadecimal", status="valid")
def _hex() -> bytes:
    return _with_texts([raw.hex() for raw in _filler(20_000, 2)])


@variant("constants in base64 in base64, 12 times", status="valid")
def _nested_base64() -> bytes:
    text = b"https://deep.shell-variants.cn/config"
    for _ in range(12):
        text = base64.b64encode(text)
    return _with_texts([text.decode(), base64.b64encode(b"A" * 3_000_000).decode()])


@variant("20,000 keys", "not_examined", status="valid")
def _keys() -> bytes:
    return _with_texts([f"sk-proj-{raw.hex()[:80]}" for raw in _filler(20_000, 3)])


@variant("20,000 addresses of one relay beside its keys", status="valid")
def _relay_hits() -> bytes:
    texts = [f"https://{HOST}/{number}" for number in range(20_000)]
    texts += [f"fk{raw.hex()[:40]}" for raw in _filler(3_000, 4)]
    return _with_texts(texts, each=30_000)


@variant("30,000 hosts", "not_all_listed", lost="host_in_assets", status="valid")
def _hosts() -> bytes:
    return _with_texts([f"https://h{number}.shell-variants.cn/" for number in range(30_000)])


@variant("arrays of bytes without end", status="valid")
def _arrays() -> bytes:
    fill = struct.pack("<HHHL", 0x0300, 1, 64, 0)[:8] + bytes(64)
    return _beside(dex({"Lcom/example/app/Arrays;": [fill * 20_000], "Lcom/example/app/Big;": [
        struct.pack("<HHL", 0x0300, 1, 0xFFFFFFFF)]}))  # fmt: skip


@variant("a container of 90 DEX files that share 1,900,000 strings", "not_examined", status="valid")
def _container() -> bytes:
    """Each header names the same tables; all offsets count from the beginning of the file."""
    first = bytearray(_raw(1_900_000, text=b"x"))
    first[4:8] = b"041\0"
    head = bytes(first[:0x70])
    more = bytearray()
    struct.pack_into("<L", first, 0x20, len(first))
    for _ in range(89):
        one = bytearray(head)
        struct.pack_into("<L", one, 0x20, 0x70)
        more += one
    return _beside(bytes(first + more))


def _shared(place: int, data: bytes) -> bytes:
    """The package with 60,000 classes that share one value or annotation, at an offset of their rows."""
    content = dex({"Lcom/example/app/Bait;": ["text"]})
    (at,) = struct.unpack_from("<L", content, CLASS_DEFS + 4)
    row = bytearray(content[at : at + 32])
    struct.pack_into("<L", row, place, len(content))
    changed = bytearray(content + data + bytes(-len(content + data) % 4))
    struct.pack_into("<LL", changed, CLASS_DEFS, 60_000, len(changed))
    return _beside(with_sums(bytes(changed) + bytes(row) * 60_000))


variant("60,000 classes share 100,000 values", status="valid")(lambda: _shared(28, uleb(100_000) + b"\x17\0" * 100_000))
variant("60,000 classes share a value of arrays in arrays", status="valid")(
    lambda: _shared(28, uleb(1) + b"\x1c\x01" * 50_000)
)
variant("60,000 classes share annotations of 4 billion members", status="valid")(
    lambda: _shared(20, struct.pack("<4L", 0x100, 2**32 - 1, 2**32 - 1, 2**32 - 1) + bytes(9_000))
)
variant("60,000 classes share 30,000 annotations", status="valid")(
    lambda: _shared(
        20, struct.pack("<4L", 0x180, 0, 0, 0) + struct.pack("<L", 30_000) + struct.pack("<L", 0x170) * 30_000
    )
)
