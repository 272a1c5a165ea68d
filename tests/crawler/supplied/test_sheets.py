"""Sheets of offices: any order, any headings, in workbooks and CSV; hostile ones; what was said is remembered."""

import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from crawler.supplied.brought import Brought, Kept, Outcome
from crawler.supplied.files import Asked, entries_of
from crawler.supplied.headings import Column, field_named, heading_row, map_columns
from crawler.supplied.kinds import kind_of
from crawler.supplied.remembered import Remembered, said_by
from crawler.supplied.report import Report
from crawler.supplied.rows import kind_named
from crawler.supplied.workbook import MOST_ROWS
from index.model import Listing
from index.reading import ReadError

URL = "https://shop.example"
NOW = "2026-11-28T00:00:00Z"


def read(path: Path, **more: object) -> tuple[list[Brought], Asked]:
    asked = Asked(received_at=NOW, **more)
    return [one for one in entries_of(path, kind_of(path), asked) if isinstance(one, Brought)], asked


def book(path: Path, *sheets: list[list[object]], **states: str) -> Path:
    made = Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = made.create_sheet(f"表{number}")
        sheet.sheet_state = states.get(f"s{number}", "visible")
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def whys(found: list[Brought]) -> list[str | None]:
    return [one.why.kind if one.why else None for one in found]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("商品名称", "title"), ("标题", "title"), ("链接", "url"), ("网 址：", "url"), ("店铺", "seller"), ("卖家昵称", "seller"),
        ("价格（元）", "price"), ("所属平台", "platform_style"), ("描述", "description"), ("下载地址", "download_urls"), ("包名", "package_name"),
        ("Product Name", "title"), ("ＵＲＬ", "url"), ("涉嫌侵权链接", "url"), ("疑似违规商品标题", "title"), ("商品链接/网址", "url"),
        ("淘口令", "share"), ("类型", "source_kind"), ("备注", "other"), ("结果", "ours"),
        ("官网", "other"), ("Official URL", "other"), ("genuine link", "other"), ("official account", None),
        ("店铺链接", "other"), ("正版应用名称", "other"), ("官方网址", "other"), ("举报内容", "other"), ("权利人网站链接", "other"),
        ("图片链接", "image_urls"), ("随便", None), ("x" * 200, None), ("", None),
    ],
)  # fmt: skip
def test_headings_as_offices_write_them(heading: str, field: str | None) -> None:
    assert field_named(heading) == field


def by(columns: list[Column]) -> dict[str | None, tuple[int, str]]:
    return {column.field: (column.at, column.how) for column in columns if column.field}


def test_columns_without_headings_are_told_by_what_they_hold() -> None:
    rows = [("1", f"一键换脸{n}", f"{URL}/{n}", "￥9.9", "com.example.app", f"{URL}/{n}.apk") for n in range(9)]
    assert heading_row(rows) is None
    assert by(map_columns((), rows)) == {
        "title": (1, "content"), "url": (2, "content"), "price": (3, "content"), "package_name": (4, "content"),
        "download_urls": (5, "content"),
    }  # fmt: skip


@pytest.mark.parametrize("piece", ["(", "（", "链接", "官方", "a/", "、", "【"])
def test_long_headings_are_no_headings(piece: str) -> None:
    headings = (piece * 200_000, "标题", "链接")
    assert set(by(map_columns(headings, [("x", "AI换脸", f"{URL}/1")]))) == {"title", "url"}
    assert heading_row([headings]) == 0


def test_an_address_column_that_holds_streets_is_none() -> None:
    rows = [("某店", "北京市海淀区 1 号", f"{URL}/{n}") for n in range(5)]
    assert by(map_columns(("店铺", "地址", "网页"), rows))["url"][0] == 2


def test_the_genuine_address_is_never_taken_for_the_suspected_one() -> None:
    rows = [("豆包", "https://www.doubao.example/", f"{URL}/{n}") for n in range(5)]
    assert by(map_columns(("应用名称", "正版链接", "侵权链接"), rows))["url"][0] == 2


@pytest.mark.parametrize(
    ("word", "kind"),
    [("微信小程序", "mini_program"), ("抖音小程序", "mini_program"), ("智能体", "bot"), ("公众号", "official_account"),
     ("闲鱼", "second_hand"), ("淘宝", "shop"), ("抖音", "channel"), ("抖音商城", "shop"), ("安卓应用市场", "app_store"),
     ("百度贴吧", "forum"), ("Web site", "site"), ("official account", "official_account"), ("second_hand", "second_hand"),
     ("套壳", None), ("", None)],
)  # fmt: skip
def test_kinds_in_words(word: str, kind: str | None) -> None:
    assert kind_named(word) == kind


def test_a_workbook_of_an_office(tmp_path: Path) -> None:
    """A title over the table, other columns, merged cells, real dates, links as formulas, several sheets."""
    made = Workbook()
    sheet = made.active
    sheet.append(["2026年11月涉嫌侵权线索汇总表", None, None, None, None, None])
    sheet.merge_cells("A1:F1")
    sheet.append(["序号", "店铺名称", "商品标题", "涉嫌链接", "发布时间", "备注"])
    sheet["A2"].font = Font(bold=True)
    sheet.append([1, "好店", "豆包官方破解版", f"{URL}/1?spm=a.b", datetime(2026, 11, 20, 8, 0), "疑似豆包，已报"])  # noqa: DTZ001
    sheet.append([2, None, "DeepSeek 满血版", f'=HYPERLINK("{URL}/2","点这里")', "2026-11-21", ""])
    sheet.merge_cells("B3:B4")
    sheet.append([3, "另一店", '=HYPERLINK("https://shop.example/3","Kimi 会员")', None, None, None])
    other = made.create_sheet("小程序")
    other.append(["小程序名称", "类型", "原始ID", "主体"])
    other.append(["豆包AI助手", "微信小程序", "gh_0123456789ab", "某某公司"])
    other.append(["换脸大师", "小程序", None, "某某公司"])
    path = tmp_path / "线索.xlsx"
    made.save(path)
    found, asked = read(path)
    assert whys(found) == [None] * 5 and asked.remarks == []
    listings = [one.listing for one in found if one.listing]
    assert [(one.title, one.url, one.seller) for one in listings] == [
        ("豆包官方破解版", f"{URL}/1", "好店"), ("DeepSeek 满血版", f"{URL}/2", "好店"), ("Kimi 会员", f"{URL}/3", "另一店"),
        ("豆包AI助手", "", "某某公司"), ("换脸大师", "", "某某公司"),
    ]  # fmt: skip
    assert listings[0].published_at == "2026-11-20T00:00:00Z" and "已报" not in str(listings[0])
    assert [one.source_kind for one in listings[3:]] == ["mini_program", "mini_program"]
    assert listings[3].native_id == "gh_0123456789ab" and listings[4].native_id.startswith("name:")
    assert [one.place for one in found] == ["Sheet:3", "Sheet:4", "Sheet:5", "小程序:2", "小程序:3"]


def test_addresses_behind_cells_are_found(tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.active
    for row in (
        ["商品名称", "查看", "官网地址"],
        ["豆包会员", "打开", "x"],
        ["Kimi 会员", "", "x"],
        ["没有", "", "x"],
    ):
        sheet.append(row)
    sheet["B2"].hyperlink = f"{URL}/1?utm_source=a&b=2"
    sheet["A3"].hyperlink = f"{URL}/3"
    sheet["C4"].hyperlink = "https://genuine.example/"
    sheet["A4"].hyperlink = "mailto:x@example.org"
    sheet["C2"].hyperlink = sheet["C3"].hyperlink = "https://genuine.example/"
    path = tmp_path / "a.xlsx"
    made.save(path)
    found, _ = read(path)
    assert [one.listing.url if one.listing else None for one in found] == [f"{URL}/1?b=2", f"{URL}/3", None]
    assert found[0].cells[1] == "打开"


def test_what_is_hidden_is_said_and_not_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [["标题", "链接"], ["a", f"{URL}/1"]]
    path = book(tmp_path / "a.xlsx", rows, [["标题", "链接"], ["b", f"{URL}/2"]], s2="veryHidden")
    found, asked = read(path)
    assert [one.listing.title for one in found if one.listing] == ["a"]
    assert len(asked.remarks) == 1 and "表2" in asked.remarks[0]


def test_macros_are_said_and_never_run(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["标题", "链接"], ["a", f"{URL}/1"]])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    found, asked = read(path.rename(tmp_path / "a.xlsm"))
    assert whys(found) == [None] and len(asked.remarks) == 1


def test_formulas_are_not_computed(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [["标题", "链接", "价格"], ["=A1", f"{URL}/1", 1], ["b", "=C1", 1], ["c", f"{URL}/3", "=1+1"]],
    )
    found, _ = read(path)
    assert whys(found) == ["formula", "formula", None]
    assert found[2].listing is not None and found[2].listing.price is None and found[2].notes


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_office"),
        (b"%PDF-1.7\n", "pdf"),
        (b"PK\x03\x04" + bytes(400), "workbook"),
    ],
)
def test_what_is_no_workbook_says_what_it_is(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    found, _ = read(path)
    assert whys(found) == [kind]


def test_a_workbook_that_inflates_without_end_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["标题", "链接"], ["a", f"{URL}/1"]])
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        for part in source.infolist():
            bomb.writestr(part.filename, source.read(part))
        bomb.writestr("xl/worksheets/sheet2.xml", b"<row/>" * (20 << 20))
    found, _ = read(tmp_path / "bomb.xlsx")
    assert whys(found) == ["workbook"]


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["标题", "链接"], ["a", f"{URL}/1"]])
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as target:
        for part in source.infolist():
            text = source.read(part)
            if part.filename.endswith("sheet1.xml"):
                text = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + text
            target.writestr(part.filename, text)
    assert whys(read(tmp_path / "b.xlsx")[0]) == ["workbook"]


def test_a_million_rows_end_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_ROWS <= 1_000_000
    monkeypatch.setattr("crawler.supplied.workbook.MOST_ROWS", 50)
    path = book(tmp_path / "a.xlsx", [["标题", "链接"], *([f"t{n}", f"{URL}/{n}"] for n in range(80))])
    found, _ = read(path)
    assert whys(found) == [None] * 49 + ["many_rows"]


def test_a_row_without_end_is_no_listing(tmp_path: Path) -> None:
    found, _ = read(book(tmp_path / "a.xlsx", [["标题", "链接"], ["a", f"{URL}/1", *["x"] * 400]]))
    assert whys(found) == ["cut_row"]


def test_headings_are_remembered_by_their_row_and_can_be_forgotten(tmp_path: Path) -> None:
    kept = Remembered(tmp_path / "columns")
    headings = ("代号", "热度", "链接")
    kept.keep(headings, said_by(["热度=标题", "代号=-"]))
    assert kept.of(("代 号：", "热度", "链接")) == {"热度": "title", "代号": None}
    assert kept.of(("代号", "热度")) == {}
    kept.keep(headings, said_by(["代号=auto"]))
    assert kept.of(headings) == {"热度": "title"}
    next((tmp_path / "columns").iterdir()).write_text("{broken")
    assert kept.of(headings) == {}
    for wrong in ("热度", "热度=颜色", "=title", "热度=备注"):
        with pytest.raises(ReadError):
            said_by([wrong])


def test_several_addresses_in_a_cell_are_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'标题,链接\na,"{URL}/1\n{URL}/2"\nb,点击 {URL}/3 查看\n', "utf-8")
    found, _ = read(path)
    assert [one.listing.url for one in found if one.listing] == [f"{URL}/1", f"{URL}/3"]
    assert found[0].notes and not found[1].notes


def test_a_share_text_in_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = "【闲鱼】https://m.tb.cn/h.5abc?tk=Ab12Cd34 HU0293 「我在闲鱼发布了【AI换脸软件】」"
    path.write_text(f"口令,卖家\n{text},甲\n￥AbCd1234EfG￥,乙\n没有,丙\n", "utf-8")
    found, _ = read(path)
    assert whys(found) == [None, None, "no_address"]
    assert found[0].listing is not None and found[0].listing.title == "AI换脸软件" and found[0].only_address
    assert found[0].listing.source_kind == "second_hand" and found[0].listing.seller == "甲"
    assert found[1].listing is not None and (found[1].listing.url, found[1].listing.native_id) == ("", "AbCd1234EfG")


def test_pages_that_scripts_switch_are_several(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("标题,链接\n" + "".join(f"t,{URL}/#/item?id={n}\n" for n in range(3)), "utf-8")
    assert len({one.listing.native_id for one in read(path)[0] if one.listing}) == 3


HOSTILE = ['=HYPERLINK("http://x","y")', "+1", "-1", "@x", "＝1", "\t=1", "a\x00b", "\ud800", "x" * 40_000, "_x003D_1"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_results_are_no_formulas_and_keep_the_rows(tmp_path: Path, suffix: str) -> None:
    report = Report(tmp_path / f"r{suffix}", sheet=True)
    report.kept(Kept(sheet="表[1]", cells=("a", "b"), heading=True))
    for cell in HOSTILE:
        report.row(Brought(place="1", sheet="表[1]", cells=(cell,)), Outcome(state="new", note=cell, id="f1-x"))
    path = report.close(whole=True)
    assert path is not None and list(tmp_path.iterdir()) == [path]
    if suffix == ".csv":
        text = path.read_text("utf-8-sig")
        assert not any(line.lstrip('"')[:1] in set("=+-@＝\t") for line in text.splitlines())
        return
    sheet = load_workbook(io.BytesIO(path.read_bytes()))["表1"]
    rows = list(sheet.iter_rows())
    assert len(rows) == 1 + len(HOSTILE) and {len(row) for row in rows} == {7}
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell.data_type == "f" or str(cell.value).startswith("=")] == []


def test_a_broken_run_leaves_no_half_of_a_report(tmp_path: Path) -> None:
    report = Report(tmp_path / "r.csv", sheet=False)
    listing = Listing(marketplace="m", native_id="1", url=URL, title="t", source_kind="site")
    report.row(Brought(place="x", listing=listing), Outcome(state="new"))
    assert report.close(whole=False) is None
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(6)), st.sampled_from([",", ";", "\t"]), st.sampled_from([0, 1]))
def test_columns_may_stand_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], separator: str, language: int
) -> None:
    headings = [
        ("title", "商品标题"),
        ("link", "涉嫌链接"),
        ("shop", "店铺"),
        ("price", "售价"),
        ("platform", "平台"),
        ("remark", "备注"),
    ]
    cells = ["AI换脸", f"{URL}/1", "某店", "￥9", "闲鱼", "已核实违规"]
    path = tmp_path_factory.mktemp("any") / "a.csv"
    rows = [[headings[at][language] for at in order], [cells[at] for at in order]]
    path.write_text("\n".join(separator.join(row) for row in rows) + "\n", "utf-8")
    [one], _ = read(path)
    assert one.listing == Listing(
        marketplace="import:shop.example", native_id="/1", url=f"{URL}/1", title="AI换脸", seller="某店", price="￥9",
        platform_style="闲鱼", source_kind="second_hand",
    )  # fmt: skip


def test_a_correction_for_no_column_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"标题,链接\na,{URL}/1\n", "utf-8")
    _, asked = read(path, columns=said_by(["标提=title"]))
    assert len(asked.remarks) == 1 and "标提" in asked.remarks[0]
