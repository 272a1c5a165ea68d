"""The SQLite file itself: migrations, many processes, and everything that can go wrong with a disk."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from index.home import Home
from index.open import open_index
from index.protocol import IndexUnavailable
from index.sqlite.files import connect
from index.sqlite.migrate import Store, migrate, steps, version
from index.sqlite.store import SqliteIndex
from tests.conftest import ROOT
from tests.index.objects import fingerprint, judged, listing, own_id

AT = "2026-01-01T00:00:00Z"
STORES: tuple[Store, ...] = ("index", "decisions")


def filled(home: Home, number: int = 30) -> None:
    with closing(open_index(home)) as index:
        index.put([judged(listing(n, title=f"换脸{n}"), flagged=True) for n in range(number)], run_id="r", at=AT)


def schema(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as opened:
        return {
            (name, re.sub(r"\s+", " ", sql or ""))
            for name, sql in opened.execute("SELECT name, sql FROM sqlite_schema")
        }


# migrations


@pytest.mark.parametrize(("store", "start"), [(store, start) for store in STORES for start in range(len(steps(store)))])
def test_every_earlier_version_becomes_the_newest(home: Home, store: Store, start: int) -> None:
    old, new = home.path / "old.sqlite", home.path / "new.sqlite"
    for path, first in ((old, start), (new, None)):
        with closing(connect(path)) as opened:
            migrate(opened, store, path, to=first)
            migrate(opened, store, path)
            assert version(opened) == len(steps(store))
    assert schema(old) == schema(new)


VERSION_1 = """
INSERT INTO listings (number, place, id, first_seen, texts) VALUES (1, 16, 'l1-aaaaaaaaaaaa', '2026-01-01T00:00:00Z', ' title ');
INSERT INTO listings_seen VALUES (1, '2026-01-01T00:00:00Z', x'00');
INSERT INTO listings_body VALUES (1, '{"listing": {"title": "一键换脸"}, "judgement": {"verdict": "benign"}}');
INSERT INTO listings_text (rowid, title) VALUES (16, '一 键 换 脸');
INSERT INTO samples (number, place, id, first_seen, texts) VALUES (1, 32, 'abababababab', '2026-01-01T00:00:00Z', '');
INSERT INTO samples_seen VALUES (1, '2026-01-01T00:00:00Z');
INSERT INTO samples_body VALUES (1, '{"label": "豆包", "labels": {"en": "Doubao"}}');
INSERT INTO samples_text (rowid, label) VALUES (32, '豆 包 ¶ doubao');
"""


def test_what_version_1_held_is_found_by_relevance_after_migrating(home: Home) -> None:
    with closing(connect(home.index)) as opened:
        migrate(opened, "index", home.index, to=1)
        opened.executescript(VERSION_1)
    with closing(open_index(home)) as index:
        for kind, query in (("listings", "换脸"), ("samples", "豆包"), ("samples", "doubao")):
            (hit,) = index.search(query, kind=kind, sort="relevance")
            assert hit.first_seen == hit.last_seen == AT
        assert index.neighbours(["x"]) == {}
    with closing(sqlite3.connect(home.index)) as opened:
        assert opened.execute(
            "SELECT count(*) FROM listings_title WHERE listings_title MATCH '\"换 脸\"'"
        ).fetchone() == (1,)


def test_a_reader_has_an_older_file_migrated(home: Home) -> None:
    with closing(connect(home.index)) as opened:
        migrate(opened, "index", home.index, to=1)
    with closing(open_index(home, write=False)) as index:
        assert index.status()["schema_version"] == len(steps("index"))


KILLED = """
import os, signal, sys
from pathlib import Path
from index.sqlite import files
from index.sqlite.migrate import migrate
path = Path(sys.argv[1])
opened = files.connect(path)
opened.create_function("tokens", 1, lambda text: os.kill(os.getpid(), signal.SIGKILL))
migrate(opened, "index", path)
"""


def test_a_migration_that_was_killed_starts_again(home: Home) -> None:
    with closing(connect(home.index)) as opened:
        migrate(opened, "index", home.index, to=1)
        opened.executescript(VERSION_1)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(home.index)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    with closing(connect(home.index, write=False)) as opened:
        assert version(opened) == 1 and not opened.execute("SELECT 1 FROM sqlite_schema WHERE name = 'ties'").fetchone()
    with closing(open_index(home)) as index:
        assert index.count("换脸", kind="listings") == 1 and index.status()["schema_version"] == len(steps("index"))


@pytest.mark.parametrize("write", [True, False])
def test_a_newer_schema_is_refused_and_left_alone(home: Home, *, write: bool) -> None:
    filled(home)
    with closing(sqlite3.connect(home.index)) as opened:
        opened.execute("PRAGMA user_version = 99")
    before = home.index.read_bytes()
    with pytest.raises(IndexUnavailable, match=r"newer copycatch .schema 99"):
        open_index(home, write=write)
    assert home.index.read_bytes() == before


def test_a_file_of_another_program_is_refused(home: Home) -> None:
    with closing(sqlite3.connect(home.index)) as opened:
        opened.execute("CREATE TABLE theirs (a)")
    with pytest.raises(IndexUnavailable, match="not a copycatch index"):
        open_index(home)
    assert {name for name, _ in schema(home.index)} == {"theirs"}


# what goes wrong with disks


def test_who_only_reads_makes_nothing(home: Home) -> None:
    with pytest.raises(IndexUnavailable, match="not there yet"):
        open_index(home, write=False)
    assert not home.index.exists()


def test_other_engines_are_named_as_unknown(home: Home) -> None:
    for url in ("sqlite://x", "sqlite:///", "nonsense"):
        with pytest.raises(IndexUnavailable, match="expected sqlite:///"):
            open_index(home, url)


def test_a_full_disk_is_a_clear_stop_and_the_index_stays_readable(home: Home) -> None:
    filled(home)
    with closing(SqliteIndex(home.index)) as index:
        pages = index._opened.execute("PRAGMA page_count").fetchone()[0]
        index._opened.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(IndexUnavailable, match="disk is full"):
            index.put([judged(listing(n, description="长" * 5000)) for n in range(100, 400)], run_id="r", at=AT)
        assert index.count("换脸", kind="listings") == 30 and index.count("长", kind="listings") == 0
        index._opened.execute("PRAGMA max_page_count = 1073741823")
        assert index.put([judged(listing(500))], run_id="r", at=AT)[0].outcome == "new"


NOBODY = 65534


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing in the folder can be written, nor made: root, whom no permission binds, is somebody else meanwhile."""
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)
        for path in folder.iterdir():
            path.chmod(0o600)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may look into; pytest's own are for one account only."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_read_only_home_can_be_read_and_not_written(open_folder: Path) -> None:
    home = Home(open_folder / "home")
    home.path.mkdir()
    filled(home)
    with read_only(home.path):
        with closing(open_index(home, write=False)) as index:
            assert index.count("换脸") == len(list(index.scan("换脸"))) == 30
        with pytest.raises(IndexUnavailable, match="cannot be"):
            open_index(home)
    with closing(open_index(home)) as index:  # and nothing is spoilt
        assert index.count("换脸") == 30


def test_a_file_that_cannot_be_written_says_so_and_stays_readable(home: Home) -> None:
    filled(home)
    with closing(
        SqliteIndex(home.index, write=False)
    ) as index:  # what a read-only file system answers, for any account
        with pytest.raises(IndexUnavailable, match="cannot be written"):
            index.put([judged(listing(99))], run_id="r", at=AT)
        assert index.count("换脸") == 30


@pytest.mark.parametrize("place", ["", "missing/folder/"])
def test_a_place_that_is_no_file_is_named(home: Home, place: str) -> None:
    with pytest.raises(IndexUnavailable, match="cannot be opened"):
        open_index(home, f"sqlite:///{home.path}/{place}" if not place else f"sqlite:///{home.path}/{place}x.sqlite")


@pytest.mark.parametrize("damage", ["header", "middle", "cut", "noise"])
def test_a_damaged_file_is_named(home: Home, damage: str) -> None:
    filled(home, 200)
    whole = home.index.read_bytes()
    home.index.write_bytes(
        {
            "header": b"not a database at all" + whole[21:],
            "middle": whole[:4096] + b"\xff" * (len(whole) - 4096),
            "cut": whole[: len(whole) // 3],
            "noise": os.urandom(5000),
        }[damage]
    )

    def use() -> None:
        with closing(open_index(home)) as index:
            list(index.scan("换脸", kind="listings"))
            index.put([judged(listing(n, title="新")) for n in range(200)], run_id="r", at=AT)

    with pytest.raises(IndexUnavailable, match=r"index\.sqlite: .*damaged"):
        use()


def test_an_object_that_cannot_be_read_is_named(home: Home) -> None:
    filled(home, 1)
    with closing(sqlite3.connect(home.index)) as opened, opened:
        opened.execute("UPDATE listings_body SET body = '{'")
    with closing(open_index(home)) as index, pytest.raises(IndexUnavailable, match="object in it is damaged"):
        index.search("", kind="listings")


# many processes at once

WORKER = """
import sys
from pathlib import Path
from index.home import Home
from index.open import open_index
from tests.index.objects import fingerprint, judged, listing
number, home = int(sys.argv[1]), Home(Path(sys.argv[2]))
sys.stdin.readline()  # all start together
index = open_index(home)
for turn in range(10):
    batch = [judged(listing(f"{number}-{n}", title=f"换脸{turn}"), flagged=n % 5 == 0, ties=("a",)) for n in range(40)]
    batch.append(judged(listing("common", title=f"共同{number}{turn}"), flagged=True, sample=fingerprint()))
    index.put(batch, run_id=str(number), at="2026-01-01T00:00:00Z")
    assert index.count(f"换脸{turn}", kind="listings") >= 40
    assert index.search("换脸", kind="listings", sort="relevance")
    assert sum(1 for _ in index.scan("", kind="listings")) >= 41
index.close()
"""


def test_several_processes_make_read_and_write_one_index(home: Home) -> None:
    command = [sys.executable, "-c", WORKER]
    workers = [
        subprocess.Popen(
            [*command, str(n), str(home.path)], cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for n in range(4)
    ]
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    answers = [worker.communicate(timeout=600) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0, 0], answers
    with closing(open_index(home)) as index:
        assert index.count("", kind="listings") == 161 and index.count("") == 33
        assert index.count("共同", kind="listings") == 1 and index.tie_counts(["a"]) == {"a": 160}
    with closing(sqlite3.connect(home.index)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for table in ("listings_text", "listings_title", "findings_text", "samples_text"):
            opened.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")


def test_a_writer_that_is_killed_leaves_whole_batches(home: Home) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from index.home import Home
from index.open import open_index
from index.sqlite.rows import Rows
from tests.index.objects import judged, listing
index = open_index(Home(Path(sys.argv[1])))
index.put([judged(listing(n)) for n in range(200)], run_id="r", at="2026-01-01T00:00:00Z")
Rows.finish = lambda rows: os.kill(os.getpid(), signal.SIGKILL)
index.put([judged(listing(n)) for n in range(200, 400)], run_id="r", at="2026-01-01T00:00:00Z")
"""
    killed = subprocess.run([sys.executable, "-c", program, str(home.path)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    with closing(open_index(home)) as index:
        assert index.count("", kind="listings") == index.count("换脸", kind="listings") == 200
        again = index.put([judged(listing(n)) for n in range(400)], run_id="r", at=AT)
        assert [one.outcome for one in again] == ["unchanged"] * 200 + ["new"] * 200


def test_a_seventeenth_document_of_the_same_place_is_still_found(home: Home) -> None:
    with closing(open_index(home)) as index:
        for number in range(20):
            index.put_sample(fingerprint("0" * 60 + f"{number:04x}"), at=AT)
        assert index.count("", kind="samples") == len(index.search("豆包", kind="samples")) == 20


def test_the_id_of_a_listing_does_not_depend_on_the_index() -> None:
    assert own_id(1) == "l1-" + own_id(1)[3:] and len(own_id(1)) == 27
