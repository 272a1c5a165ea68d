"""The pages of a bundle, as the tools of their formats see them: py-wacz, warcio, and a reader of the index."""

import contextlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from wacz.util import validate_pages_jsonl_file
from wacz.validate import Validation
from warcio.archiveiterator import ArchiveIterator

from index.home import Home
from takedown.evidence.build import build
from tests.takedown.evidence_home import NOW, Shelf, filled, page


@pytest.fixture
def shelf(home: Home, index, records) -> Shelf:
    return filled(home, index, records)


@pytest.fixture
def wacz(shelf: Shelf, tmp_path: Path) -> Path:
    bundle = build(list(shelf.findings.values()), shelf.sources(), tmp_path / "bundle.zip", NOW)
    with zipfile.ZipFile(bundle.path) as file:
        return Path(file.extract("pages.wacz", tmp_path))


@pytest.fixture
def unpacked(wacz: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(wacz) as file:
        file.extractall(tmp_path / "wacz")
    return tmp_path / "wacz"


@pytest.mark.filterwarnings("ignore")  # of the library that validates
def test_py_wacz_finds_nothing_wrong(wacz: Path, unpacked: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        found = Validation(str(wacz))
        assert found.version == "1.1.1" and found.hash_type == "sha256"
        assert found.check_required_contents() == 0
        assert found.frictionless_validate(), said.getvalue()
        assert found.check_file_paths() and found.check_file_hashes() and found.check_data_package_hash_and_sig()
    assert validate_pages_jsonl_file(str(unpacked / "pages/pages.jsonl"))


def test_what_the_validator_does_not_look_at_is_as_the_format_says(wacz: Path, unpacked: Path) -> None:
    with zipfile.ZipFile(wacz) as file:
        names = {info.filename: info.compress_type for info in file.infolist()}
    assert set(names) == {
        "archive/data.warc.gz", "indexes/index.cdx", "pages/pages.jsonl", "datapackage.json", "datapackage-digest.json"
    }  # fmt: skip
    assert set(names.values()) == {zipfile.ZIP_STORED}
    said = json.loads((unpacked / "datapackage.json").read_text())
    assert said["profile"] == "data-package" and said["created"] == NOW and len(said["resources"]) == 3


def test_warcio_checks_every_record(unpacked: Path) -> None:
    path = unpacked / "archive/data.warc.gz"
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("digest pass") == 3  # the fourth is a revisit, whose page is in another record


def test_each_line_of_the_index_leads_to_its_record(unpacked: Path, shelf: Shelf) -> None:
    lines = (unpacked / "indexes/index.cdx").read_text().splitlines()
    assert lines == sorted(lines) and len(lines) == 4 and lines[0].startswith("example,store)/")
    with (unpacked / "archive/data.warc.gz").open("rb") as stream:
        for line in lines:
            said = json.loads(line.split(" ", 2)[2])
            stream.seek(int(said["offset"]))
            record = next(iter(ArchiveIterator(io.BytesIO(stream.read(int(said["length"]))))))
            assert record.rec_headers.get_header("WARC-Target-URI") == said["url"]
            body = record.content_stream().read()
            if record.rec_type == "response":
                assert body == page(said["url"].rpartition("/")[2]) and said["mime"] == "text/html"
            else:
                assert said["mime"] == "warc/revisit"
                assert record.rec_headers.get_header("WARC-Refers-To-Target-URI") == "https://store.example/plain"


def test_the_list_of_pages_shows_what_was_seen_when(unpacked: Path) -> None:
    head, *rest = [json.loads(line) for line in (unpacked / "pages/pages.jsonl").read_text().splitlines()]
    assert head["format"] == "json-pages-1.0"
    assert [(one["url"], one["ts"][:10]) for one in rest][-1] == ("https://store.example/again", "2026-11-20")
    assert len(rest) == 4 and all(one["title"].startswith("小舟智聊") for one in rest)
