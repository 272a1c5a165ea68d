"""Exports are safe against hostile text, complete, constant in memory, and appear in one step."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from index.protocol import Kind, Stored
from takedown.cells import LIMIT, cell
from takedown.columns import COLUMNS, heading
from takedown.exporters import exporters, save
from takedown.exporters.csv_sheet import export as export_csv
from takedown.exporters.json_lines import export as export_jsonl
from takedown.exporters.xlsx_sheet import export as export_xlsx
from tests.conftest import ROOT


def finding(title: str = "一键脱衣神器", number: int = 0, **value: object) -> Stored:
    evidence = {
        "detector": "illegal_tool",
        "quote": title,
        "zh": f"标题写着“{title}”",
        "en": f"the title says '{title}'",
    }
    return Stored(
        id=f"f1-{number:024x}",
        kind="findings",
        first_seen="2026-11-01T00:00:00Z",
        last_seen="2026-11-25T00:00:00Z",
        value={
            "title": title,
            "verdict": "violation",
            "probability": 0.97,
            "priority": 0.5,
            "brand": None,
            "violations": [{"id": "p1-1b", "group": "illegal_tool", "probability": 0.97, "evidence": [evidence] * 2}],
            "unseen": ["unseen.of_an_older_version"],
            "capture": {"warc": "a.warc.gz", "offset": 7, "sha256": "ab" * 32},
            **value,
        },
    )


FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\u3000=1",
    "\xa0=1",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    "﹦1",
    "−1",
    "\ufeff=1",
    "\u200b=1",
]


def rows_of_csv(written: bytes) -> list[list[str]]:
    assert written.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_can_be_taken_for_a_formula(text: str) -> None:
    shown = cell(text)
    assert isinstance(shown, str)
    assert shown.startswith(("'", "<U+"))
    assert shown.endswith(text[-1:])


@pytest.mark.parametrize("text", ["豆包", "a=b", "'quoted'", "3-1", "", "http://shop.example/?a=1"])
def test_harmless_text_is_left_alone(text: str) -> None:
    assert cell(text) == text


@given(st.text(max_size=60))
def test_any_text_survives_both_sheets(title: str) -> None:
    for kind in ("csv", "xlsx"):
        out = io.BytesIO()
        assert exporters()[kind].export([finding(title)], out, "findings") == 1
        if kind == "csv":
            shown = rows_of_csv(out.getvalue())[1][1]
        else:
            book = openpyxl.load_workbook(io.BytesIO(out.getvalue()), read_only=True)
            found = list(book.active.iter_rows(min_row=2))[0][1]  # noqa: RUF015
            assert found.data_type != "f"
            shown = found.value or ""
        assert shown.replace("\r\n", "\n") == cell(title) or shown.strip() == str(cell(title)).strip()
        assert shown.lstrip()[:1] not in {"=", "+", "-", "@"}


@pytest.mark.parametrize("text", ["a" * 40_000, "😀" * 20_000, "=" + "汉" * 40_000])
def test_a_cell_holds_no_more_than_excel_keeps_and_says_what_is_missing(text: str) -> None:
    shown = str(cell(text))
    assert len(shown.encode("utf-16-le")) // 2 <= LIMIT
    kept, _, missing = shown.rpartition(" …(+")
    assert len(kept.removeprefix("'")) + int(missing.rstrip(")")) == len(text)


def test_a_csv_row_says_what_was_seen_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", "zh")
    out = io.BytesIO()
    assert export_csv([finding()], out, "findings") == 1
    head, row = rows_of_csv(out.getvalue())
    shown = dict(zip(head, row, strict=True))
    assert shown["机器初判"] == "疑似违规"
    assert shown["理由"] == "标题写着“一键脱衣神器”"
    assert shown["原文摘录"] == "一键脱衣神器"
    assert shown["违规项及概率"] == "p1-1b 97%"
    assert shown["未能看到的内容"] == "unseen.of_an_older_version"
    assert shown["存证页"] == f"a.warc.gz:7 sha256:{'ab' * 32}"
    assert shown["概率"] == "0.97"


@pytest.mark.parametrize("kind", ["findings", "listings"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_column_has_a_heading(kind: Kind, lang: str) -> None:
    assert len(set(heading(kind, lang))) == len(COLUMNS[kind])


def test_an_empty_export_still_has_its_heading() -> None:
    sheet, text = io.BytesIO(), io.BytesIO()
    assert export_xlsx([], sheet, "listings") == export_csv([], text, "listings") == 0
    book = openpyxl.load_workbook(io.BytesIO(sheet.getvalue()))
    assert [found.value for found in book.active[1]] == rows_of_csv(text.getvalue())[0] == heading("listings", "en")


def test_excel_does_not_decode_hidden_characters_or_take_text_for_an_error() -> None:
    out = io.BytesIO()
    export_xlsx([finding("_x003D_1", url="#N/A")], out, "findings")
    book = openpyxl.load_workbook(io.BytesIO(out.getvalue()))
    row = {head.value: found for head, found in zip(book.active[1], book.active[2], strict=True)}
    assert unescape(row["title"].value) == "_x003D_1"  # as Excel reads it
    assert row["address"].value == "#N/A" and row["address"].data_type == "s"


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("takedown.exporters.xlsx_sheet.MOST_ROWS", 2)
    out = io.BytesIO()
    assert export_xlsx((finding(number=number) for number in range(5)), out, "findings") == 5
    book = openpyxl.load_workbook(io.BytesIO(out.getvalue()))
    assert book.sheetnames == ["findings", "findings 2", "findings 3"]
    assert [sheet.max_row for sheet in book] == [3, 3, 2]


def test_json_lines_keep_every_hit_as_it_is_stored() -> None:
    out = io.BytesIO()
    assert export_jsonl([finding("=\x1b[2J\u202e"), finding("\ud800")], out, "findings") == 2
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert first["value"]["title"] == "=\x1b[2J\u202e"
    assert first["id"] == "f1-" + "0" * 24
    assert second["value"]["title"] in {"?", "\ufffd"}


def test_a_failed_export_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    def broken() -> Iterator[Stored]:
        yield finding()
        raise OSError(28, "No space left on device")

    path = tmp_path / "findings.csv"
    path.write_text("old")
    for exporter in exporters().values():
        with pytest.raises(OSError, match="No space"):
            save(broken(), path, "findings", exporter)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    assert save([finding()], path, "findings", exporters()["csv"]) == 1
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


GROWTH = """
import resource, sys, tempfile
from pathlib import Path
from takedown.exporters import exporters, save
from tests.takedown.test_exporters import finding
exporter = exporters()[sys.argv[1]]
path = Path(sys.argv[2])
def rise(rows):
    assert save((finding(f"标题 {n} " * 20, n) for n in range(rows)), path, "findings", exporter) == rows
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
few = rise(500)
print(rise(int(sys.argv[3])) - few)
"""


NIGHTLY = (
    pytest.mark.nightly,
    pytest.mark.skipif(os.environ.get("COPYCATCH_NIGHTLY") != "1", reason="only with COPYCATCH_NIGHTLY=1"),
)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("csv", 20_000),
        ("jsonl", 100_000),
        ("xlsx", 8_000),
        pytest.param("csv", 300_000, marks=NIGHTLY),
        pytest.param("xlsx", 100_000, marks=NIGHTLY),
    ],
)
def test_memory_does_not_grow_with_the_rows(name: str, rows: int, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", GROWTH, name, str(tmp_path / "out"), str(rows)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(result.stdout) < 8 * 1024, "KiB more for many rows than for 500"
