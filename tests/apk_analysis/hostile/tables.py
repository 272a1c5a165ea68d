"""Variants of resources.arsc: tables that are missing, that lie about themselves, lead in circles or never end."""

import random
import struct
from collections.abc import Callable

from tests.apk_analysis import build
from tests.apk_analysis.hostile.base import DRAWABLE, LABEL, STRING, manifest, newer, sealed, signed
from tests.apk_analysis.hostile.variant import variant
from tests.apk_analysis.xml_build import Row, chunk, table
from tests.apk_analysis.zips import File, deflated, zipped

SHOWN = "label icon"
HEALTHY = build.resources({"": "Example", "zh-CN": LABEL}, {640: "res/icon.png"})
POOL = 12
PACKAGE = HEALTHY.index(struct.pack("<HH", 0x0200, 288))
TYPE = HEALTHY.index(struct.pack("<HH", 0x0201, 84))
LAST_TYPE = HEALTHY.rindex(struct.pack("<HH", 0x0201, 84))
ROWS = [Row(STRING, "Example"), Row(STRING, LABEL, "zh-CN"), Row(DRAWABLE, "res/icon.png", density=640)]


def _raw(data: bytes | None) -> bytes:
    return signed({"resources.arsc": data})


def _at(offset: int, form: str, value: int) -> Callable[[], bytes]:
    changed = bytearray(HEALTHY)
    struct.pack_into(form, changed, offset, value)
    return lambda: _raw(bytes(changed))


FIELDS = {
    "a magic number of zero": ("malformed_resources", SHOWN, 0, "<H", 0),
    "a size of 4 GB": ("", "", 4, "<L", 0xFFFFFFFF),
    "4 billion packages": ("", "", 8, "<L", 0xFFFFFFFF),
    "2^31 strings": ("", "", POOL + 8, "<L", 2**31),
    "strings behind the end": ("icon_missing", SHOWN, POOL + 20, "<L", 2**31),
    "a string pool of zero bytes": ("icon_missing", SHOWN, POOL + 4, "<L", 0),
    "a package of zero bytes": ("icon_missing", SHOWN, PACKAGE + 4, "<L", 0),
    "a package of 4 GB": ("icon_missing", SHOWN, PACKAGE + 4, "<L", 0xFFFFFFFF),
    "a type of zero bytes": ("icon_missing", SHOWN, TYPE + 4, "<L", 0),
    "2^31 entries in a type": ("", "", LAST_TYPE + 12, "<L", 2**31),
    "entries behind the end": ("icon_missing", "icon", LAST_TYPE + 16, "<L", 2**31),
    "an entry at 4 GB": ("icon_missing", "icon", LAST_TYPE + 84, "<L", 0xFFFFFFFE),
    "an entry of 65,535 bytes": ("icon_missing", "icon", LAST_TYPE + 88, "<H", 0xFFFF),
    "an entry that says it is compact": ("icon_missing", "icon", LAST_TYPE + 90, "<H", 0x0308),
    "an entry that says it is a bag": ("icon_missing", "icon", LAST_TYPE + 90, "<H", 0x0001),
    "a type that says it is sparse": ("", "", LAST_TYPE + 9, "<B", 0x01),
    "a type that says it has small offsets": ("", "", LAST_TYPE + 9, "<B", 0x02),
    "a configuration of 4 GB": ("", "", LAST_TYPE + 20, "<L", 0xFFFFFFFF),
}
for _name, (_kind, _lost, _offset, _form, _value) in FIELDS.items():
    variant(f"a table with {_name}", _kind, lost=_lost, status="valid")(_at(_offset, _form, _value))

CONTENTS = {
    "no table": ("icon_missing", None, SHOWN),
    "an empty table": ("malformed_resources", b"", SHOWN),
    "a table cut in its strings": ("icon_missing", HEALTHY[:40], SHOWN),
    "a table cut in its types": ("icon_missing", HEALTHY[: TYPE + 50], SHOWN),
    "a table of random bytes": ("malformed_resources", random.Random(6).randbytes(9_000), SHOWN),
    "a table of random bytes behind its header": ("icon_missing", HEALTHY[:12] + random.Random(6).randbytes(9_000), SHOWN),
    "a table that is a manifest": ("malformed_resources", manifest(), SHOWN),
    "a table with a second string pool": ("", HEALTHY[:POOL] + build.string_pool(["decoy"]) + HEALTHY[POOL:], SHOWN),
}  # fmt: skip
for _name, (_kind, _data, _lost) in CONTENTS.items():
    variant(_name, _kind, lost=_lost, status="valid")(lambda data=_data: _raw(data))


def _rows(*rows: Row, without: int = 0, **options: str) -> bytes:
    """The package with further rows, and without the healthy ones of one resource."""
    kept = [row for row in ROWS if row.resource != without]
    return _raw(table([*kept, *rows], **options))


@variant("a label that refers to itself in a circle", lost="label", status="valid")
def _circle() -> bytes:
    ids = [STRING, 0x7F030000, 0x7F040000]
    rows = [Row(one, f"@{other:#x}") for one, other in zip(ids, [*ids[1:], ids[0]], strict=True)]
    return _rows(*rows, without=STRING)


@variant("an icon that refers to itself in a circle", "icon_missing", lost="icon", status="valid")
def _icon_circle() -> bytes:
    rows = [Row(DRAWABLE, f"@{0x7F030000:#x}"), Row(0x7F030000, f"@{DRAWABLE:#x}")]
    return _rows(*rows, without=DRAWABLE)


@variant("a label of 30 ^ 8 references", lost="label", status="valid")
def _multiplied() -> bytes:
    rows = [Row(STRING, f"@{0x7F030000:#x}", locale=f"{chr(97 + n % 26)}{chr(97 + n // 26)}") for n in range(30)]
    for level in range(7):
        rows += [Row(0x7F030000 + level, f"@{0x7F030000 + level + 1:#x}", sdk=n) for n in range(30)]
    return _rows(*rows, Row(0x7F030007, "end"), without=STRING)


@variant("a label in 3,000 languages", status="valid")
def _languages() -> bytes:
    names = [chr(97 + n % 26) + chr(97 + n // 26 % 26) + "-" + f"{n // 676:02}" for n in range(3_000)]
    return _rows(*(Row(STRING, f"label {name}", locale=name) for name in names))


@variant("a theme whose styles inherit from each other", status="valid")
def _styles() -> bytes:
    rows = [Row(0x7F050000 + n, {0: f"@{0x7F050000 + (n + 1) % 500:#x}", 0x01010000 + n: "1"}) for n in range(500)]
    return _rows(*rows)


@variant("100,000 aliases in a circle", status="valid")
def _aliases() -> bytes:
    ids = [0x7F060000 + n for n in range(100_000)]
    return _raw(table(ROWS, aliases=list(zip(ids, [*ids[1:], ids[0]], strict=True))))


@variant("200,000 types", status="valid")
def _types() -> bytes:
    """Behind the real ones, in the same package."""
    one = chunk(0x0201, struct.pack("<BBHLL", 1, 0, 0, 0, 84), bytes(64))
    return _raw(longer(one * 200_000))


@variant("10,000 values of the label in one language", status="valid")
def _same() -> bytes:
    start = HEALTHY[TYPE : TYPE + struct.unpack_from("<L", HEALTHY, TYPE + 4)[0]]
    return _raw(longer(start * 10_000))


def longer(inside: bytes) -> bytes:
    """The healthy table with further chunks at the end of its package."""
    changed = bytearray(HEALTHY + inside)
    struct.pack_into("<L", changed, PACKAGE + 4, struct.unpack_from("<L", HEALTHY, PACKAGE + 4)[0] + len(inside))
    struct.pack_into("<L", changed, 4, len(changed))
    return bytes(changed)


@variant("5,000 packages of one number", status="valid")
def _packages() -> bytes:
    package = HEALTHY[PACKAGE:]
    return _raw(HEALTHY + package * 5_000)


def of_size(size: int) -> bytes:
    """The healthy table with a chunk behind it that nobody knows."""
    return longer(chunk(0x7777, b"", bytes(size)))


@variant("a table of 39 MB", status="valid")
def _large() -> bytes:
    data = of_size(39 << 20)
    plain = [File(name.encode(), content) for name, content in newer().items() if name != "resources.arsc"]
    return sealed(zipped([*plain, File(b"resources.arsc", data, raw=deflated(data))]))


for _form in ("sparse", "offset16", "compact"):
    variant(f"a {_form} table with 300 bytes changed at random", status="valid")(lambda form=_form: _fuzzed(form))


def _fuzzed(form: str) -> bytes:
    """Only behind the strings, in rows that nothing shown needs."""
    content, chance = (
        bytearray(table([*ROWS, *(Row(0x7F070000 + n, str(n)) for n in range(3_000))], form=form)),
        random.Random(8),
    )
    begin = len(content) // 2
    for _ in range(300):
        content[chance.randrange(begin, len(content))] = chance.randrange(256)
    return _raw(bytes(content))


@variant("a table of 50 MB", "too_large", lost=SHOWN, status="valid")
def _too_large() -> bytes:
    data = of_size(50 << 20)
    plain = [File(name.encode(), content) for name, content in newer().items() if name != "resources.arsc"]
    return sealed(zipped([*plain, File(b"resources.arsc", data, raw=deflated(data))]))
