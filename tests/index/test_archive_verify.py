"""Every change is found, what was left alone is accepted, and a rule can remove pages without breaking the chain."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.archive import Archive
from index.archive.captures import CaptureMissingError, read
from index.archive.chain import ChainError, Record, Tombstone, chain_path, read_chain
from index.archive.members import filler, members
from index.archive.tombstones import NotSealedError, remove
from index.archive.verify import check_run, runs_in
from index.model import Capture

AT, LATER = "2026-11-25T08:00:00Z", "2027-11-25T08:00:00Z"
CHANGES = 2000


@dataclass
class Kept:
    folder: Path
    captures: list[Capture]
    seal: str


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """A sealed run of several files, with revisits in the same and in another file."""
    rng = random.Random(7)
    archive = Archive(tmp_path, "r1", largest=16_000)
    texts = [rng.randbytes(rng.randint(50, 5000)).hex().encode() for _ in range(12)]
    captures = [
        archive.store(url=f"http://e.org/{n}", status=200, headers=[("X-N", str(n))], body=body, taken_at=AT)
        for n, body in enumerate([*texts, texts[3], texts[11], b""])
    ]
    seal = archive.seal()
    assert seal
    return Kept(tmp_path, captures, seal)


def flipped(path: Path, place: int, bit: int) -> Callable[[], None]:
    """Changes one byte of a file; what comes back undoes it."""
    handle = os.open(path, os.O_RDWR)
    was = os.pread(handle, 1, place)
    os.pwrite(handle, bytes([was[0] ^ bit]), place)

    def undo() -> None:
        os.pwrite(handle, was, place)
        os.close(handle)

    return undo


@pytest.mark.parametrize("pruned", [False, True])
def test_two_thousand_changes_of_one_byte_are_all_found_and_nothing_else(kept: Kept, pruned: bool) -> None:
    seal = kept.seal
    if pruned:
        seal = remove(kept.folder, "r1", lambda record: record.url.endswith(("1", "5")), reason="rule", at=LATER).head
    rng, missed = random.Random(11), []
    files = sorted(kept.folder.iterdir())
    sizes = {path: path.stat().st_size for path in files}
    assert len(files) > 3
    for number in range(CHANGES):
        path = files[number % len(files)]
        place = rng.randrange(sizes[path])
        undo = flipped(path, place, 1 << rng.randrange(8))
        checked = check_run(kept.folder, "r1")  # also without the seal that the index keeps
        if checked.state != "damaged" or not any(damage.file == path.name for damage in checked.damages):
            missed.append((path.name, place, checked))
        undo()
    assert missed == []
    assert check_run(kept.folder, "r1", seal=seal).state == "sealed"


def test_every_end_of_every_file_counts(kept: Kept) -> None:
    for path in sorted(kept.folder.iterdir()):
        content = path.read_bytes()
        for changed in (content[:-1], content + b"\0", content[1:], b""):
            path.write_bytes(changed)
            assert check_run(kept.folder, "r1", seal=kept.seal).state == "damaged", path.name
        path.unlink()
        assert check_run(kept.folder, "r1", seal=kept.seal).state == "damaged"
        path.write_bytes(content)
    (kept.folder / "r1.0099.warc.gz").write_bytes(b"x")
    assert check_run(kept.folder, "r1").state == "damaged"


def test_a_chain_made_anew_or_cut_before_its_seal_has_not_the_seal_that_was_kept_elsewhere(kept: Kept) -> None:
    chain = chain_path(kept.folder, "r1")
    lines = chain.read_bytes().splitlines(keepends=True)
    chain.write_bytes(b"".join(lines[:-1]))
    assert check_run(kept.folder, "r1").state == "open"
    cut = check_run(kept.folder, "r1", seal=kept.seal)
    assert [damage.what for damage in cut.damages] == ["archive.seal_differs"]


def test_lines_that_changed_places_or_come_from_another_run_are_found(kept: Kept) -> None:
    chain = chain_path(kept.folder, "r1")
    lines = chain.read_bytes().splitlines(keepends=True)
    chain.write_bytes(b"".join([*lines[:2], lines[3], lines[2], *lines[4:]]))
    assert check_run(kept.folder, "r1").state == "damaged"
    chain.write_bytes(b"".join(lines))
    chain.rename(chain_path(kept.folder, "r2"))
    for path in kept.folder.glob("r1.*"):
        path.rename(path.with_name(path.name.replace("r1", "r2")))
    assert runs_in(kept.folder) == ["r2"]
    assert check_run(kept.folder, "r2").state == "damaged"


@pytest.mark.parametrize(
    "content",
    [b"", b"{}\n", b"\n" * 50, b"[" * 100_000, b"\xff" * 999 + b"\n", b'{"seq":1,"hash":"' + b"0" * 64 + b'"}\n'],
)
def test_hostile_chains_are_damage_and_no_error(kept: Kept, content: bytes) -> None:
    chain_path(kept.folder, "r1").write_bytes(content)
    checked = check_run(kept.folder, "r1", seal=kept.seal)
    assert checked.state == "damaged" and len(checked.damages) <= 100


def test_a_line_that_claims_endless_records_costs_nothing(kept: Kept) -> None:
    chain = chain_path(kept.folder, "r1")
    chain.write_bytes(chain.read_bytes().replace(b'"length":', b'"length":9999999999'))
    assert check_run(kept.folder, "r1").state == "damaged"


def test_removed_pages_leave_a_tombstone_and_the_rest_is_read_as_before(kept: Kept) -> None:
    names = [read(kept.folder, capture)[1] for capture in kept.captures]
    unwanted = {kept.captures[n].url for n in (0, 1, 3, 14)}  # 12 shows the page of 3: 3 stays
    wish = {"reason": "保存期限已满", "at": LATER}
    would = remove(kept.folder, "r1", lambda record: record.url in unwanted, dry=True, **wish)
    assert (would.records, would.needed, would.head) == (3, 1, kept.seal)
    assert check_run(kept.folder, "r1", seal=kept.seal).removed == 0
    done = remove(kept.folder, "r1", lambda record: record.url in unwanted, **wish)
    assert (done.records, done.bytes, done.needed) == (would.records, would.bytes, 1)
    for number, capture in enumerate(kept.captures):
        if number in {0, 1, 14}:
            with pytest.raises(CaptureMissingError):
                read(kept.folder, capture)
        else:
            assert read(kept.folder, capture)[1] == names[number]
    for seal in (kept.seal, done.head):  # both seals stand in the chain
        checked = check_run(kept.folder, "r1", seal=seal)
        assert (checked.state, checked.removed, checked.damages) == ("sealed", 3, [])
    links = [one.line.link for one in read_chain(chain_path(kept.folder, "r1"), "r1")]
    assert {link.reason for link in links if isinstance(link, Tombstone)} == {"保存期限已满"}
    assert sum(isinstance(link, Record) and link.url in unwanted for link in links) == 4  # their lines stay
    again = remove(kept.folder, "r1", lambda record: record.url in unwanted, **wish)
    assert (again.records, again.head) == (0, done.head)


def test_a_page_goes_together_with_the_records_that_show_it(kept: Kept) -> None:
    unwanted = {kept.captures[n].url for n in (3, 12)}
    assert remove(kept.folder, "r1", lambda record: record.url in unwanted, reason="r", at=LATER).records == 2
    assert check_run(kept.folder, "r1").state == "sealed"


def test_files_with_removed_pages_are_whole_warc_files(kept: Kept) -> None:
    remove(kept.folder, "r1", lambda record: True, reason="rule", at=LATER)
    kinds = []
    for path in sorted(kept.folder.glob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                kinds.append(record.rec_type)
                said = record.content_stream().read()
                assert record.rec_type == "warcinfo" or said.rstrip(b"\0") == b"removed: rule"
        assert sum(length for _, length in members(path)) == path.stat().st_size
    assert set(kinds) == {"warcinfo", "metadata"} and kinds.count("metadata") == len(kept.captures)


def test_whoever_was_killed_while_removing_goes_on(kept: Kept) -> None:
    before = {path: path.read_bytes() for path in kept.folder.glob("*.warc.gz")}
    done = remove(kept.folder, "r1", lambda record: record.url.endswith("/5"), reason="rule", at=LATER)
    for path, content in before.items():
        path.write_bytes(content)  # as if the bytes had not been reached
    checked = check_run(kept.folder, "r1")
    assert [damage.what for damage in checked.damages] == ["archive.removal_unfinished"]
    again = remove(kept.folder, "r1", lambda record: False, reason="rule", at=LATER)
    assert (again.records, again.head) == (0, done.head)
    assert check_run(kept.folder, "r1").state == "sealed"


def test_a_removed_page_gives_its_room_back(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "r1")
    archive.store(url="http://e.org/", status=200, headers=[], body=os.urandom(4 << 20), taken_at=AT)
    archive.seal()
    path = tmp_path / "r1.0001.warc.gz"
    size = path.stat().st_size
    remove(tmp_path, "r1", lambda record: True, reason="rule", at=LATER)
    after = path.stat()
    assert after.st_size == size and check_run(tmp_path, "r1").state == "sealed"
    if os.statvfs(tmp_path).f_bsize <= 4096:  # on file systems with larger blocks, fewer of them become free
        assert after.st_blocks * 512 < size / 4


def test_nothing_is_removed_from_a_run_that_is_not_over_or_damaged(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "r1")
    archive.store(url="http://e.org/", status=200, headers=[], body=b"x", taken_at=AT)
    archive.close()
    with pytest.raises(NotSealedError):
        remove(tmp_path, "r1", lambda record: True, reason="rule", at=LATER)
    Archive(tmp_path, "r1").seal()
    chain = chain_path(tmp_path, "r1")
    chain.write_bytes(chain.read_bytes().replace(b"e.org", b"f.org"))
    with pytest.raises(ChainError):
        remove(tmp_path, "r1", lambda record: True, reason="rule", at=LATER)


@pytest.mark.parametrize("length", [256, 257, 1000, 65_000, 65_535, 65_562, 70_000, 131_100, 131_106, 200_001])
def test_a_filling_has_the_length_it_must_have(length: int, tmp_path: Path) -> None:
    raw = filler(length, "理由" * 40, AT)
    assert len(raw) == length and raw == filler(length, "理由" * 40, AT)
    (tmp_path / "x").write_bytes(raw)
    assert list(members(tmp_path / "x")) == [(0, length)]
    with pytest.raises(ValueError, match="too few"):
        filler(150, "", AT)
