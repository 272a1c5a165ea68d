"""What was seen can be read again, also after a crash, and nothing that was cut out is in it."""

import json
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from crawler.archive import VISITOR, Archive, CaptureMissingError, read, whole_length
from index.model import Capture, Visitor

AT = "2026-11-25T08:00:00Z"


def store(archive: Archive, number: int, body: bytes) -> Capture:
    headers = [("Content-Type", "text/html; charset=gbk"), ("Content-Encoding", "gzip"), ("X-Number", str(number))]
    return archive.store(url=f"http://example.org/{number}", status=200, headers=headers, body=body, taken_at=AT)


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
    assert (tmp_path / "run1.warc.gz").stat().st_mode & 0o777 == 0o600


def test_the_same_payload_is_a_revisit_record_and_still_readable(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    body = os.urandom(50_000)
    first, second = store(archive, 1, body), store(archive, 2, body)
    archive.close()
    assert read(tmp_path, second)[1] == read(tmp_path, first)[1] == body
    assert second.url != first.url and second.offset > first.offset
    assert ("X-Number", "2") in read(tmp_path, second)[0]
    assert (tmp_path / "run1.warc.gz").stat().st_size < 60_000
    with (tmp_path / "run1.warc.gz").open("rb") as stream:
        assert [record.rec_type for record in ArchiveIterator(stream)] == ["response", "revisit"]


def test_media_inside_the_page_are_cut_out_and_the_cut_is_recorded(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    media = b"data:image/png;base64,AAAAsecretpixels"
    capture = store(archive, 1, b'<p>text</p><img src="' + media + b'"> data:text/plain,kept')
    archive.close()
    body = read(tmp_path, capture)[1]
    assert b"secretpixels" not in body and b"<p>text</p>" in body and b"data:text/plain,kept" in body
    with (tmp_path / "run1.warc.gz").open("rb") as stream:
        record = next(iter(ArchiveIterator(stream)))
        assert record.rec_headers.get_header("WARC-Copycatch-Cut-Media") == f"1 {sha256(media).hexdigest()}"


def test_a_picture_that_came_as_a_page_is_not_archived(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "run1")
    capture = store(archive, 1, b"\xff\xd8\xff\xe0 JFIF")
    archive.close()
    assert read(tmp_path, capture)[1] == b"" and b"JFIF" not in (tmp_path / "run1.warc.gz").read_bytes()


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
    with (tmp_path / "run1.warc.gz").open("rb") as stream:
        record = next(iter(ArchiveIterator(stream)))
        assert record.rec_headers.get_header("WARC-IP-Address") == "192.0.2.1"
        assert record.rec_headers.get_header("X") is None


@pytest.mark.parametrize("lost", [1, 9, 30, 200])
def test_a_torn_last_record_is_cut_off_and_the_rest_stays(tmp_path: Path, lost: int) -> None:
    archive = Archive(tmp_path, "run1")
    captures = [store(archive, n, os.urandom(300)) for n in range(3)]
    archive.close()
    path = tmp_path / "run1.warc.gz"
    os.truncate(path, path.stat().st_size - lost)
    archive = Archive(tmp_path, "run1")
    late = store(archive, 9, b"after the crash")
    archive.close()
    assert late.offset == captures[2].offset
    assert read(tmp_path, late)[1] == b"after the crash"
    assert [read(tmp_path, capture)[0] for capture in captures[:2]]
    with pytest.raises(CaptureMissingError):
        read(tmp_path, captures[2])


@given(st.binary(max_size=400))
def test_any_file_has_a_whole_length(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("warc") / "x.warc.gz"
    path.write_bytes(content)
    assert 0 <= whole_length(path) <= len(content)


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


def test_as_whom_a_page_was_seen_is_kept_with_it(tmp_path: Path) -> None:
    visitor = Visitor(vantage="北京电信", lang="zh-CN", agent="copycatch/0.1 (+ops@example.org)", session=True)
    archive = Archive(tmp_path, "r1")
    kept = archive.store(url="http://a.example/1", status=200, headers=[], body=b"x", taken_at=AT, visitor=visitor)
    archive.close()
    assert kept.visitor == visitor
    with (tmp_path / kept.warc).open("rb") as stream:
        said = next(iter(ArchiveIterator(stream))).rec_headers.get_header(VISITOR)
    assert Visitor(**json.loads(said)) == visitor
