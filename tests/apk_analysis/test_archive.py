"""The ZIP layer: what is odd is named, what is ordinary is not, and what can be read is read."""

import hashlib
import mmap
import struct
import zlib
from pathlib import Path

import pytest
from blake3 import blake3

from apk_analysis.archive import Archive, Limits
from apk_analysis.contents import Contents
from apk_analysis.defects import Defect
from tests.apk_analysis import build
from tests.apk_analysis.zips import File, deflated, zipped

PLAIN = File(b"a.txt"), File(b"res/b.bin", bytes(range(256)), method=0), File(b"c/", b"", method=0)


def kinds(data: bytes, *, inflated: bool = False, limits: Limits | None = None) -> set[str]:
    archive = Archive(data, limits)
    contents = Contents(archive)
    if inflated:
        for _ in contents:
            pass
    return {item.kind for item in [*archive.problems, *contents.problems]}


def test_an_ordinary_archive_has_no_problem() -> None:
    assert not kinds(zipped(PLAIN), inflated=True)
    assert not kinds(zipped(PLAIN, comment=b"channel=market"), inflated=True)
    assert not kinds(build.signed("v1 v2 v3", min_sdk=21), inflated=True)


DIRECTORY = b"PK\x06\x07" + bytes(16)
ODD = {
    "duplicate_entry": zipped([*PLAIN, File(b"a.txt", b"another")]),
    "header_mismatch": zipped([*PLAIN, File(b"d", local={"name": b"e"})]),
    "header_mismatch ": zipped([*PLAIN, File(b"d", local={"method": 0})]),
    "bogus_method": zipped([*PLAIN, File(b"d", method=0x1234)]),
    "encryption_flag": zipped([*PLAIN, File(b"d", flags=1)]),
    "lying_size": zipped([*PLAIN, File(b"d", b"12345", method=0, packed=5, size=4)]),
    "zero_crc": zipped([*PLAIN, File(b"d", crc=0)]),
    "odd_version": zipped([*PLAIN, File(b"d", version=0xFF)]),
    "trailing_data": zipped(PLAIN) + b"more",
    "prefix_data": b"#!/bin/sh\n" + zipped(PLAIN),
    "prefix_data ": zipped([File(b"a", in_front=b"shell code"), *PLAIN]),
    "truncated": zipped(PLAIN, comment=b"long comment")[:-3],
    "data_between_entries": zipped([*PLAIN, File(b"d", in_front=b"hidden payload")]),
    "data_between_entries ": zipped(PLAIN, behind=b"hidden payload"),
    "overlapping_entries": zipped([File(b"d", header=0), *PLAIN, File(b"e", header=0)]),
    "overlapping_entries ": zipped([*PLAIN, File(b"d", method=0, size=300, packed=300)]),
    "zip64": zipped([*PLAIN, File(b"d", size=0xFFFFFFFF)]),
    "entry_comment": zipped([*PLAIN, File(b"d", comment=b"note")]),
    "entry_count": zipped(PLAIN, count=2),
    "entry_count ": zipped(PLAIN, count=4),
    "shadowed_entry": zipped([*PLAIN, File(b"a.txt/", b"", method=0)]),
    "no_local_header": zipped([*PLAIN, File(b"d", header=7)]),
    "bomb": zipped([*PLAIN, File(b"d", size=0x7FFFFFFF)]),
    "second_end_record": zipped(PLAIN)[:-2] + b"\x16\0" + zipped(PLAIN)[-22:],
    "second_end_record ": zipped(PLAIN, comment=b"PK\x05\x06" + bytes(20)),
    "janus": build.with_prefix(zipped(PLAIN), b"dex\n035\0" + bytes(104)),
}


@pytest.mark.parametrize("kind", sorted(ODD))
def test_odd_archives_are_named(kind: str) -> None:
    assert kind.strip() in kinds(ODD[kind])


def test_a_zip64_directory_is_named() -> None:
    plain = zipped(PLAIN)
    assert "zip64" in kinds(plain[:-22] + DIRECTORY + plain[-22:])


@pytest.mark.parametrize(
    "name",
    [b"../up", b"a/../../b", b"/etc/passwd", b"a\\b", b"zero\0.dex", b"C:/x", b"", b"\xff\xfe", b"a/..", b".."],
)
def test_unsafe_names_are_named(name: bytes) -> None:
    assert "unsafe_name" in kinds(zipped([*PLAIN, File(name)]))


@pytest.mark.parametrize("name", [b"a..b", b"res/..hidden", "资源/图标.png".encode(), b"a:b", b"...", b"line\nbreak"])
def test_merely_strange_names_are_not_called_unsafe(name: bytes) -> None:
    assert "unsafe_name" not in kinds(zipped([*PLAIN, File(name)]))


def test_padding_and_what_build_tools_leave_is_ordinary() -> None:
    dropped = zipped([File(b"old")])[: 30 + 3 + len(deflated(File(b"old").data))]
    files = [*PLAIN, File(b"d", in_front=bytes(40)), File(b"e", in_front=dropped)]
    assert not kinds(zipped(files, behind=bytes(4000)))
    descriptor = b"PK\x07\x08" + struct.pack("<LLL", zlib.crc32(b"x"), 3, 1)
    later = File(b"f", b"x", flags=8, local={"crc": 0, "packed": 0, "size": 0})
    assert not kinds(zipped([later, File(b"g", in_front=descriptor)]))


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (File(b"d", crc=0x12345678), "crc_mismatch"),
        (File(b"d", b"12345", size=3), "lying_size"),
        (File(b"d", b"12345", size=9), "lying_size"),
        (File(b"d", raw=b"\xff\xff\xff"), "broken_entry"),
        (File(b"d", raw=deflated(b"text" * 99)[:-4]), "truncated_entry"),
        (File(b"d", raw=b""), "truncated_entry"),
    ],
)
def test_what_only_inflating_shows_is_named(file: File, kind: str) -> None:
    assert kind in kinds(zipped([*PLAIN, file]), inflated=True) and kind not in kinds(zipped([*PLAIN, file]))


def test_android_reads_as_many_entries_as_are_declared() -> None:
    """Records behind them are ignored by Android; a tool that lists them would report what never runs."""
    archive = Archive(zipped([*PLAIN, File(b"classes.dex")], count=3))
    assert [entry.name for entry in archive.entries] == ["a.txt", "res/b.bin", "c/"] and not archive.flaw


def test_a_stored_file_behind_a_method_that_does_not_exist_is_read() -> None:
    """As Android reads it: what is not deflated lies there as it is."""
    files = [
        File(b"a", b"\x03\0\x08\0 stored", method=0x2777, raw=b"\x03\0\x08\0 stored"),
        File(b"b", b"deflated" * 9, 77),
    ]
    archive = Archive(zipped(files))
    assert [archive.read(entry, 1 << 20) for entry in archive.entries] == [b"\x03\0\x08\0 stored", b"deflated" * 9]


@pytest.mark.parametrize("size", [0, 1, 1000, 70_000, 3_000_000])
@pytest.mark.parametrize("method", [0, 8])
def test_reading_whole_and_in_pieces_is_the_same(size: int, method: int) -> None:
    data = bytes(i * i >> 8 & 0xFF for i in range(1000)) * (size // 1000) + b"x" * (size % 1000)
    archive = Archive(zipped([File(b"d", data, method)]))
    (entry,) = archive.entries
    assert archive.read(entry, size) == b"".join(archive.stream(entry)) == data
    if size:
        with pytest.raises(Defect, match="too_large"):
            archive.read(entry, size - 1)


def test_a_file_can_be_closed_after_defects(tmp_path: Path) -> None:
    """No view of the mapped file survives in an exception that somebody keeps."""
    path = tmp_path / "odd.zip"
    path.write_bytes(zipped([*PLAIN, File(b"d", raw=b"\xff" * 9), File(b"e", raw=deflated(b"text" * 99)[:-4])]))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        contents = Contents(Archive(data))
        assert len(list(contents)) == 3
        kept = []
        for entry in contents.archive.entries[3:]:
            with pytest.raises(Defect) as caught:
                contents.digest(entry, "sha256")
            kept.append(caught.value)
    assert len(kept) == 2


def test_one_pass_gives_content_hash_and_digests() -> None:
    archive = Archive(zipped(PLAIN))
    contents = Contents(archive, frozenset({"sha256", "sha1"}))
    assert not contents.complete
    seen = {item.entry.name: item for item in contents}
    assert contents.complete and seen["a.txt"].data == PLAIN[0].data
    assert seen["a.txt"].hash == blake3(PLAIN[0].data).digest()
    entry = archive.entries[1]
    for name in ("sha1", "sha256", "md5"):  # the last one was not asked for beforehand
        assert contents.digest(entry, name) == hashlib.new(name, bytes(range(256))).digest()
    assert contents.size(entry) == 256


def test_digests_asked_for_before_the_pass_do_not_shorten_it() -> None:
    contents = Contents(Archive(zipped(PLAIN)), frozenset({"sha256"}))
    before = contents.digest(contents.archive.entries[0], "sha256")
    assert len(list(contents)) == 3 and contents.digest(contents.archive.entries[0], "sha256") == before


def test_two_records_of_one_header_are_read_each_by_its_own_facts() -> None:
    """Else a digest of the one would vouch for the other."""
    one = File(b"d", b"12345", method=0)
    other = File(b"e", raw=b"", header=0, packed=5, size=5, method=0x4444)
    contents = Contents(Archive(zipped([one, other, File(b"f", b"12345", method=0, header=0, size=3, packed=3)])))
    sizes = [contents.size(entry) for entry in contents.archive.entries]
    assert sizes[0] == 5 and sizes[2] == 3


def test_a_pass_ends_when_the_archive_holds_too_much() -> None:
    limits = Limits(total_from=1000, ratio=1, total=10_000)
    data = zipped([File(b"%d" % number, bytes(600)) for number in range(9)])
    contents = Contents(Archive(data, limits))
    assert len(list(contents)) < 9
    assert {item.kind for item in contents.problems} == {"too_large"} and len(contents.problems) <= 20
    assert "bomb" in {item.kind for item in contents.archive.problems}


def test_overlapping_bombs_are_bounded_in_all() -> None:
    """Many records over the same packed bytes: each small, together without end."""
    raw = deflated(bytes(50_000))
    files = [File(b"0", bytes(50_000))] + [
        File(b"%d" % n, bytes(50_000), raw=b"", header=0, packed=len(raw)) for n in range(1, 200)
    ]
    contents = Contents(Archive(zipped(files), Limits(total_from=1_000_000, ratio=2)))
    assert sum(len(item.data or b"") for item in contents) <= 1_050_000
    assert {"overlapping_entries", "bomb"} <= {item.kind for item in contents.archive.problems}
