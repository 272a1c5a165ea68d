"""Lists as people save them, broken and hostile ones among them: every row is accounted for, nothing runs away."""

import csv
import io
import zipfile
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.registry import rows as limits
from index.registry import sheets, tables
from index.registry.columns import header, iso_date, read_row
from index.registry.importing import Imported, import_file
from index.registry.rows import TablesError
from index.registry.store import Copies, Shelf, load
from index.registry.tables import read_rows

HEAD = ["序号", "属地", "模型名称", "备案单位", "备案编号", "备案时间"]
A = ["1", "北京", "明湖大模型", "北京明湖智能科技有限公司", "Beijing-MingHu-20240315", "2024年3月15日"]
B = ["2", "上海", "浦江", "上海浦江人工智能研究院", "Shanghai-PuJiang-202404280016", "2024/4/28"]
TODAY = "2026-11-28"


class Desk:
    """A home's copies, and a folder to put files in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = folder / "registry.sqlite"

    def take(self, data: bytes, register: str = "generative_ai", name: str = "list.dat", **options) -> Imported:
        path = self.folder / name
        path.write_bytes(data)
        with closing(Shelf(self.base)) as shelf:
            done = import_file(path, register, shelf, today=TODAY, **options)
        told = done.new + done.known + done.changed + len(done.unreadable) + len(done.aside)
        assert told == done.rows
        return done

    @property
    def copies(self) -> Copies:
        found = load(self.base)
        assert found is not None
        return found

    def record(self, number: str):
        (one,) = self.copies.find(number.casefold())
        return one


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("COPYCATCH_LANG", "en")
    return Desk(tmp_path)


def as_csv(*rows: list[str], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(*rows: list, merged: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def as_html(*rows: list[str], encoding: str = "utf-8") -> bytes:
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<html><body><table>{body}</table></body></html>".encode(encoding)


FORMS = {
    "csv": as_csv(HEAD, A, B),
    "csv with a mark": as_csv(HEAD, A, B, encoding="utf-8-sig"),
    "csv in GB 18030": as_csv(HEAD, A, B, encoding="gb18030"),
    "csv in UTF-16": as_csv(HEAD, A, B, encoding="utf-16"),
    "csv with tabs": "\n".join("\t".join(row) for row in (HEAD, A, B)).encode(),
    "xlsx": as_xlsx(HEAD, A, B),
    "html": as_html(HEAD, A, B),
    "html in GB 18030": as_html(HEAD, A, B, encoding="gb18030"),
    "no header": as_csv(A, B),
    "title, note, header again": as_xlsx(
        ["已备案信息（截至2026年7月10日）"], [], HEAD, A, HEAD, B, ["注：以上信息仅供参考"]
    ),
    "other order": as_csv([HEAD[i] for i in (4, 3, 2, 1)], [A[i] for i in (4, 3, 2, 1)], [B[i] for i in (4, 3, 2, 1)]),
    "shifted": as_csv(HEAD, ["", *A], B[1:]),
    "full width": as_csv(HEAD, [*A[:4], "Ｂｅｉｊｉｎｇ－ＭｉｎｇＨｕ－２０２４０３１５", A[5]], B),
    "breaks in cells": as_csv(
        HEAD, [*A[:3], "北京明湖\n智能科技有限公司", "Beijing-MingHu-\n20240315", "2024年\n3月15日"], B
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_records(form: str, desk: Desk) -> None:
    done = desk.take(FORMS[form])
    assert (done.new, done.unreadable) == (2, [])
    for number, row in (("Beijing-MingHu-20240315", A), ("Shanghai-PuJiang-202404280016", B)):
        record = desk.record(number)
        assert (record.number, record.name, record.entity, record.region) == (number, row[2], row[3], row[1])
    if form != "other order":
        assert desk.record(A[4]).date == "2024-03-15"


def test_the_mapping_is_shown_by_words_or_by_content(desk: Desk) -> None:
    (by_words,) = desk.take(FORMS["csv"]).tables
    (by_content,) = desk.take(FORMS["no header"], name="other.csv").tables
    assert (by_words.by, by_words.columns["entity"]) == ("header", "备案单位")
    assert (by_content.by, by_content.columns["entity"]) == ("content", "4")


def test_shifted_rows_are_counted(desk: Desk) -> None:
    assert desk.take(FORMS["shifted"]).shifted == 2


def test_merged_cells_reach_as_far_as_they_say_and_no_further(desk: Desk) -> None:
    third = ["3", "", "云台", "北京云台科技有限公司", "Beijing-YunTai-20240501", "2024-05-01"]
    desk.take(as_xlsx(HEAD, A, [B[0], None, *B[2:]], [third[0], None, *third[2:]], merged=("B2:B3",)))
    assert desk.record(B[4]).region == "北京"
    assert desk.record(third[4]).region == ""


def test_spans_of_a_page_and_its_other_tables(desk: Desk) -> None:
    def cells(values: list[str]) -> str:
        return "".join(f"<td>{value}" for value in values)

    page = (
        f"<table><tr><td>导航</table><table><tr>{''.join(f'<th>{word}' for word in HEAD)}"
        f"<tr><td>1<td rowspan=2>北京{cells(A[2:])}<script>alert(1)</script>"
        f"<tr><td>2{cells(B[2:])}</table>"
    )
    done = desk.take(page.encode(), name="page.html")
    assert done.new == 2
    assert (desk.record(B[4]).region, desk.record(B[4]).place) == ("北京", "table 2:3")
    assert desk.record(A[4]).date == "2024-03-15"  # what a script says is no text


def test_a_record_keeps_where_it_stood(desk: Desk) -> None:
    done = desk.take(FORMS["xlsx"], name="某某名录.xlsx", as_of="2026-07-10")
    record = desk.record(A[4])
    assert (record.file, record.sha256, record.place) == ("某某名录.xlsx", done.sha256, "Sheet:2")
    assert (record.imported, record.as_of) == (TODAY, "2026-07-10")
    state = desk.copies.state("generative_ai")
    assert state is not None and (state.records, state.as_of, state.date) == (2, "2026-07-10", "2026-07-10")
    assert desk.copies.state("app") is None


def test_the_day_a_list_states_is_its_day(desk: Desk) -> None:
    assert desk.take(FORMS["title, note, header again"]).as_of == "2026-07-10"
    assert desk.take(FORMS["csv"], name="已备案信息（截至2024年3月）.csv").as_of == "2024-03-01"
    assert desk.take(FORMS["csv"], name="x.csv").as_of is None


def test_increments_add_and_changes_keep_both(desk: Desk) -> None:
    assert desk.take(as_csv(HEAD, A), name="1.csv", as_of="2026-01-01").new == 1
    again = desk.take(as_csv(HEAD, A, B), name="2.csv", as_of="2026-02-01")
    assert (again.known, again.new) == (1, 1)
    renamed = [*A[:3], "北京明湖人工智能有限公司", *A[4:]]
    assert desk.take(as_csv(HEAD, renamed), name="3.csv", as_of="2026-03-01").changed == 1
    assert desk.take(as_csv(HEAD, [*A[:2], "明湖", *A[3:]]), name="0.csv", as_of="2024-01-01").changed == 1
    found = desk.copies.find(A[4].casefold())
    assert [record.file for record in found] == ["3.csv", "1.csv", "0.csv"]  # by the day of the list, not of the import
    assert desk.copies.state("generative_ai").records == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([*A[:3], "", *A[4:]], "no_entity"),
        ([*A[:4], "", A[5]], "no_number"),
        ([*A[:4], "Beijing-MingHu-20241345", A[5]], "bad_number"),
        ([*A[:2], "长" * 5000, *A[3:]], "cut"),
        ([*A, *[""] * 300, "x"], "cut"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(row: list[str], reason: str, desk: Desk) -> None:
    done = desk.take(as_csv(HEAD, B, row))
    (bad,) = done.unreadable
    assert (bad.place, bad.reason, done.new) == ("3", reason, 1)


def test_algorithms_apps_and_sites_are_read_too(desk: Desk) -> None:
    words = ["序号", "算法名称", "角色", "主体名称", "应用产品", "主要用途", "备案编号", "备注"]
    row = [
        "1",
        "明湖对话算法",
        "服务提供者",
        "北京明湖智能科技有限公司",
        "明湖",
        "对话",
        "网信算备110108823483901240031号",
        "",
    ]
    assert desk.take(as_html(words, row), "algorithm").new == 1
    record = desk.record(row[6])
    assert (record.role, record.product, record.purpose) == ("服务提供者", "明湖", "对话")
    app = as_csv(["APP名称", "主办单位名称", "备案号"], ["明湖", row[3], "京ICP备2026031728号-2A"])
    assert desk.take(app, "app").new == 1
    assert desk.record("京ICP备2026031728号").name == "明湖"  # the filer's number without the serial


def test_registrations_take_any_number_and_name_the_model_they_call(desk: Desk) -> None:
    words = ["序号", "应用名称", "登记单位", "上线编号", "使用的模型"]
    desk.take(as_csv(words, ["1", "小明写作", "北京小明科技有限公司", "BJ2025X0017", "明湖大模型"]), "registration")
    assert desk.record("BJ2025X0017").base_model == "明湖大模型"


def test_a_list_without_numbers_is_found_by_entity_and_name(desk: Desk) -> None:
    done = desk.take(
        as_csv(["属地", "应用名称", "登记单位"], ["北京", "小明写作", "北京小明科技有限公司"]), "registration"
    )
    assert done.new == 1
    for found in (
        desk.copies.of_entity("北京小明科技 有限公司"),
        desk.copies.named("小明写作"),
        desk.copies.named("小明 写作"),
    ):
        assert [record.number for record in found] == [None]


def test_formulas_stay_text(desk: Desk) -> None:
    desk.take(as_xlsx(HEAD, [*A[:2], '=HYPERLINK("http://a.example","明湖")', *A[3:]]))
    assert desk.record(A[4]).name.startswith("=HYPERLINK")


def sheet(body: str, *, dimension: str = "A1:F2", head: str = "", **parts: str) -> bytes:
    """An xlsx written by hand: what no library would write."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx(HEAD))) as real, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name in real.namelist():
            if name not in {"xl/worksheets/sheet1.xml", *parts}:
                made.writestr(name, real.read(name))
        xml = f'<worksheet xmlns="{main}"><dimension ref="{dimension}"/><sheetData>{body}</sheetData></worksheet>'
        made.writestr("xl/worksheets/sheet1.xml", head + xml)
        for name, text in parts.items():
            made.writestr(name, text)
    return data.getvalue()


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_what_a_sheet_claims_about_its_size_is_not_believed() -> None:
    rows = list(read_rows(sheet(f'<row r="1">{cell("A1", "x")}</row>', dimension="A1:XFD10000000")))
    assert [row.cells for row in rows] == [("x",)]


def test_ten_million_rows_end_with_a_reason(desk: Desk) -> None:
    done = desk.take(sheet(f'<row r="1">{cell("A1", "x")}</row><row r="10000000">{cell("A10000000", "x")}</row>'))
    assert [bad.reason for bad in done.unreadable] == ["file"] and "empty rows" in done.unreadable[0].detail


def test_text_far_to_the_right_is_not_dropped(desk: Desk) -> None:
    done = desk.take(sheet(f'<row r="1">{cell("XFD1", "x")}</row>'))
    assert [bad.reason for bad in done.unreadable] == ["cut"]


def test_a_sheet_that_inflates_without_end_is_refused_before_inflating(desk: Desk) -> None:
    bomb = sheet("", **{"xl/sharedStrings.xml": "0" * (sheets.MOST_PART + 1)})
    assert len(bomb) < 200_000
    (bad,) = desk.take(bomb).unreadable
    assert "inflates" in bad.detail


@pytest.mark.parametrize("part", ["head", "xl/workbook.xml"])
def test_entities_of_xml_are_refused(part: str, tmp_path: Path, desk: Desk) -> None:
    secret = tmp_path / "secret"
    secret.write_text("geheim")
    evil = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    data = sheet(
        f'<row r="1">{cell("A1", "&e;")}</row>', **({"head": evil} if part == "head" else {part: evil + "<a/>"})
    )
    (bad,) = desk.take(data).unreadable
    assert "entities" in bad.detail


BROKEN = {
    "empty zip": (b"PK\x05\x06" + b"\0" * 18, "without a workbook"),
    "cut zip": (as_xlsx(HEAD, A)[:900], "cannot be read"),
    "old xls": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old .xls"),
    "pdf": (b"%PDF-1.7", "PDF"),
    "binary": (bytes(range(256)) * 4, "neither"),
    "deep page": (b"<table><tr><td>" * 3000, "depth"),
    "quote that never ends": (as_csv(HEAD, A) + b'"' + b"x," * 200_000, ""),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_say_what_is_wrong(name: str, desk: Desk) -> None:
    data, words = BROKEN[name]
    done = desk.take(data)
    assert any(words in bad.detail for bad in done.unreadable)


def test_what_is_wrong_is_said_in_chinese_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", "zh")
    assert "另存为" in desk.take(b"%PDF-1.7").unreadable[0].detail


def test_a_file_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    monkeypatch.setattr(tables, "MOST_BYTES", 1000)
    with pytest.raises(TablesError, match="larger"):
        list(read_rows(b"x" * 1001))


def test_spans_without_end_stay_within_the_widest_row() -> None:
    rows = list(read_rows(b"<table>" + b"<tr><td rowspan=65000 colspan=65000>x" * 300))
    assert len(rows) == 300 and max(len(row.cells) for row in rows) <= limits.MOST_COLUMNS


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"<table>", b"\xef\xbb\xbf", b"\xff\xfe"]))
def test_any_bytes_are_rows_or_a_reason(data: bytes, head: bytes) -> None:
    rows = []
    with suppress(TablesError):
        rows.extend(read_rows(head + data))
    assert all(len(cell) <= limits.LONGEST_CELL for row in rows for cell in row.cells)


@given(st.lists(st.text(max_size=30), max_size=12))
def test_any_row_is_read_with_and_without_a_header(cells: list[str]) -> None:
    columns = header(HEAD)
    for known in (columns, None):
        said = read_row(cells, known, "generative_ai")
        assert said.number is None or said.number.kind in {"generative_ai", "registration"}


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_days_are_read_in_their_usual_forms(day: date) -> None:
    for text in (f"{day.year}年{day.month}月{day.day}日", f"{day.year}/{day.month}/{day.day}", day.isoformat()):
        assert iso_date(text) == day.isoformat()


def test_many_rows_as_wide_as_a_sheet_can_be_have_an_end(desk: Desk) -> None:
    rows = "".join(f'<row r="{at}">{cell(f"XFD{at}", "x")}</row>' for at in range(1, 3000))
    assert "file" in {bad.reason for bad in desk.take(sheet(rows)).unreadable}
