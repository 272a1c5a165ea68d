"""`copycatch index`: state, migration, backup and restore of a real index."""

from pathlib import Path

import pytest

from index.home import Home
from index.sqlite.migrate import open_migrated
from tests.console.shelf import counterfeit, fill, harmless


@pytest.fixture
def home(own_home: Path) -> Home:
    found = Home(own_home)
    fill(found, counterfeit(1, "豆包AI永久会员版"), harmless(2))
    return found


def test_status_counts_what_is_there(copycatch, home: Home) -> None:
    (status,) = copycatch("index", "status", "--json").fits("index_status")
    assert status["counts"] == {"findings": 1, "listings": 2, "samples": 0}
    assert status["place"] == str(home.index)
    assert "schema_version: " in copycatch("index", "status").out


def test_migrate_makes_both_files(copycatch, own_home: Path) -> None:
    (said,) = copycatch("index", "migrate", "--json").fits("index_files")
    assert said["files"] == [str(own_home / "index.sqlite"), str(own_home / "decisions.sqlite")]
    assert copycatch("index", "migrate").code == 0


def test_a_backup_brings_back_what_was_lost(copycatch, home: Home, tmp_path: Path) -> None:
    assert copycatch("index", "backup", tmp_path / "safe", "--json").fits("index_files")
    home.index.write_bytes(b"ruined")
    assert copycatch("search", "*").code == 4
    assert copycatch("index", "restore", tmp_path / "safe", "--yes", "--json").code == 0
    assert copycatch("index", "status", "--json").documents[0]["counts"]["listings"] == 2


def test_papers_and_receipts_are_in_a_backup(copycatch, home: Home, tmp_path: Path) -> None:
    for name in ("papers/aa11.pdf", "receipts/bb22.png", "receipts/.half"):
        (home.path / name).parent.mkdir(exist_ok=True)
        (home.path / name).write_bytes(name.encode())
    (home.papers / "elsewhere.pdf").symlink_to(tmp_path)
    for _ in range(2):
        (said,) = copycatch("index", "backup", tmp_path / "safe", "--json").fits("index_files")
        assert said["files"][-2:] == [str(tmp_path / "safe/papers"), str(tmp_path / "safe/receipts")]
    assert sorted(path.name for path in (tmp_path / "safe").rglob("*.p*")) == ["aa11.pdf", "bb22.png"]
    (home.papers / "aa11.pdf").unlink()
    (home.path / "receipts/bb22.png").write_bytes(b"half")
    assert copycatch("index", "restore", tmp_path / "safe", "--yes").code == 0
    assert (home.papers / "aa11.pdf").read_bytes() == b"papers/aa11.pdf"
    assert (home.path / "receipts/bb22.png").read_bytes() == b"receipts/bb22.png"


def test_restore_asks_before_it_replaces_anything(copycatch, home: Home, tmp_path: Path) -> None:
    copycatch("index", "backup", tmp_path / "safe")
    fill(home, harmless(3))
    answer = copycatch("index", "restore", tmp_path / "safe")
    assert answer.code == 2
    assert "--yes" in answer.err
    assert copycatch("index", "status", "--json").documents[0]["counts"]["listings"] == 3


@pytest.mark.parametrize("part", ["backup", "restore"])
def test_what_is_not_there_is_said(copycatch, tmp_path: Path, part: str) -> None:
    answer = copycatch("index", part, tmp_path / "nothing")
    assert answer.code == 4
    assert len(answer.err.splitlines()) == 2


def test_a_backup_holds_the_registers_as_well(copycatch, own_home: Path, tmp_path: Path) -> None:
    place = Home(own_home).prepare()
    open_migrated(place.registry, "registry", write=True).close()
    assert copycatch("index", "backup", tmp_path / "kept").code == 0
    assert (tmp_path / "kept/registry.sqlite").is_file()
    place.registry.unlink()
    assert copycatch("index", "restore", tmp_path / "kept", "--yes").code == 0 and place.registry.is_file()
