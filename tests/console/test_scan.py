"""`copycatch scan`: one object per sample, in the order of sorted paths, whatever the bytes are."""

import zipfile
from pathlib import Path

import pytest

from apk_analysis.pool import Pool

SAMPLES = {
    "b/empty.apk": b"",
    "a/page.apk": b"<!doctype html><title>404</title>",
    "c/cut.xapk": b"PK\x03\x04\x14\x00",
    "a/noise.apk": bytes(range(256)) * 8,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in SAMPLES.items():
        path = tmp_path / "samples" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with zipfile.ZipFile(tmp_path / "samples/c/plain.apk", "w") as archive:
        archive.writestr("hello.txt", "hello")
    (tmp_path / "samples/readme.txt").write_text("no sample")
    return tmp_path / "samples"


def test_every_sample_is_reported_in_order(copycatch, folder: Path) -> None:
    answer = copycatch("scan", folder, "--json", "--jobs", 2)
    assert answer.code == 0, answer.err
    found = answer.fits("scan")
    paths = [document["path"] for document in found]
    assert paths == sorted(paths)
    assert [str(Path(path).relative_to(folder)) for path in paths] == sorted([*SAMPLES, "c/plain.apk"])
    assert all(document["problems"] for document in found)
    assert {document["signature"]["status"] for document in found} <= {"unsigned", "unknown", "invalid"}


def test_a_person_gets_a_table(copycatch, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    answer = copycatch("scan", "c/plain.apk")
    assert answer.code == 0
    assert "plain.apk" in answer.out and "signature" in answer.out


def test_a_path_that_is_not_there_is_wrong_use(copycatch, folder: Path) -> None:
    answer = copycatch("scan", folder, folder / "gone", "--json")
    assert (answer.code, answer.out) == (2, "")
    assert "gone: no such file or folder" in answer.err


def test_a_sample_that_goes_away_is_listed_and_the_others_go_on(
    copycatch, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, gone = folder / "c/plain.apk", folder / "a/gone.apk"
    monkeypatch.setattr("console.cli.scan.samples", lambda paths: iter([gone, there]))
    answer = copycatch("scan", folder, "--json")
    assert answer.code == 1
    assert "gone.apk" in answer.err
    assert [document["path"] for document in answer.fits("scan")] == [str(there)]


def test_an_empty_folder_is_no_error(copycatch, tmp_path: Path) -> None:
    answer = copycatch("scan", tmp_path, "--json")
    assert (answer.code, answer.out) == (0, "")


def test_a_hostile_file_name_is_shown_harmless(copycatch, tmp_path: Path) -> None:
    path = tmp_path / "x\x1b[2J\u202e.apk"
    path.write_bytes(b"")
    for answer in (copycatch("scan", path), copycatch("scan", path, "--json")):
        assert answer.code == 0
        assert not {"\x1b", "\u202e"} & set(answer.out)
    assert copycatch("scan", path, "--json").documents[0]["path"] == str(path)


def test_the_same_bytes_are_analysed_once(copycatch, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = copycatch("scan", folder, "--json")
    monkeypatch.setattr("apk_analysis.pool.Pool.submit", lambda self, path: pytest.fail(f"{path} was analysed again"))
    again = copycatch("scan", folder, "--json")
    assert (again.code, again.out) == (0, first.out)


def test_an_interrupted_scan_goes_on_where_it_was(copycatch, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submitted: list[str] = []
    submit = Pool.submit

    def stops(self: Pool, path: Path) -> object:
        submitted.append(Path(path).name)
        if len(submitted) == 2:
            raise KeyboardInterrupt
        return submit(self, path)

    monkeypatch.setattr(Pool, "submit", stops)
    assert copycatch("scan", folder / "a", "--json", "--jobs", 1).code != 0
    monkeypatch.setattr(Pool, "submit", lambda self, path: (submitted.append(Path(path).name), submit(self, path))[1])
    answer = copycatch("scan", folder / "a", "--json", "--jobs", 1)
    assert answer.code == 0 and len(answer.documents) == 2


def test_what_was_scanned_is_shown_as_one_page(copycatch, folder: Path) -> None:
    (found,) = copycatch("scan", folder / "c/plain.apk", "--json").documents
    answer = copycatch("show", found["sha256"])
    assert answer.code == 0 and found["md5"] in answer.out


def test_without_a_home_to_write_the_answer_is_the_same(
    copycatch, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = copycatch("scan", folder, "--json").out
    (tmp_path / "file").touch()
    monkeypatch.setenv("COPYCATCH_HOME", str(tmp_path / "file/home"))
    answer = copycatch("scan", folder, "--json")
    assert (answer.code, answer.out) == (0, expected) and "not kept" in answer.err


def test_apkid_is_asked_on_demand_and_its_opinion_is_not_kept(
    copycatch, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin/apkid"
    program.parent.mkdir()
    answer = '{"apkid_version": "3", "files": [{"filename": "x", "matches": {"packer": ["Example"]}}]}'
    program.write_text(f"#!/bin/sh\necho '{answer}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    sample = folder / "c/plain.apk"
    (asked,) = copycatch("scan", sample, "--apkid", "--json").fits("scan")
    assert [trait["value"] for trait in asked["traits"] if trait["kind"] == "apkid"] == ["packer: Example (APKiD 3)"]
    (plain,) = copycatch("scan", sample, "--json").fits("scan")
    assert not [trait for trait in plain["traits"] if trait["kind"] == "apkid"]


def test_without_apkid_it_says_so(copycatch, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = copycatch("scan", folder, "--apkid")
    assert answer.code == 4
    assert "apkid" in answer.err
