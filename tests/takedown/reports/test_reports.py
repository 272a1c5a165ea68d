"""Reports: every number is what its query gives, nothing unmeasured reads 0, and the same snapshot gives the same bytes."""

import os
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from docx import Document
from openpyxl import load_workbook

from index.home import Home
from index.messages import LANGUAGES, text
from index.model import Run
from index.protocol import Index
from index.reading import ReadError
from index.records import Decisions
from takedown.groups import groups
from takedown.reports.book import written
from takedown.reports.document import drawn
from takedown.reports.figures import Number
from takedown.reports.gathering import Source, gather
from takedown.reports.headings import schemes
from takedown.reports.ledger import entry, word
from takedown.reports.period import period, usual, week
from takedown.reports.references import references, value
from takedown.reports.sections import sections
from takedown.reports.snapshot import SCHEMA, Head, Snapshot, Writer, opened
from tests.conftest import ROOT
from tests.takedown.answers import say
from tests.takedown.lifecycle.lives import look, sent
from tests.takedown.objects import target
from tests.takedown.stored import PROFILE, counterfeit

NOW = "2026-11-30T02:00:00Z"
WEEK = period("week", date(2026, 11, 23), date(2026, 11, 29), ZoneInfo("Asia/Shanghai"), as_of=NOW)
PLACE, SILENT, BLOCKED = "fdroid_repo:apps.example.org", "discuz:never.example.org", "discuz:bbs.example.org"
HOSTILE = '=HYPERLINK("http://e.example","x") <b>粗</b> \u202e倒 \x00 {page}'


@pytest.fixture
def source(index: Index, records: Decisions) -> Source:
    """Four new findings at a healthy place, one at a blocked one, an older one that was decided now, and a notice."""
    new = [counterfeit(number) for number in (1, 2, 3)] + [counterfeit(4, title=HOSTILE)]
    index.put(new, run_id="r1", at="2026-11-25T08:00:00Z")
    index.put([counterfeit(5, marketplace=BLOCKED)], run_id="r2", at="2026-11-26T08:00:00Z")
    index.put([counterfeit(6)], run_id="r0", at="2026-11-01T08:00:00Z")
    for name, outcome in ((PLACE, "healthy"), (BLOCKED, "blocked")):
        index.record_run(run(name, outcome, "2026-11-26T09:00:00Z"))
    ids = [one.findings[0].id for one in new]
    say(records, "u1-a", "confirm", ids[0], ids[1], at="2026-11-27T08:00:00Z")
    say(records, "u1-b", "dismiss", ids[2], at="2026-11-27T08:00:00Z", reason="licensed")
    say(records, "u1-c", "confirm", counterfeit(6).findings[0].id, at="2026-11-28T08:00:00Z")
    listing = new[0].findings[0].listing_id
    sent(records, target(1, finding_id=ids[0], listing_id=listing, marketplace=PLACE), at="2026-11-27T09:00:00Z")
    for number, at in enumerate(("2026-11-28T09:00:00Z", "2026-11-28T19:00:00Z"), start=10):
        index.record_run(run(PLACE, "healthy", at, f"r{number}"))
        index.observe([replace(look("gone", at, f"r{number}"), listing_id=listing)])
    return made(index, records)


def run(name: str, outcome: str, at: str, run_id: str = "") -> Run:
    return Run(
        id=run_id or f"r-{name}",
        marketplace=name,
        spider=name.partition(":")[0],
        started_at=at,
        finished_at=at,
        outcome=outcome,  # type: ignore[arg-type] # one of the literals, or refused
    )


def made(index: Index, records: Decisions) -> Source:
    profiles = {PROFILE.id: PROFILE}
    return Source(
        index=index,
        records=records,
        profiles=profiles,
        schemes=schemes(),
        places=frozenset({PLACE, SILENT, BLOCKED}),
        crawls=lambda run: run.spider in {"fdroid_repo", "discuz"},
        groups=groups(index, records, profiles),
    )


def take(source: Source, folder: Path, meant=WEEK) -> Snapshot:
    path = folder / "week.snapshot.jsonl"
    with path.open("xb") as out:
        gather(source, meant, out, sections)
    return opened(path)


def numbers(taken: Snapshot) -> list[Number]:
    return [
        cell.number
        for one in taken.sections
        if one.table
        for row in one.table.rows
        for cell in row.cells
        if cell.number
    ]


def section(taken: Snapshot, name: str) -> dict[str, list[Number | None]]:
    """First cell in English -> the numbers of the row."""
    (found,) = [one for one in taken.sections if one.title.en == text(f"report.section.{name}", "en")]
    assert found.table
    return {row.cells[0].words.en.strip(): [cell.number for cell in row.cells[1:]] for row in found.table.rows}


def book(taken: Snapshot, lang: str) -> dict[str, list[dict[str, object]]]:
    out = BytesIO()
    written(taken, lang, out)
    found = {}
    for sheet in load_workbook(out, read_only=True).worksheets:
        rows = list(sheet.iter_rows(values_only=True))
        found[sheet.title] = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    return found


def test_every_number_is_what_its_query_gives(source: Source, tmp_path: Path) -> None:
    taken = take(source, tmp_path)
    searched = [number for number in numbers(taken) if number.search]
    assert len(searched) > 60
    for number in searched:
        expected = number.least if number.value is None else number.value
        assert source.index.count(number.search, kind=number.kind) == expected, number


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_of_the_ledger_is_found_with_a_filter(source: Source, tmp_path: Path, lang: str) -> None:
    taken = take(source, tmp_path)
    sheets = book(taken, lang)
    counted = [number for number in numbers(taken) if number.where]
    assert len(counted) > 20
    for number in counted:
        rows = sheets[text(f"report.sheet.{number.where.sheet}", lang)]
        for column, wanted in number.where.conditions:
            name, said = text(f"report.column.{column}", lang), word(column, wanted.removeprefix("+"), lang)
            rows = [
                row for row in rows
                if (said in str(row[name]).split("\n") if wanted.startswith("+") else (row[name] or "") == said)
            ]  # fmt: skip
        assert len(rows) == number.value, number


def test_what_was_decided_and_sent_is_counted(source: Source, tmp_path: Path) -> None:
    taken = take(source, tmp_path)
    summary = {name: row[0].value for name, row in section(taken, "summary").items()}
    assert summary["New findings"] == 5 and summary["New findings: confirmed"] == 2
    assert summary["New findings: dismissed"] == 1 and summary["New findings: nobody answered yet"] == 2
    decided = {name.strip("　"): row[0].value for name, row in section(taken, "decisions").items()}
    assert decided == {"confirmed": 3, "dismissed": 1, "of these: licensed": 1, "waiting": 0, "escalated": 0}
    assert {name: row[0].value for name, row in section(taken, "outcomes").items()} == {"removed": 1}
    assert section(taken, "notices")["all"][2].value == 1.0, "the share that came down"
    ledger = book(taken, "en")
    (old,) = [row for row in ledger["findings"] if row["finding"] == counterfeit(6).findings[0].id]
    assert (old["new"], old["decision"], old["unit"]) == ("no", "confirmed", "u1-c")
    assert [row["outcome"] for row in ledger["targets"]] == ["removed"]


@pytest.mark.parametrize(("lang", "words"), [("zh", "未测得"), ("en", "not measured")])
def test_what_was_not_measured_is_never_0(source: Source, tmp_path: Path, lang: str, words: str) -> None:
    taken = take(source, tmp_path)
    rows = section(taken, "marketplaces")
    assert [value(number, lang) for number in rows[SILENT][2:]] == [words, words]
    assert value(rows[BLOCKED][3], lang).startswith(words) and "1" in value(rows[BLOCKED][3], lang)
    assert rows[PLACE][3].value == 4
    blind = section(taken, "unmeasured")
    assert {SILENT, BLOCKED} < blind.keys() and PLACE not in blind and "Lax control of training material" in blind
    source.index.record_run(run(PLACE, "unhealthy", "2026-11-26T09:00:00Z"))  # the same run: nothing was healthy
    for number in (10, 11):
        source.index.record_run(run(PLACE, "unhealthy", "2026-11-28T09:00:00Z", f"r{number}"))
    other = tmp_path / "other"
    other.mkdir()
    again = take(made(source.index, source.records), other)
    assert all(number.value is None for number in numbers(again) if number.search and "unseen:" not in number.search)


def test_headings_of_several_taxonomies(source: Source, tmp_path: Path) -> None:
    taken = take(source, tmp_path)
    titles = [one.title.zh for one in taken.sections]
    assert sum(title.startswith("按类别") for title in titles) == 3
    campaign = taken.sections[1]
    assert len(campaign.table.rows) == 14, "13 categories, and what stands beside them"
    (dsa,) = [one for one in taken.sections if "DSA" in one.title.en]
    held = {row.cells[0].words.en.split()[0]: row.cells[1].number for row in dsa.table.rows}
    assert held["INTELLECTUAL_PROPERTY_INFRINGEMENTS"].value == 5 and held["CYBER_VIOLENCE"].value == 0


def test_an_own_mapping_takes_its_place(tmp_path: Path) -> None:
    good = "schema: copycatch-headings\nversion: 1\nid: own\nzh: 自用\nen: Own\nheadings:\n  A: {zh: 甲, en: First, violations: [p2-6a]}\n"
    (tmp_path / "own.yml").write_text(good, "utf-8")
    assert schemes(tmp_path)[-1].headings[0].violations == ("p2-6a",)
    for broken in (
        good.replace("p2-6a", "p9-9"),
        good.replace("zh: 甲", "colour: red"),
        "- 1",
        good.replace("version: 1", "version: 2"),
    ):
        (tmp_path / "own.yml").write_text(broken, "utf-8")
        with pytest.raises(ReadError, match=r"own\.yml"):
            schemes(tmp_path)


AGAIN = """
import sys, time
from datetime import datetime
from io import BytesIO
from pathlib import Path
from takedown.reports.book import written
from takedown.reports.document import drawn
from takedown.reports.snapshot import opened
real = time.time
time.time = lambda: real() + float(sys.argv[3])
taken = opened(Path(sys.argv[1]))
for lang in ("zh", "en"):
    Path(f"{sys.argv[2]}.{lang}.docx").write_bytes(drawn(taken, lang))
    with open(f"{sys.argv[2]}.{lang}.xlsx", "wb") as out:
        written(taken, lang, out)
"""


def test_the_same_snapshot_gives_the_same_bytes_in_every_process(source: Source, tmp_path: Path) -> None:
    taken = take(source, tmp_path)
    for name, seed, zone, ahead in (("one", "1", "UTC", "0"), ("other", "4242", "America/New_York", "86400000")):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "COPYCATCH_LANG": "en" if ahead == "0" else "zh",
        }
        subprocess.run(
            [sys.executable, "-c", AGAIN, str(taken.path), str(tmp_path / name), ahead],
            cwd=ROOT,
            env=environment,
            check=True,
        )
    for suffix in ("zh.docx", "en.docx", "zh.xlsx", "en.xlsx"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"other.{suffix}").read_bytes(), suffix
    assert {info.date_time[0] for info in ZipFile(tmp_path / "one.zh.xlsx").infolist()} == {1980}


def test_two_snapshots_of_the_same_stores_are_the_same(source: Source, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert take(source, tmp_path / "a").path.read_bytes() == take(source, tmp_path / "b").path.read_bytes()


def test_hostile_titles_are_shown_and_do_nothing(source: Source, tmp_path: Path) -> None:
    taken = take(source, tmp_path)
    for lang in LANGUAGES:
        out = BytesIO()
        written(taken, lang, out)
        cells = [cell for sheet in load_workbook(out) for row in sheet.iter_rows() for cell in row]
        assert not any(cell.data_type == "f" for cell in cells)
        (title,) = {cell.value for cell in cells if "HYPERLINK" in str(cell.value)}
        assert title.startswith("'=") and "\u202e" not in title and "<b>" in title
        words = "".join(node.text or "" for node in Document(BytesIO(drawn(taken, lang))).element.body.iter())
        assert "\u202e" not in words and "\x00" not in words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_document_names_period_time_definitions_and_queries(source: Source, tmp_path: Path, lang: str) -> None:
    taken = take(source, tmp_path)
    document = Document(BytesIO(drawn(taken, lang)))
    words = "\n".join(
        [p.text for p in document.paragraphs] + [c.text for t in document.tables for r in t.rows for c in r.cells]
    )
    for expected in ("2026-11-23", "2026-11-30 10:00", "Asia/Shanghai", taken.sha256, taken.head.chain):
        assert expected in words
    assert text("report.definition.measured", lang) in words
    for one in references(taken.sections, lang).values():
        assert one.mark in words and " ".join(one.source.split()) in words
    other = "未测得" if lang == "en" else "not measured"
    assert other not in words


def test_a_snapshot_that_was_changed_is_refused(source: Source, tmp_path: Path) -> None:
    taken = take(source, tmp_path)
    raw = taken.path.read_bytes()
    step = max(1, len(raw) // 400)
    for place in range(0, len(raw), step):
        broken = bytearray(raw)
        broken[place] ^= 1
        taken.path.write_bytes(broken)
        with pytest.raises(ReadError):
            opened(taken.path)
    for shorter in (raw[:-1], raw[: len(raw) // 2], b"", raw + b"x", raw + raw):
        taken.path.write_bytes(shorter)
        with pytest.raises(ReadError):
            opened(taken.path)


def test_memory_does_not_grow_with_the_ledger(tmp_path: Path) -> None:
    peaks = {}
    for rows in (1000, 3000):
        path = tmp_path / f"{rows}.jsonl"
        with path.open("wb") as out:
            head = Head(schema=SCHEMA, period=WEEK, chain="", records=0, listings=rows, findings=rows)
            writer = Writer(out, head)
            for number in range(rows):
                writer.add(entry("findings", {"finding_id": f"f1-{number:024x}", "new": True, "title": "豆包" * 50}))
            writer.end([])
        tracemalloc.start()
        taken = opened(path)
        with (tmp_path / f"{rows}.xlsx").open("wb") as target:
            written(taken, "zh", target)
        peaks[rows] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks[3000] < peaks[1000] * 1.5, peaks


def test_days_are_those_of_the_zone() -> None:
    assert (WEEK.start, WEEK.end, WEEK.over) == ("2026-11-22T16:00:00Z", "2026-11-29T15:59:59Z", True)
    spring = period("day", date(2026, 3, 29), date(2026, 3, 29), ZoneInfo("Europe/Berlin"), as_of=NOW)
    assert (spring.start, spring.end) == ("2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"), "a day of 23 hours"
    from datetime import datetime  # noqa: PLC0415 - of this test alone

    assert usual("week", datetime(2026, 11, 30, tzinfo=ZoneInfo("Asia/Shanghai"))) == week(date(2026, 11, 25))


def test_an_empty_home_makes_a_report_that_says_so(
    home: Home, index: Index, records: Decisions, tmp_path: Path
) -> None:
    taken = take(made(index, records), tmp_path)
    assert taken.rows == 0 and not any(number.value for number in numbers(taken))
    assert all(number.value is None for number in numbers(taken) if number.search)
    assert all(drawn(taken, lang) for lang in LANGUAGES)
