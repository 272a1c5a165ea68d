"""Backup and restore: whole or not at all."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.home import Home
from index.open import back_up, open_decisions, open_index, restore
from index.protocol import IndexUnavailable
from tests.index.objects import judged, listing

AT = "2026-01-01T00:00:00Z"


@pytest.fixture
def folder(home: Home, tmp_path: Path) -> Iterator[Path]:
    """A backup of one decision and three listings, made while both files are open."""
    with closing(open_index(home)) as index, closing(open_decisions(home)) as decisions:
        index.put([judged(listing(n)) for n in range(3)], run_id="r", at=AT)
        decisions.append("decision", "d1", {"a": 1}, at=AT, by="li")
        made = back_up(home, tmp_path / "backup")
        assert [path.name for path in made] == ["index.sqlite", "decisions.sqlite"]
        assert sorted(path.name for path in (tmp_path / "backup").iterdir()) == ["decisions.sqlite", "index.sqlite"]
    yield tmp_path / "backup"
    assert not list(home.path.glob("*.part"))


def listings(home: Home) -> int:
    with closing(open_index(home, write=False)) as index:
        return index.count("换脸", kind="listings")


def add(home: Home) -> None:
    with closing(open_index(home)) as index:
        index.put([judged(listing(n)) for n in range(9)], run_id="r", at=AT)


def test_what_was_backed_up_comes_back_and_the_other_is_kept(home: Home, folder: Path) -> None:
    add(home)
    assert restore(folder, home) == [home.index, home.decisions]
    assert listings(home) == 3
    with closing(open_decisions(home)) as decisions:
        assert decisions.latest("decision", "d1")
    home.index.with_name("index.sqlite.before-restore").replace(home.index)
    assert listings(home) == 9


def test_into_an_empty_home(folder: Path, tmp_path: Path) -> None:
    other = Home(tmp_path / "other").prepare()
    restore(folder, other)
    assert listings(other) == 3


def test_over_a_damaged_file(home: Home, folder: Path) -> None:
    home.index.write_bytes(b"damaged")
    home.index.with_name("index.sqlite-wal").write_bytes(b"stale")
    restore(folder, home)
    assert listings(home) == 3


def spoil(path: Path, how: str) -> None:
    if how == "newer":
        with closing(sqlite3.connect(path)) as opened:
            opened.execute("PRAGMA user_version = 99")
    elif how == "foreign":
        path.unlink()
        with closing(sqlite3.connect(path)) as opened:
            opened.execute("CREATE TABLE theirs (a)")
    elif how == "empty":
        path.write_bytes(b"")
    else:
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] if how == "cut" else whole[:8192] + b"\xff" * (len(whole) - 8192))


@pytest.mark.parametrize("name", ["index.sqlite", "decisions.sqlite"])
@pytest.mark.parametrize("how", ["newer", "foreign", "empty", "cut", "garbled"])
def test_a_backup_that_is_no_good_changes_nothing(home: Home, folder: Path, name: str, how: str) -> None:
    add(home)
    spoil(folder / name, how)
    with pytest.raises(IndexUnavailable):
        restore(folder, home)
    assert listings(home) == 9
    with closing(open_decisions(home)) as decisions:
        assert decisions.latest("decision", "d1")


def test_a_file_in_use_is_not_replaced(home: Home, folder: Path) -> None:
    add(home)
    with closing(open_index(home)) as index:
        index.count("")
        with pytest.raises(IndexUnavailable, match="in use"):
            restore(folder, home)
    assert listings(home) == 9


def test_nothing_to_back_up_and_nothing_to_restore_are_said(home: Home, tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="nothing to back up"):
        back_up(home, tmp_path / "backup")
    with pytest.raises(IndexUnavailable, match="no backup here"):
        restore(tmp_path, home)
    (tmp_path / "file").write_text("")
    add(home)
    with pytest.raises(IndexUnavailable, match="cannot be written"):
        back_up(home, tmp_path / "file")
