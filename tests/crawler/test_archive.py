"""What was seen can be read again, also after a crash, and nothing that was cut out is in it."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker
from warcio.indexer import Indexer

from crawler.archive import VISITOR, Archive
from index.archive.captures import CaptureMissingError, read
from index.archive.chain import ChainBusyError, Record, chain_path, read_chain
from index.archive.members import members
from index.archive.verify import check_run
from index.model import Capture, Visitor
from tests.conftest import ROOT

AT = "2026-11-25T08:00:00Z"
FIRST_FILE = "run1.0001.warc.gz"


def store(archive: Archive, number: int, body: bytes) -> Capture:
    headers = [("Content-Type", "text/html; charset=gbk"), ("Content-Encoding", "gzip"), ("X-Number", str(number))]
    return archive.store(url=f"http://example.org/{number}", status=200, headers=headers, body=body, taken_at=AT)


def records(path: Path) -> list:
    with path.open("rb") as stream:
        return [
            (record.rec_type, record.rec_headers, record.content_stream().read()) for record in ArchiveIterator(stream)
        ]


def test_a_page_is_read_again_as_it_was(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    body = "页面".encode("gbk") + bytes(range(256))
    captures = [store(archive, n, body + str(n).encode()) for n in range(5)]
    for number, capture in enumerate(captures):  # before the file is closed: a finding points to it at once
        headers, again = read(tmp_path, capture)
        assert again == body + str(number).encode()
        assert ("X-Number", str(number)) in headers
        assert not any(name == "Content-Encoding" for name, _ in headers)
    archive.close()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_the_same_page_is_a_revisit_record_and_still_readable(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    body = os.urandom(50_000)
    first, second = store(archive, 1, body), store(archive, 2, body)
    archive.close()
    assert read(tmp_path, second)[1] == read(tmp_path, first)[1] == body
    assert second.url != first.url and second.offset > first.offset
    assert ("X-Number", "2") in read(tmp_path, second)[0]
    assert (tmp_path / FIRST_FILE).stat().st_size < 60_000
    assert [kind for kind, *_ in records(tmp_path / FIRST_FILE)] == ["warcinfo", "response", "revisit"]


def test_a_full_file_is_followed_by_the_next_and_revisits_reach_back(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1", largest=30_000)
    bodies = [os.urandom(10_000) for _ in range(7)]
    captures = [store(archive, n, body) for n, body in enumerate([*bodies, bodies[0]])]
    huge = store(archive, 9, os.urandom(90_000))  # larger than a file may be: it gets one of its own
    head = archive.seal()
    assert [read(tmp_path, capture)[1] for capture in captures] == [*bodies, bodies[0]]
    assert captures[-1].warc != captures[0].warc and read(tmp_path, huge)[1]
    files = sorted(tmp_path.glob("*.warc.gz"))
    assert len(files) == 5 and [path.name[:10] for path in files][:2] == ["run1.0001.", "run1.0002."]
    for path in files:
        assert records(path)[0][0] == "warcinfo"
        assert path.stat().st_size <= 30_000 or path.name == huge.warc
    checked = check_run(tmp_path, "run1", seal=head)
    assert (checked.state, checked.records, checked.files) == ("sealed", 9 + 5, 5)


def test_other_programs_read_and_check_every_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = Archive(tmp_path, "run1", largest=2_000)
    for number in range(12):
        store(archive, number, b"the same" if number % 3 else os.urandom(400))
    archive.seal()
    files = [str(path) for path in sorted(tmp_path.glob("*.warc.gz"))]
    assert len(files) > 2

    class Options:
        inputs, verbose = files, True

    checker = Checker(Options)
    checker.process_all()
    assert not checker.exit_value and "fail" not in capsys.readouterr().out
    Indexer(["offset", "warc-type", "warc-target-uri"], files, str(tmp_path / "index.cdxj")).process_all()
    lines = [json.loads(line) for line in (tmp_path / "index.cdxj").read_text().splitlines()]
    assert {line["warc-type"] for line in lines} == {"warcinfo", "response", "revisit"}
    assert sum("warc-target-uri" in line for line in lines) == 12
    for path in files:  # and gzip itself
        assert subprocess.run(["gzip", "-t", path], check=False, capture_output=True).returncode == 0


def test_media_inside_the_page_are_cut_out_and_the_cut_is_recorded(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    media = b"data:image/png;base64,AAAAsecretpixels"
    capture = store(archive, 1, b'<p>text</p><img src="' + media + b'"> data:text/plain,kept')
    archive.close()
    body = read(tmp_path, capture)[1]
    assert b"secretpixels" not in body and b"<p>text</p>" in body and b"data:text/plain,kept" in body
    _, headers, _ = records(tmp_path / FIRST_FILE)[1]
    assert headers.get_header("WARC-Copycatch-Cut-Media") == f"1 {sha256(media).hexdigest()}"


def test_a_picture_that_came_as_a_page_is_not_archived(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    capture = store(archive, 1, b"\xff\xd8\xff\xe0 JFIF")
    archive.close()
    assert read(tmp_path, capture)[1] == b"" and b"JFIF" not in (tmp_path / FIRST_FILE).read_bytes()


def test_a_thousand_media_make_no_endless_header(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    capture = store(archive, 1, b"".join(b'<img src="data:image/png,%d">' % n for n in range(5000)))
    archive.close()
    assert b"data:" not in read(tmp_path, capture)[1]


def test_odd_headers_and_addresses_stay_one_line(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    odd = [("Set-Cookie", "a=1\nb=2\r\nWARC-Type: x"), ("X-Raw", "\udcff中"), ("Content-Length", "7")]
    capture = archive.store(
        url="http://example.org/\r\nX: y", status=299, headers=odd, body=b"x" * 9, taken_at=AT, ip="192.0.2.1"
    )
    archive.close()
    headers, body = read(tmp_path, capture)
    assert dict(headers)["Content-Length"] == "9" and len(body) == 9 and len(headers) == 3
    _, about, _ = records(tmp_path / FIRST_FILE)[1]
    assert about.get_header("WARC-IP-Address") == "192.0.2.1" and about.get_header("X") is None


def test_as_whom_the_page_was_asked_for_stands_in_the_record(tmp_path: Path) -> None:
    visitor = Visitor(vantage="北京电信\r\nWARC-Type: x", lang="zh-CN", agent="copycatch/0.1 (某单位)")
    archive = Archive(tmp_path, "run1")
    archive.store(url="http://example.org/", status=200, headers=[], body=b"x", taken_at=AT, visitor=visitor)
    archive.close()
    said = json.loads(records(tmp_path / FIRST_FILE)[1][1].get_header(VISITOR))
    assert Visitor(**said) == visitor


@pytest.mark.parametrize("lost", [1, 9, 30, 200])
def test_a_torn_last_record_is_cut_off_and_the_rest_stays(tmp_path: Path, lost: int) -> None:
    archive = Archive(tmp_path, "run1")
    captures = [store(archive, n, os.urandom(300)) for n in range(3)]
    archive.close()
    path, chain = tmp_path / FIRST_FILE, chain_path(tmp_path, "run1")
    os.truncate(path, path.stat().st_size - lost)  # the process was killed within the record, before its line
    chain.write_bytes(b"".join(chain.read_bytes().splitlines(keepends=True)[:-1]))
    archive = Archive(tmp_path, "run1")
    late = store(archive, 9, b"after the crash")
    head = archive.seal()
    assert late.offset == captures[2].offset
    assert read(tmp_path, late)[1] == b"after the crash"
    assert [read(tmp_path, capture)[0] for capture in captures[:2]]
    with pytest.raises(CaptureMissingError):
        read(tmp_path, captures[2])
    assert check_run(tmp_path, "run1", seal=head).state == "sealed"


def test_a_whole_record_that_had_not_reached_the_chain_is_not_lost(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    captures = [store(archive, n, os.urandom(300)) for n in range(2)]
    captures.append(store(archive, 2, read(tmp_path, captures[0])[1]))
    archive.close()
    chain = chain_path(tmp_path, "run1")
    whole = [one.line.link for one in read_chain(chain, "run1")]
    os.truncate(chain, chain.stat().st_size - 500)  # the lines of two records, one of them torn
    assert check_run(tmp_path, "run1").state == "open"
    archive = Archive(tmp_path, "run1")
    again = store(archive, 3, read(tmp_path, captures[0])[1])
    head = archive.seal()
    assert [one.line.link for one in read_chain(chain, "run1")][:4] == whole
    assert all(read(tmp_path, capture) for capture in [*captures, again])
    assert check_run(tmp_path, "run1", seal=head).state == "sealed"
    assert whole[3].type == "revisit" and whole[3].first == 2


def test_a_file_shorter_than_the_chain_is_left_alone_and_the_next_one_begins(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    captures = [store(archive, n, os.urandom(300)) for n in range(2)]
    archive.close()
    path = tmp_path / FIRST_FILE
    os.truncate(path, path.stat().st_size - 1)  # a power cut: the line was durable, its record was not
    archive = Archive(tmp_path, "run1")
    late = store(archive, 2, b"later")
    archive.seal()
    assert late.warc == "run1.0002.warc.gz" and read(tmp_path, late)[1] == b"later"
    assert read(tmp_path, captures[0])[1]
    checked = check_run(tmp_path, "run1")
    assert [(one.file, one.what) for one in checked.damages] == [(FIRST_FILE, "archive.file_cut_off")]


def test_a_damaged_chain_is_left_as_it_is_and_nothing_is_lost(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    store(archive, 1, b"one")
    archive.close()
    chain = chain_path(tmp_path, "run1")
    chain.write_bytes(damaged := chain.read_bytes().replace(b"example", b"exbmple"))
    archive = Archive(tmp_path, "run1")
    late = store(archive, 2, b"two")
    archive.seal()
    assert chain.read_bytes() == damaged and read(tmp_path, late)[1] == b"two"
    assert check_run(tmp_path, "run1").state == "damaged" and check_run(tmp_path, "run1+2").state == "sealed"


def test_two_processes_do_not_write_one_archive(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    with pytest.raises(ChainBusyError):
        Archive(tmp_path, "run1")
    assert archive.seal() is None  # nothing in it
    Archive(tmp_path, "run1").close()


def test_a_run_that_goes_on_after_its_seal_is_sealed_anew(tmp_path: Path) -> None:
    heads = []
    for number in range(3):
        archive = Archive(tmp_path, "run1")
        store(archive, number, b"the same page")
        heads.append(archive.seal())
    archive = Archive(tmp_path, "run1")
    assert archive.seal() == heads[-1]  # nothing new: no new seal
    assert len(set(heads)) == 3 and all(check_run(tmp_path, "run1", seal=head).state == "sealed" for head in heads)
    links = [one.line.link for one in read_chain(chain_path(tmp_path, "run1"), "run1")]
    assert [link.type for link in links if isinstance(link, Record)] == ["warcinfo", "response", "revisit", "revisit"]


KILLED = """
import os, sys
from pathlib import Path
from crawler.archive import Archive
archive = Archive(Path(sys.argv[1]), "run1", largest=200_000)
for number in range(10**9):
    body = os.urandom(20_000) if number % 3 else b"the same"
    archive.store(url=f"http://example.org/{number}", status=200, headers=[], body=body, taken_at="2026-11-25T08:00:00Z")
    if number % 50 == 0:
        print(number, flush=True)
"""


def test_a_killed_process_leaves_a_chain_that_reads_and_goes_on(tmp_path: Path) -> None:
    seen = 0
    for turn in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2 + turn):
            assert process.stdout and process.stdout.readline()
        process.kill()
        process.communicate()
        checked = check_run(tmp_path, "run1")
        assert checked.state == "open" and not checked.damages and checked.records > seen
        seen = checked.records
    archive = Archive(tmp_path, "run1")
    head = archive.seal()
    checked = check_run(tmp_path, "run1", seal=head)
    assert checked.state == "sealed" and checked.records >= seen and checked.files > 1 and checked.loose == 0


@given(st.binary(max_size=400), st.integers(0, 3))
def test_any_file_has_whole_members(tmp_path_factory: pytest.TempPathFactory, content: bytes, start: int) -> None:
    path = tmp_path_factory.mktemp("warc") / "x.warc.gz"
    path.write_bytes(content)
    assert sum(length for _, length in members(path, start)) <= len(content)


def test_a_capture_cannot_point_out_of_the_archive(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "secret").write_text("x")
    capture = Capture(sha256="0" * 64, url="x", taken_at=AT, warc="../secret", offset=0, status=200)
    with pytest.raises(CaptureMissingError):
        read(tmp_path / "archive", capture)


def test_a_page_that_was_changed_later_is_not_taken_for_the_captured_one(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    first, second = store(archive, 1, b"first"), store(archive, 2, b"second")
    archive.close()
    with pytest.raises(CaptureMissingError, match="not the one"):
        read(tmp_path, replace(first, offset=second.offset))
