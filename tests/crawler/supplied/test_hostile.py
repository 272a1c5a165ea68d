"""Files that are broken or meant to break somebody: a reason for each, nothing lost that came before, and an end."""

import gzip
import json
import random
import re
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.supplied import har, mhtml, raw_page, warc
from crawler.supplied.brought import Brought, UnreadableError
from crawler.supplied.files import Asked, entries_of
from crawler.supplied.kinds import FileKind, kind_of
from tests.crawler.supplied import saving

NOW = "2026-11-28T00:00:00Z"
PAGE = b"<html><title>t</title><p>text"


def read(path: Path, kind: FileKind | None = None) -> list[Brought]:
    return [one for one in entries_of(path, kind or kind_of(path), Asked(received_at=NOW)) if isinstance(one, Brought)]


def whys(found: list[Brought]) -> list[str | None]:
    return [one.why.kind if one.why else None for one in found]


def entry(url: str = "https://x.example/", **content: object) -> dict[str, object]:
    said = {"mimeType": "text/html", "text": PAGE.decode(), **content}
    return {"request": {"url": url, "headers": []}, "response": {"status": 200, "headers": [], "content": said}}


def write_har(path: Path, *entries: object) -> Path:
    path.write_text(json.dumps({"log": {"entries": list(entries)}}), "utf-8")
    return path


@pytest.mark.parametrize(
    "strange",
    [
        None, [], 7, "x", {}, {"request": 1, "response": []}, {"request": {"url": 5}, "response": {"status": "200"}},
        entry(encoding="base64", text="%%%"), entry(text=None), entry(text=5), entry("ftp://x/"), entry("https://[/"),
        {**entry(), "startedDateTime": {"a": 1}, "pageref": [1]},
        {"request": {"url": "https://x.example/", "headers": [1, {"name": 2}], "cookies": "x"}, "response": {"status": 200}},
    ],
)  # fmt: skip
def test_a_strange_entry_costs_only_itself(tmp_path: Path, strange: object) -> None:
    found = read(write_har(tmp_path / "a.har", strange, entry("https://shop.example/1"), strange))
    assert "https://shop.example/1" in {one.listing.url for one in found if one.listing}


@pytest.mark.parametrize(
    "text", ['{"log": {', '{"log": {"entries": 5}}', '{"log": {}}', '{"log": {"entries": ' + "[" * 9000]
)
def test_a_har_that_is_none_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.har"
    path.write_text(text)
    assert whys(read(path)) == ["broken_file"]


def test_a_har_without_pages_says_so(tmp_path: Path) -> None:
    assert whys(read(write_har(tmp_path / "a.har"))) == ["no_pages"]


def test_pages_without_end_are_left_out_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(har, "MOST_PAGES", 5)
    path = write_har(tmp_path / "a.har", *(entry(f"https://shop.example/{n}") for n in range(9)))
    found = read(path)
    assert whys(found)[-1] == "many_pages" and len(found) <= 6
    monkeypatch.setattr(har, "LARGEST", 10)
    assert whys(read(path)) == ["large"]


@pytest.mark.parametrize("module", [har, mhtml, warc])
def test_a_page_that_is_too_large_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object) -> None:
    monkeypatch.setattr(module, "LARGEST_BODY", 100)
    big = "<html><title>t</title>" + "x" * 500
    if module is har:
        path = write_har(tmp_path / "a.har", entry(text=big))
    elif module is warc:
        path = tmp_path / "a.warc"
        saving.warc(path, body=big.encode())
    else:
        path = tmp_path / "a.mhtml"
        path.write_text(MHTML + big + "\r\n--b--\r\n", newline="")
    assert whys(read(path)) == ["page_large"]


MHTML = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://shop.example/1\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/html\r\nContent-Location: https://shop.example/1\r\n\r\n"
)


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "\r\n--b--",
        "x" * 10 + "\r\n--b\r\n" * 5000,
        'Content-Type: multipart/mixed; boundary="c"\r\n\r\n--c\r\n' * 3000,
    ],
)
def test_a_broken_mhtml_has_an_end(tmp_path: Path, rest: str) -> None:
    path = tmp_path / "a.mhtml"
    path.write_text(MHTML + rest, newline="")
    assert len(read(path)) <= 1


def test_an_mhtml_without_a_page_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.mht"
    path.write_text(
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n'
    )
    assert whys(read(path)) == ["broken_file"]


def test_a_torn_warc_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    whole = saving.warc(path)
    again = saving.warc(tmp_path / "b.warc.gz", url="https://bbs.example.org/thread-78-1-1.html")
    path.write_bytes(whole + again[: len(again) - 200])
    found = read(path)
    assert found[0].listing is not None and len(found) <= 2


@pytest.mark.parametrize("seed", range(12))
def test_noise_in_a_warc_has_an_end(tmp_path: Path, seed: int) -> None:
    dice, path = random.Random(seed), tmp_path / "a.warc"
    content = bytearray(saving.warc(path))
    for _ in range(20):
        content[dice.randrange(20, len(content))] = dice.randrange(256)
    path.write_bytes(content)
    assert all(one.why or one.listing for one in read(path))


def test_a_record_that_claims_more_than_there_can_be_ends_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    content = saving.warc(path)
    path.write_bytes(re.sub(rb"Content-Length: \d+\r\n\r\nGET", b"Content-Length: 99999999999\r\n\r\nGET", content))
    assert whys(read(path))[-1] in {"many_pages", "no_pages", "broken_file"}


def test_a_page_that_inflates_without_end_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "LARGEST_BODY", 1 << 20)
    path = tmp_path / "a.warc"
    bomb = gzip.compress(bytes(64 << 20))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    record = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://x.example/\r\nWARC-Date: 2026-11-20T00:00:00Z\r\n"
        b"WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: application/http; msgtype=response\r\n"
        b"Content-Length: %d\r\n\r\n%b\r\n\r\n" % (len(head) + len(bomb), head + bomb)
    )
    path.write_bytes(record)
    assert whys(read(path)) == ["page_large"]


@pytest.mark.parametrize(
    "parts",
    [
        {"datapackage.json": b"{"},
        {"datapackage.json": b"[]"},
        {"datapackage.json": b'{"resources": []}'},
        {"datapackage.json": b'{"resources": [{"path": "archive/a.warc", "hash": "sha256:00"}]}'},
        {"datapackage.json": b'{"resources": [5, {"path": {}}]}'},
        {"datapackage.json": b'{"resources": [{"path": "x", "hash": "crc:00"}]}', "x": b""},
        {"archive/a.warc": b"WARC/1.0"},
    ],
)
def test_a_wacz_that_is_none_says_so(tmp_path: Path, parts: dict[str, bytes]) -> None:
    path = tmp_path / "a.wacz"
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert whys(read(path))[0] in {"broken_file", "wacz_digest"}


READERS: tuple[FileKind, ...] = ("html", "mhtml", "har", "warc", "wacz", "workbook", "share", "table", "json_lines")


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(READERS),
    st.sampled_from([b"", b"PK\x03\x04", b"WARC/1.0\r\n", MHTML.encode()]),
)
def test_no_bytes_break_any_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, kind: FileKind, head: bytes
) -> None:
    path = tmp_path_factory.mktemp("noise") / "file"
    path.write_bytes(head + content)
    for one in read(path, kind):
        assert one.why or one.listing
    with suppress(UnreadableError):
        kind_of(path)


def test_bodies_fit_into_memory_together() -> None:
    assert raw_page.LARGEST_BODY <= 64 << 20
