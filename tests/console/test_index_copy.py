"""`copycatch index init`, `rebuild` and `copy` as they are typed."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.home import Home
from index.open import open_decisions
from tests.console.shelf import counterfeit, fill, harmless
from tests.index.conftest import elastic_place, elastic_url

__all__ = ["elastic_place", "elastic_url"]


@pytest.fixture
def home(own_home: Path) -> Iterator[Home]:
    found = Home(own_home)
    fill(found, counterfeit(1, "豆包AI永久会员版"), harmless(2))
    with closing(open_decisions(found)) as records:
        records.append("audit", "a1", {"n": 1}, at="2026-01-01T00:00:00Z", by="li")
    return found


def address(path: Path) -> str:
    return f"sqlite:///{path}"


def test_a_copy_is_compared_and_a_second_one_writes_nothing(copycatch, home: Home, tmp_path: Path) -> None:
    call = ("index", "copy", "--from", address(home.index), "--to", address(tmp_path / "b/index.sqlite"), "--json")
    (tmp_path / "b").mkdir()
    (first,) = copycatch(*call).fits("index_copy")
    counts = {one["store"]: (one["source"], one["target"], one["written"]) for one in first["stores"]}
    assert counts["listings"] == (2, 2, 2) and counts["findings"] == (1, 1, 1)
    assert all(one["same"] and one["source_sum"] == one["target_sum"] for one in first["stores"])
    assert (first["records"]["target"], first["records"]["written"]) == (1, 1)
    (second,) = copycatch(*call).fits("index_copy")
    assert {one["written"] for one in second["stores"]} == {0} and second["records"]["written"] == 0
    assert "checksum" in copycatch(*call[:-1]).out or "校验值" in copycatch(*call[:-1]).out


def test_decisions_of_somebody_else_stop_it_before_anything_is_copied(copycatch, home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other").prepare()
    with closing(open_decisions(other)) as records:
        records.append("audit", "own", {}, at="2026-01-01T00:00:00Z", by="wang")
    answer = copycatch("index", "copy", "--from", address(home.index), "--to", address(other.index))
    assert answer.code == 1
    with closing(sqlite3.connect(other.index)) as opened:
        assert opened.execute("SELECT count(*) FROM listings").fetchone() == (0,)


def test_wrong_places_are_said(copycatch, home: Home, tmp_path: Path) -> None:
    same = address(home.index)
    assert copycatch("index", "copy", "--from", same, "--to", same).code == 2
    assert copycatch("index", "copy", "--from", address(tmp_path / "none.sqlite"), "--to", same).code == 4


KILLED = """
import os, signal, sys
import console.carrying
from console.cli import main

def tell(one):
    if one.store == "listings" and one.written:
        os.kill(os.getpid(), signal.SIGKILL)

console.carrying._telling = tell
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("elastic", marks=pytest.mark.elastic)])
def test_a_copy_that_was_killed_goes_on(
    copycatch, home: Home, tmp_path: Path, request: pytest.FixtureRequest, engine: str
) -> None:
    fill(home, *(harmless(number) for number in range(10, 1300)))
    elsewhere = address(tmp_path / "index.sqlite")
    target = request.getfixturevalue("elastic_url") if engine == "elastic" else elsewhere
    call = ("index", "copy", "--from", address(home.index), "--to", target, "--json")
    died = subprocess.run([sys.executable, "-c", KILLED, *call], check=False, env={**os.environ, "LANG": "C.UTF-8"})
    assert died.returncode == -signal.SIGKILL
    (done,) = copycatch(*call).fits("index_copy")
    listings = next(one for one in done["stores"] if one["store"] == "listings")
    assert listings["same"] and 0 < listings["written"] < listings["target"] == 1292
    assert done["records"]["target"] == 1


def test_init_makes_both_files_and_says_that_there_are_no_roles(copycatch, own_home: Path) -> None:
    (said,) = copycatch("index", "init", "--json").fits("index_init")
    assert said == {"places": [str(own_home / "index.sqlite"), str(own_home / "decisions.sqlite")], "roles": []}
    assert copycatch("index", "init", "--roles").code == 1
    assert copycatch("index", "rebuild").code == 2


@pytest.mark.elastic
def test_a_team_index_is_made_and_rebuilt(copycatch, elastic_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_INDEX", elastic_url)
    answer = copycatch("index", "init", "--roles", "--json")
    assert answer.code == 1, "the node of the tests has no security"
    assert answer.documents[0] == {"places": [elastic_url], "roles": []}
    assert copycatch("index", "migrate", "--json").fits("index_files")
    (done,) = copycatch("index", "rebuild", "--json").fits("index_rebuild")
    assert len(done["stores"]) == 11
    assert copycatch("index", "rebuild", "--roll-back", "--json").fits("index_rebuild")
    assert copycatch("index", "status", "--json").fits("index_status")


@pytest.mark.elastic
def test_a_team_index_of_an_older_version_is_said_to_be_so_and_migrated(
    copycatch, elastic_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from elasticsearch import Elasticsearch  # noqa: PLC0415 - an extra

    monkeypatch.setenv("COPYCATCH_INDEX", elastic_url)
    assert copycatch("index", "init").code == 0
    base, _, prefix = elastic_url.rpartition("/")
    with Elasticsearch(base, request_timeout=120) as client:
        client.indices.put_mapping(index=f"{prefix}-records", meta={"schema_version": 1})
    for call in (("index", "status"), ("index", "init"), ("search", "*"), ("triage", "list", "--as", "li")):
        refused = copycatch(*call)
        assert (refused.code, "older version (1" in refused.err) == (4, True), refused
        assert "copycatch index migrate" in refused.err
    assert copycatch("index", "migrate", "--json").fits("index_files") == [{"files": [elastic_url]}]
    assert copycatch("index", "status").code == copycatch("search", "*").code == 0
