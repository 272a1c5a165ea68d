"""Variants of AndroidManifest.xml: what Android overlooks and tools stumble over, and what nobody should have to read."""

import random
import struct
from collections.abc import Callable

from tests.apk_analysis import build
from tests.apk_analysis.hostile.base import DRAWABLE, STRING, manifest, signed
from tests.apk_analysis.hostile.variant import variant
from tests.apk_analysis.xml_build import NONE, chunk

ALL = "package version label icon permission activity"
NAMES = "package label icon permission activity"
"""The version is known by its number, whatever becomes of the strings."""
SHOWN = "label icon"
"""What other readers cannot tell either."""
HEALTHY = manifest()
POOL = 8
TREE = HEALTHY.index(struct.pack("<HHL", 0x0102, 16, 0)[:4])
"""Offset of the first element."""
MB = 1 << 20


def _raw(data: bytes | None) -> bytes:
    return signed({"AndroidManifest.xml": data})


def _at(offset: int, form: str, *values: int) -> Callable[[], bytes]:
    """The package whose manifest holds other numbers at an offset."""
    changed = bytearray(HEALTHY)
    struct.pack_into(form, changed, offset, *values)
    return lambda: _raw(bytes(changed))


HEADERS: dict[str, tuple[str, str, str, int, str, tuple[int, ...]]] = {
    "a magic number of zero": ("", "", "valid", 0, "<H", (0,)),
    "a size of zero": ("", "", "valid", 4, "<L", (0,)),
    "a size of 4 GB": ("", "", "valid", 4, "<L", (0xFFFFFFFF,)),
    "half its size": ("", "", "valid", 4, "<L", (len(HEALTHY) // 2,)),
    "a header of 65,535 bytes": ("", "", "valid", 2, "<H", (0xFFFF,)),
    "2^31 strings": ("", "", "valid", POOL + 8, "<L", (2**31,)),
    "2^31 styles": ("", "", "valid", POOL + 12, "<L", (2**31,)),
    "strings behind the end": ("unreadable_manifest", NAMES, "unknown", POOL + 20, "<L", (2**31,)),
    "a string pool of zero bytes": ("malformed_manifest", ALL, "unknown", POOL + 4, "<L", (0,)),
    "strings said to be UTF-8": ("unreadable_manifest", NAMES, "unknown", POOL + 16, "<L", (0x100,)),
    "attributes of zero bytes": ("malformed_manifest", SHOWN, "unknown", TREE + 26, "<H", (0,)),
    "attributes of 65,535 bytes": ("malformed_manifest", ALL, "unknown", TREE + 26, "<H", (0xFFFF,)),
    "65,535 attributes": ("malformed_manifest", ALL, "unknown", TREE + 28, "<H", (0xFFFF,)),
    "attributes in front of their element": (
        "malformed_manifest",
        f"{SHOWN} permission",
        "unknown",
        TREE + 24,
        "<H",
        (0xFFFF,),
    ),
    "an element of zero bytes": ("malformed_manifest", SHOWN, "unknown", TREE + 4, "<L", (0,)),
    "an element of 4 GB": ("malformed_manifest", f"{SHOWN} permission", "unknown", TREE + 4, "<L", (0xFFFFFFFF,)),
}
for _name, (_kind, _lost, _status, _offset, _form, _values) in HEADERS.items():
    variant(f"a manifest with {_name}", _kind, lost=_lost, status=_status)(_at(_offset, _form, *_values))


def _with(inside: bytes, at: int = TREE) -> bytes:
    """The manifest with further chunks in front of its first element, or elsewhere."""
    return struct.pack("<HHL", 3, 8, len(HEALTHY) + len(inside)) + HEALTHY[8:at] + inside + HEALTHY[at:]


def _open(tag: int = 0) -> bytes:
    return chunk(0x0102, struct.pack("<LL", 1, NONE), struct.pack("<LLHHHHHH", NONE, tag, 20, 20, 0, 0, 0, 0))


CONTENTS = {
    "behind an unknown chunk": ("", _with(chunk(0x7777, b"", b"junk" * 9)), "", "valid"),
    "behind a second string pool": ("", _with(build.string_pool(["decoy"] * 300)), SHOWN, "unknown"),
    "followed by data": ("", HEALTHY + b"junk" * 999, "", "valid"),
    "cut in the middle": ("malformed_manifest", HEALTHY[: TREE + 300], "label icon activity", "unknown"),
    "cut in its strings": ("malformed_manifest", HEALTHY[:200], ALL, "unknown"),
    "of seven bytes": ("malformed_manifest", HEALTHY[:7], ALL, "unknown"),
    "that is empty": ("malformed_manifest", b"", ALL, "unknown"),
    "of random bytes": ("malformed_manifest", random.Random(5).randbytes(5_000), ALL, "unknown"),
    "as plain text": ("malformed_manifest", b'<?xml version="1.0"?><manifest package="com.example.app"/>' * 9, ALL, "unknown"),
    "that is a resource table": ("malformed_manifest", build.resources({"": "x"}), ALL, "unknown"),
    "in UTF-16 text": ("malformed_manifest", "<manifest/>".encode("utf-16") * 99, ALL, "unknown"),
}  # fmt: skip
for _name, (_kind, _data, _lost, _status) in CONTENTS.items():
    variant(f"a manifest {_name}", _kind, lost=_lost, status=_status)(lambda data=_data: _raw(data))

variant("no manifest", "not_analysed", lost=f"{ALL} code host_in_code host_in_assets library",
        status="unknown", container="zip")(lambda: _raw(None))  # fmt: skip


@variant("200,000 elements within each other", "too_large", status="unknown")
def _deep() -> bytes:
    return _raw(_with(_open() * 200_000, at=len(HEALTHY)))


@variant("200,000 elements within each other in front of the application", "too_large", lost=ALL, status="unknown")
def _deep_first() -> bytes:
    return _raw(_with(_open() * 200_000))


def broken() -> bytes:
    """The healthy manifest whose first element says that it has no length."""
    changed = bytearray(HEALTHY)
    struct.pack_into("<L", changed, TREE + 4, 0)
    return bytes(changed)


def of_elements(count: int) -> bytes:
    """The healthy manifest with so many activities without a name, each with an attribute."""
    attribute = struct.pack("<LLLHBBL", NONE, 5, NONE, 8, 0, 0x10, 1)
    begin = chunk(
        0x0102, struct.pack("<LL", 1, NONE), struct.pack("<LLHHHHHH", NONE, 0, 20, 20, 1, 0, 0, 0) + attribute
    )
    end = chunk(0x0103, struct.pack("<LL", 1, NONE), struct.pack("<LL", NONE, 0))
    whole = manifest(min_sdk=24)
    at = whole.rindex(struct.pack("<HH", 0x0103, 16))
    return (
        struct.pack("<HHL", 3, 8, len(whole) + len(begin + end) * count)
        + whole[8:at]
        + (begin + end) * count
        + whole[at:]
    )


@variant("an element with 65,535 attributes of its own", status="valid")
def _wide() -> bytes:
    attributes = struct.pack("<LLLHBBL", NONE, 5, NONE, 8, 0, 0x10, 1) * 65_535
    start = chunk(0x0102, struct.pack("<LL", 1, NONE),
                  struct.pack("<LLHHHHHH", NONE, 0, 20, 20, 65_535, 0, 0, 0) + attributes)  # fmt: skip
    end = chunk(0x0103, struct.pack("<LL", 1, NONE), struct.pack("<LL", NONE, 0))
    closing = HEALTHY.rindex(struct.pack("<HH", 0x0103, 16))
    return _raw(_with(start + end, at=closing))


@variant("300,000 texts in one element", status="valid")
def _texts() -> bytes:
    text = chunk(0x0104, struct.pack("<LL", 1, NONE), struct.pack("<LHBBL", 0, 8, 0, 0, 0))
    return _raw(_with(text * 300_000, at=HEALTHY.rindex(struct.pack("<HH", 0x0103, 16))))


@variant("a manifest of 6 MB, a chunk for every eight bytes", status="valid")
def _chunks() -> bytes:
    return _raw(_with(struct.pack("<HHL", 0x7777, 8, 8) * (6 * MB // 8)))


@variant("a manifest of 17 MB", "too_large", lost=ALL, status="unknown")
def _large() -> bytes:
    return _raw(HEALTHY + bytes(17 * MB))


@variant("strings that all name the same 64 kB", status="valid")
def _same_strings() -> bytes:
    """60,000 attributes, each with a string of its own, over the same bytes."""
    count = 60_000
    long = struct.pack("<H", 0x7FFF) + "a".encode("utf-16-le") * 0x7FFF + b"\0\0"
    old, size = _pool()
    start = 28 + 4 * (old + count)
    offsets = [*struct.unpack_from(f"<{old}L", HEALTHY, POOL + 28), *([len(size)] * count)]
    pool = struct.pack("<HHLLLLLL", 1, 28, start + len(size) + len(long), old + count, 0, 0, start, 0)
    pool += struct.pack(f"<{old + count}L", *offsets) + size + long
    rows = b"".join(struct.pack("<LLLHBBL", NONE, old + number, old + number, 8, 0, 3, old + number)
                    for number in range(count))  # fmt: skip
    start_tag = chunk(0x0102, struct.pack("<LL", 1, NONE),
                      struct.pack("<LLHHHHHH", NONE, 0, 20, 20, count, 0, 0, 0) + rows)  # fmt: skip
    end = chunk(0x0103, struct.pack("<LL", 1, NONE), struct.pack("<LL", NONE, 0))
    closing = HEALTHY.rindex(struct.pack("<HH", 0x0103, 16))
    rest = (
        HEALTHY[POOL + struct.unpack_from("<L", HEALTHY, POOL + 4)[0] : closing] + start_tag + end + HEALTHY[closing:]
    )
    return _raw(struct.pack("<HHL", 3, 8, 8 + len(pool) + len(rest)) + pool + rest)


def _pool() -> tuple[int, bytes]:
    """How many strings the manifest has, and their bytes."""
    size, count, start = struct.unpack_from("<4xLL8xL", HEALTHY, POOL)
    return count, HEALTHY[POOL + start : POOL + size]


@variant("3,000 permissions", status="valid")
def _permissions() -> bytes:
    return _raw(manifest(beside="".join(f'<uses-permission android:name="p.P{n}"/>' for n in range(3_000))))


@variant("an activity with 100 schemes, hosts and paths", status="valid")
def _links() -> bytes:
    data = "".join(f'<data android:scheme="s{n}" android:host="h{n}" android:path="/p{n}"/>' for n in range(100))
    return _raw(manifest(f'<activity android:name=".A"><intent-filter>{data}</intent-filter></activity>' * 20))


@variant("3,000 activities with the icon and label of others", status="valid")
def _activities() -> bytes:
    one = f'<activity android:name=".A" android:icon="@{DRAWABLE:#x}" android:label="@{STRING:#x}"/>'
    return _raw(manifest(one * 3_000))


@variant("names of 32 kB", status="valid")
def _long_names() -> bytes:
    return _raw(manifest("".join(f'<activity android:name="{"a." * 16_000}A{n}"/>' for n in range(50))))


@variant("a label of control characters and lone surrogates", status="valid", lost="label activity")
def _label() -> bytes:
    return _raw(build.manifest(label="\u202e\x1b[2J\0\n\ud800" .encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"), icon=DRAWABLE, min_sdk=21))  # fmt: skip
