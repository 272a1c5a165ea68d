"""Variants of the archive itself: headers that contradict each other, data where none belongs, ends that are missing."""

import random
import struct

from tests.apk_analysis import build
from tests.apk_analysis.hostile.base import files, header_of, newer, patched, record_of, sealed, signed
from tests.apk_analysis.hostile.variant import NOTHING, variant
from tests.apk_analysis.zips import File, zipped

MANIFEST = "AndroidManifest.xml"
ASSET = "assets/app.js"
BOGUS, FLAGS = b"\x77\x12", b"\x01\0"

LOCAL = {"method": (8, BOGUS), "encryption": (6, FLAGS), "version": (4, b"\xff\0")}
CENTRAL = {"method": (10, BOGUS), "encryption": (8, FLAGS), "version": (6, b"\xff\0")}
NAMED = {"method": "bogus_method", "encryption": "encryption_flag", "version": "odd_version"}


def _tricks() -> None:
    """BadPack and its like: the local header, the central record, or both say what is not so."""
    for trick, kind in NAMED.items():
        local, central = dict([LOCAL[trick]]), dict([CENTRAL[trick]])
        for target in (MANIFEST, "classes.dex"):
            both = variant(f"{trick} in both headers of {target}", kind)
            both(lambda target=target, local=local, central=central: patched(
                signed(), target, local=local, central=central))  # fmt: skip
            if trick != "version":
                variant(f"{trick} in the local header of {target}", "header_mismatch")(
                    lambda target=target, local=local: patched(signed(), target, local=local))  # fmt: skip
            variant(f"{trick} in the central record of {target}", kind)(
                lambda target=target, central=central: patched(signed(), target, central=central))  # fmt: skip


_tricks()


@variant("every entry with a method that does not exist, signed by its author", "bogus_method", status="valid")
def _all_bogus() -> bytes:
    return sealed(zipped([File(name.encode(), data, method=0x1277) for name, data in newer().items()]))


@variant("300 entries with a method that does not exist", "bogus_method", status="valid")
def _many_bogus() -> bytes:
    return sealed(zipped([*_plain(), *(File(b"%d" % number, method=0x99) for number in range(300))]))


@variant("a checksum of zero", "zero_crc")
def _zero_crc() -> bytes:
    return patched(signed(), MANIFEST, central={16: bytes(4)}, local={14: bytes(4)})


@variant("a wrong checksum", "crc_mismatch")
def _wrong_crc() -> bytes:
    return patched(signed(), ASSET, central={16: b"\1\2\3\4"}, local={14: b"\1\2\3\4"})


def _with_two_manifests(*, fake_first: bool) -> bytes:
    """The fake one says another package."""
    content = newer()
    real = File(MANIFEST.encode(), content.pop(MANIFEST))
    fake = File(MANIFEST.encode(), build.manifest("com.fake.app"))
    first, last = (fake, real) if fake_first else (real, fake)
    return sealed(zipped([first, *(File(name.encode(), data) for name, data in content.items()), last]))


variant("a fake manifest behind the real one", "duplicate_entry readers_disagree", status="valid")(
    lambda: _with_two_manifests(fake_first=False)
)
variant(
    "a fake manifest in front of the real one",
    "duplicate_entry readers_disagree",
    status="valid",
    lost="package label icon",
)(lambda: _with_two_manifests(fake_first=True))
variant("junk in front of the archive", "prefix_data")(lambda: b"#!/bin/sh\nexit\n" * 9 + signed())
variant("junk behind the archive", "trailing_data")(lambda: signed() + b"junk" * 99)
variant("an archive in front of the archive", "prefix_data")(lambda: build.archive({"decoy.txt": b"x"}) + signed())
variant("an archive behind the archive", "prefix_data", lost=NOTHING, status="unknown", container="zip")(
    lambda: signed() + build.archive({"decoy.txt": b"x"})
)

SIZES = {
    "packed size too large in the local header": ("header_mismatch", {}, {18: b"\xff\xff\xff\x7f"}),
    "size too large in the local header": ("header_mismatch", {}, {22: b"\xff\xff\xff\x7f"}),
    "sizes of zero in the local header": ("header_mismatch", {}, {18: bytes(8)}),
    "size a little too small in the central record": ("lying_size", {24: b"\x09\0\0\0"}, {}),
    "size a little too large in the central record": ("lying_size", {24: b"\0\x09\0\0"}, {}),
}
for _name, (_kind, _central, _local) in SIZES.items():
    for _target in (MANIFEST, ASSET):
        variant(f"{_name} of {_target}", _kind)(
            lambda target=_target, central=_central, local=_local: patched(
                signed(), target, central=central, local=local
            )
        )
variant("packed size too small in the central record", "truncated_entry", lost="host_in_assets")(
    lambda: patched(signed(), ASSET, central={20: b"\x09\0\0\0"})
)
variant("an asset of 2 GB, says its record", "bomb", lost="host_in_assets")(
    lambda: patched(signed(), ASSET, central={24: b"\xff\xff\xff\x7f"})
)
variant("an asset that reaches beyond the file", "truncated_entry", lost="host_in_assets")(
    lambda: patched(signed(), ASSET, central={20: b"\xff\xff\xff\x3f", 10: b"\0\0", 24: b"\xff\xff\xff\x03"})
)
variant("a stored picture with two sizes", "lying_size")(
    lambda: patched(signed(), "res/icon.png", central={20: b"\x09\0\0\0"})
)
variant("a local header with another name", "header_mismatch")(
    lambda: patched(signed(), MANIFEST, local={30: b"AndroidManifest.xmX"})
)
variant("a local header that is none", "no_local_header", lost="host_in_assets")(
    lambda: patched(signed(), ASSET, local={0: b"QK"})
)
variant("a local header behind the end", "no_local_header", lost="host_in_assets")(
    lambda: patched(signed(), ASSET, central={42: b"\xff\xff\xff\xff"})
)
variant("all records name the header of the manifest", "header_mismatch overlapping_entries",
        lost="label icon code host_in_code host_in_assets library")(lambda: _all_to_one(signed()))  # fmt: skip


def _all_to_one(apk: bytes) -> bytes:
    target = struct.pack("<L", header_of(apk, MANIFEST))
    for name in files():
        apk = patched(apk, name, central={42: target})
    return apk


variant("the manifest's name belongs to a folder too", "shadowed_entry", status="valid")(
    lambda: sealed(zipped([File(b"AndroidManifest.xml/", b"", method=0), *_plain()]))
)


@variant("an empty file", "empty", lost=NOTHING, status="unknown", container="empty")
def _empty() -> bytes:
    return b""


@variant("random bytes", "no_end_record", lost=NOTHING, status="unknown", container="unknown")
def _random() -> bytes:
    return random.Random(4).randbytes(100_000)


@variant("random bytes between a local header and an end record", "misplaced_directory", lost=NOTHING,
         status="unknown", container="zip")  # fmt: skip
def _random_archive() -> bytes:
    return b"PK\3\4" + random.Random(4).randbytes(100_000) + b"PK\5\6" + bytes(18)


def _cut(apk: bytes, place: str) -> bytes:
    central, end = build.sections(apk)
    stop = {"first header": 20, "first entry": 100, "signing block": central - 100, "directory": central + 100}
    return apk[: stop.get(place, end + 10)]


for _place in ("first header", "first entry", "signing block", "directory", "end record"):
    variant(f"cut in the {_place}", "truncated", lost=NOTHING, status="unknown",
            container="zip" if _place.startswith("first") else "apk")(
        lambda place=_place: _cut(signed(), place))  # fmt: skip


variant("the locator of a ZIP64 directory", "zip64")(
    lambda: _before_end(signed(), b"PK\6\7" + struct.pack("<LQL", 0, 1 << 40, 1))
)
variant("sizes in a ZIP64 field", "zip64", lost="host_in_assets")(
    lambda: patched(signed(), ASSET, central={20: b"\xff" * 8}, local={18: b"\xff" * 8})
)


def _before_end(apk: bytes, data: bytes) -> bytes:
    end = build.sections(apk)[1]
    return apk[:end] + data + apk[end:]


def _end(apk: bytes, **fields: int) -> bytes:
    """`apk` with other numbers in its end record."""
    changed, end = bytearray(apk), build.sections(apk)[1]
    for name, value in fields.items():
        at, form = {"count": (10, "<H"), "size": (12, "<L"), "offset": (16, "<L"), "comment": (20, "<H")}[name]
        struct.pack_into(form, changed, end + at, value)
    return bytes(changed)


variant("a comment of 65,535 bytes")(lambda: _end(signed(), comment=65_535) + b"PK\1\2" * 16_383 + b"PK\1")
variant("a comment full of end records", "second_end_record")(
    lambda: _end(signed(), comment=22 * 2_900) + (b"PK\5\6" + bytes(18)) * 2_900
)
variant("an end record that promises a longer comment", "truncated")(lambda: _end(signed(), comment=9))
variant("a directory said to lie elsewhere", "misplaced_directory")(
    lambda: _end(signed(), offset=build.sections(signed())[0] + 60)
)
variant("a directory said to lie in front of the file", "misplaced_directory")(lambda: _end(signed(), offset=0))
variant("a directory of 4 GB", "misplaced_directory", lost=NOTHING, status="unknown")(
    lambda: _end(signed(), size=0xFFFFFFFF)
)
variant("no entries, says the end record", "entry_count", lost=NOTHING, status="unknown", container="zip")(
    lambda: _end(signed(), count=0)
)
variant("65,535 entries, says the end record", "entry_count")(lambda: _end(signed(), count=65_535))
variant("data between directory and end record", "data_before_end_record")(lambda: _before_end(signed(), b"hidden"))


@variant("a directory that is cut in the middle of a record", "entry_count", lost="library")
def _half_record() -> bytes:
    apk = signed()
    return patched(apk, "lib/arm64-v8a/libdemo.so", central={28: b"\xff\xff"}) if record_of(apk, MANIFEST) else apk


NAMES = [b"zero\0.dex", b"../../up", b"/etc/passwd", b"a\\b", b"\xed\xb2\x80", b"\xff\xfe\xfd", b"C:/x", b"", b"..",
         "\u202egpj.apk".encode(), b"line\nfeed", b"\x1b[2J", b"a/" * 9_000, b"classes99999999999999999999.dex"]  # fmt: skip


@variant("names that no file can have", "unsafe_name", status="valid")
def _names() -> bytes:
    return sealed(zipped([*_plain(), *(File(name) for name in NAMES)]))


def _plain() -> list[File]:
    return [File(name.encode(), data) for name, data in newer().items()]


@variant("100 names of 65,000 bytes", status="valid")
def _long_names() -> bytes:
    return sealed(zipped([*_plain(), *(File(b"%05d" % number * 13_000, b"") for number in range(100))]))


@variant("65,000 entries", status="valid")
def _many() -> bytes:
    return sealed(zipped([*_plain(), *(File(b"assets/%d.txt" % number, b"x", method=0) for number in range(65_000))]))


@variant("100,000 entries", "entry_count", status="valid")
def _too_many() -> bytes:
    more = (File(b"assets/%d.txt" % number, b"x", method=0) for number in range(100_000))
    return sealed(zipped([*_plain(), *more], count=100_000 % 65_536))


@variant("15,000 entries of one name", "duplicate_entry", status="valid")
def _same_names() -> bytes:
    return sealed(zipped([*_plain(), *(File(b"assets/same.txt", b"x", method=0) for _ in range(15_000))]))


@variant("20,000 pages, each in a folder of its own", status="valid")
def _pages() -> bytes:
    more = [File(b"assets/%d/index.html" % number, b"x", method=0) for number in range(20_000)]
    return sealed(zipped([*_plain(), *more]))


@variant("20,000 entries over the same bytes", "overlapping_entries", status="valid")
def _overlapping() -> bytes:
    content = File(b"assets/0.txt", b"https://other.example.org " * 40)
    again = [File(b"assets/%d.txt" % number, content.data, raw=b"", header=0, packed=0) for number in range(1, 20_000)]
    return sealed(zipped([content, *again, *_plain()]))
