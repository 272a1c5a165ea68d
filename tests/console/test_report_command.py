"""`copycatch report`: taken, made again, and every number run as the command it names."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

from docx import Document
from openpyxl import load_workbook

from index.home import Home
from index.open import open_decisions
from tests.console.conftest import Answer
from tests.console.shelf import HOSTILE, counterfeit, fill, harmless, note_run
from tests.takedown.lifecycle.lives import sent
from tests.takedown.objects import target

Command = Callable[..., Answer]
AT = "2026-11-20T08:00:00Z"


def filled(own_home: Path) -> Home:
    place = Home(own_home).prepare()
    fill(place, counterfeit(1, "豆包官方版"), counterfeit(2, HOSTILE), harmless(3), at=AT)
    note_run(place, "apple_itunes", "healthy", AT)
    note_run(place, "github_releases", "blocked", AT)
    return place


def test_numbers_are_what_the_commands_beside_them_print(copycatch: Command, own_home: Path, tmp_path: Path) -> None:
    filled(own_home)
    answer = copycatch(
        "report", "week", "--from", "2026-11-20", "--lang", "en", "--out", tmp_path / "a", "--as", "li", "--json"
    )
    (said,) = answer.fits("report")
    assert (answer.code, said["first"], said["last"], said["rows"]) == (0, "2026-11-16", "2026-11-22", 2)
    assert "github_releases" in said["not_measured"] and "apple_itunes" not in said["not_measured"]
    book = load_workbook(said["files"][1])
    rows = [
        row for row in book["numbers"].iter_rows(min_row=2, values_only=True) if row[4].startswith("copycatch search")
    ]
    assert len(rows) > 60
    for _, _, _, value, source in rows[:8] + rows[-8:]:
        _, *argv = shlex.split(source)
        (found,) = copycatch(*argv, "--json").documents
        stated = re.search(r"[\d,]+", value)
        assert found["total"] == (int(stated[0].replace(",", "")) if stated else 0), source
    records = open_decisions(Home(own_home))
    (noted,) = records.every("audit")
    records.close()
    assert noted.by == "li" and noted.value["what"] == "report" and len(noted.value["files"]) == 3


def test_it_is_made_again_from_the_snapshot_alone(copycatch: Command, own_home: Path, tmp_path: Path) -> None:
    filled(own_home)
    (first,) = copycatch(
        "report", "campaign", "--from", "2026-11-01", "--to", "2026-11-25", "--lang", "both", "--json"
    ).fits("report")
    for path in own_home.glob("*.sqlite*"):
        path.unlink()
    (again,) = copycatch(
        "report", "make", "--from", first["snapshot"], "--lang", "both", "--out", tmp_path / "b", "--json"
    ).fits("report")
    assert len(again["files"]) == 4
    for one, other in zip(first["files"], again["files"], strict=True):
        assert Path(one).read_bytes() == Path(other).read_bytes()
    assert copycatch("report", "make", "--from", first["snapshot"], "--out", tmp_path / "b", "--lang", "zh").code == 2
    Path(first["snapshot"]).write_bytes(Path(first["snapshot"]).read_bytes().replace(b"benign", b"Benign"))
    refused = copycatch("report", "make", "--from", first["snapshot"], "--out", tmp_path / "c")
    assert refused.code == 2 and "changed" in refused.err


def test_a_day_speaks_the_language_of_its_reader(
    copycatch: Command, own_home: Path, tmp_path: Path, monkeypatch
) -> None:
    filled(own_home)
    monkeypatch.setenv("COPYCATCH_LANG", "zh")
    answer = copycatch("report", "day", "--from", "2026-11-20", "--out", tmp_path / "d")
    assert answer.code == 0 and "已写出" in answer.out
    document = Document(tmp_path / "d" / "report-day-2026-11-20.zh.docx")
    assert "日报" in document.paragraphs[0].text
    assert not list((tmp_path / "d").glob(".making-*"))


def test_days_that_are_none_are_refused(copycatch: Command, own_home: Path) -> None:
    filled(own_home)
    for argv in (
        ("campaign",),
        ("day", "--from", "yesterday"),
        ("week", "--from", "9999-12-31"),
        ("campaign", "--from", "2026-11-02", "--to", "2026-11-01"),
        ("make", "--from", str(own_home / "nothing.jsonl")),
    ):
        assert copycatch("report", *argv).code == 2, argv


def test_what_notices_achieved_is_what_their_statistics_say(copycatch: Command, own_home: Path, tmp_path: Path) -> None:
    place = filled(own_home)
    finding = counterfeit(1, "豆包官方版").findings[0]
    records = open_decisions(place)
    sent(
        records, target(1, finding_id=finding.id, listing_id=finding.listing_id, marketplace=finding.marketplace), at=AT
    )
    records.close()
    (said,) = copycatch(
        "report", "day", "--from", "2026-11-20", "--lang", "en", "--out", tmp_path / "a", "--json"
    ).fits("report")
    rows = list(load_workbook(said["files"][1])["numbers"].iter_rows(min_row=2, values_only=True))
    (command,) = {row[4] for row in rows if row[4].startswith("copycatch notice statistics")}
    (stated,) = copycatch(*shlex.split(command)[1:]).documents
    document = Document(said["files"][0])
    (table,) = [one for one in document.tables if one.rows[0].cells[0].text == "of"]
    shown = {row.cells[0].text: [cell.text.split()[0] for cell in row.cells[1:3]] for row in table.rows[1:]}
    groups = {
        f"{one['by']} {one['key']}".strip(): [str(one["notices"]), str(one["targets"])] for one in stated["groups"]
    }
    assert shown == groups and len(groups) == 3
