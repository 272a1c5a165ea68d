"""`copycatch compare`: two samples beside each other, on disk or from the index, whatever the bytes are."""

from pathlib import Path

import pytest

from apk_analysis.pool import Pool
from tests.apk_analysis import build


@pytest.fixture
def genuine(tmp_path: Path) -> Path:
    path = tmp_path / "genuine.apk"
    path.write_bytes(build.signed("v2"))
    return path


@pytest.fixture
def resigned(tmp_path: Path) -> Path:
    path = tmp_path / "resigned.apk"
    path.write_bytes(build.signed("v2", build.key("Somebody Else")))
    return path


def test_two_files(copycatch, genuine: Path, resigned: Path) -> None:
    (found,) = copycatch("compare", genuine, resigned, "--json").fits("compare")
    assert found["exact"] and found["relation"] != "same_app"
    kinds = {reason["kind"] for reason in found["reasons"]}
    assert "same_package" in kinds and "shared_signer" not in kinds


def test_the_same_file(copycatch, genuine: Path) -> None:
    answer = copycatch("compare", genuine, genuine)
    assert answer.code == 0 and "the same file" in answer.out


def test_a_person_reads_each_reason_in_both_languages(copycatch, genuine: Path, resigned: Path, monkeypatch) -> None:
    assert "the package name is the same" in copycatch("compare", genuine, resigned).out
    monkeypatch.setenv("COPYCATCH_LANG", "zh")
    assert "包名相同" in copycatch("compare", genuine, resigned).out


def test_samples_that_were_stored(copycatch, genuine: Path, resigned: Path) -> None:
    first, second = copycatch("scan", genuine, resigned, "--json").documents
    (stored,) = copycatch("compare", first["sha256"], second["sha256"][:16], "--json").fits("compare")
    assert not stored["exact"] and {stored["first"], stored["second"]} == {first["sha256"], second["sha256"]}
    (mixed,) = copycatch("compare", genuine, second["sha256"], "--json").fits("compare")
    assert mixed["relation"] == stored["relation"]


def test_what_is_not_there(copycatch, genuine: Path) -> None:
    copycatch("scan", genuine, "--json")
    answer = copycatch("compare", genuine, "0" * 64)
    assert (answer.code, answer.out) == (2, "") and "no such file, and no such sample, analysed" in answer.err


def test_no_apk_at_all(copycatch, genuine: Path, tmp_path: Path) -> None:
    (tmp_path / "page.apk").write_bytes(b"<html>404</html>")
    (tmp_path / "empty.apk").touch()
    for name in ("page.apk", "empty.apk"):
        (found,) = copycatch("compare", genuine, tmp_path / name, "--json").fits("compare")
        assert found["relation"] in {"unrelated", "unknown"} and found["score"] <= 0.5


def test_a_worker_that_dies_is_said(copycatch, genuine: Path, resigned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    starting = Pool.__init__
    monkeypatch.setattr(Pool, "__init__", lambda self, **given: starting(self, **{**given, "timeout": 0.0001}))
    answer = copycatch("compare", genuine, resigned)
    assert answer.code == 2 and "could not be analysed" in answer.err
