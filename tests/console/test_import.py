"""`copycatch import`: what people bring ends in the same index as a crawl, and everybody learns what became of it."""

import csv
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

URL = "https://shop.example"
LIST = f"title,url,source_kind\n一键脱衣 AI 软件，加微信,{URL}/1,shop\n登山包,{URL}/2,shop\n"
PAGE = f"<!-- saved from url=(0026){URL}/7 --><html><title>AI一键脱衣软件 永久会员</title><body><p>上传照片自动脱衣，加QQ 123456789 购买，包教包会。"
HANDED = ("--supplied-by", "市局 王", "--channel", "12377 举报")


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "shops.csv"
    path.write_text(LIST, "utf-8")
    return path


def test_listings_are_judged_and_can_be_searched(copycatch, sheet: Path) -> None:
    answer = copycatch("import", sheet, "--json")
    (said,) = answer.fits("import")
    assert answer.code == 0, answer.err
    assert (said["new"], said["problems"]) == (2, 0)
    assert said["findings"] >= 1
    assert said["outcomes"] == {"new": 2, "known": 0, "duplicate": 0, "unreadable": 0, "needs_capture": 0}
    assert [row["outcome"] for row in said["results"]] == ["new", "new"]
    (hits,) = copycatch("search", "*", "--kind", "listings", "--json").documents
    assert {hit["value"]["title"] for hit in hits["hits"]} == {"一键脱衣 AI 软件，加微信", "登山包"}


def test_a_second_import_changes_nothing(copycatch, sheet: Path) -> None:
    copycatch("import", sheet)
    (said,) = copycatch("import", sheet, "--json").fits("import")
    assert (said["new"], said["changed"], said["unchanged"]) == (0, 0, 2)
    assert said["outcomes"]["known"] == 2 and {row["decision"] for row in said["results"]} == {"undecided"}


def test_bad_rows_are_listed_and_counted_and_the_others_are_taken(copycatch, sheet: Path) -> None:
    sheet.write_text(LIST + f"x,nowhere,shop\ny,{URL}/3,moon\nz,{URL}/1,shop\n", "utf-8")
    answer = copycatch("import", sheet, "--json")
    (said,) = answer.fits("import")
    assert answer.code == 1
    assert said["outcomes"] == {"new": 3, "known": 0, "duplicate": 1, "unreadable": 1, "needs_capture": 0}
    assert sum(said["outcomes"].values()) == said["rows"] == 5 == len(said["results"])
    assert f"{sheet}:4: " in answer.err and "moon" in said["results"][3]["note"]


def test_a_person_gets_one_line_per_file_and_the_same_sheet_with_columns(copycatch, sheet: Path) -> None:
    answer = copycatch("import", sheet)
    assert answer.code == 0
    assert "2 rows = 2 new" in answer.out and "0 unreadable" in answer.out
    written = sheet.with_name("shops.results.csv")
    assert str(written) in answer.out
    heading, first, second = list(csv.reader(written.read_text("utf-8-sig").splitlines()))
    assert heading == ["title", "url", "source_kind", "import result", "import note", "import id", "import verdict",
                       "import decision"]  # fmt: skip
    assert first[:4] == ["一键脱衣 AI 软件，加微信", f"{URL}/1", "shop", "new"] and first[5].startswith("f1-")
    assert second[3] == "new" and second[5].startswith("l1-")


def test_results_are_never_written_over_others_and_can_be_imported_again(copycatch, sheet: Path) -> None:
    copycatch("import", sheet)
    copycatch("import", sheet)
    assert sheet.with_name("shops.results-2.csv").exists()
    (said,) = copycatch("import", sheet.with_name("shops.results.csv"), "--json").fits("import")
    assert said["outcomes"]["known"] == 2
    assert {c["heading"] for c in said["columns"] if c["field"] is None} >= {"import result", "import note"}


def test_a_wrong_column_is_corrected_once(copycatch, tmp_path: Path) -> None:
    path = tmp_path / "office.csv"
    path.write_text(f"代号,热度,链接\n甲,一键脱衣软件,{URL}/1\n乙,换脸软件,{URL}/2\n", "utf-8")
    (said,) = copycatch("import", path, "--map", "热度=title", "--map", "代号=-", "--json").fits("import")
    assert [row["title"] for row in said["results"]] == ["一键脱衣软件", "换脸软件"]
    path.write_text(f"代号,热度,链接\n丙,声音克隆,{URL}/3\n", "utf-8")
    answer = copycatch("import", path)
    assert "what you said before" in answer.err
    (said,) = copycatch("import", path, "--json").fits("import")
    assert [(c["field"], c["how"]) for c in said["columns"]] == [
        (None, "remembered"), ("title", "remembered"), ("url", "name"),
    ]  # fmt: skip
    answer = copycatch("import", path, "--map", "热度=colour")
    assert answer.code == 2 and "标题" in answer.err


def test_a_preview_imports_nothing(copycatch, sheet: Path) -> None:
    (said,) = copycatch("import", sheet, "--preview", "--json").fits("import")
    assert [row["listing"]["title"] for row in said["preview"]] == ["一键脱衣 AI 软件，加微信", "登山包"]
    assert "登山包" in copycatch("import", sheet, "--preview").out
    assert copycatch("search", "*").code == 4  # no index was made


def test_share_texts_come_by_file_or_standard_input(copycatch, tmp_path: Path) -> None:
    text = (
        "【闲鱼】https://m.tb.cn/h.5abc?tk=Ab12Cd34 HU0293 「我在闲鱼发布了【AI换脸软件 永久版】」\n点击链接直接打开\n"
    )
    path = tmp_path / "shared.txt"
    path.write_text(text, "utf-8")
    (said,) = copycatch("import", path, "--json").fits("import")
    assert said["outcomes"]["needs_capture"] == 1 and said["results"][0]["title"] == "AI换脸软件 永久版"
    (said,) = copycatch("import", "-", "--json", stdin=text.encode("gbk")).fits("import")
    assert said["outcomes"]["known"] == 1 and said["file"] == "-"
    (said,) = copycatch("import", "-", "--json", stdin=f'{{"title": "x", "url": "{URL}/9"}}\n'.encode()).fits("import")
    assert said["kind"] == "json_lines" and said["outcomes"]["new"] == 1


def test_a_workbook_comes_back_as_one(copycatch, tmp_path: Path) -> None:
    made = Workbook()
    made.active.append(["商品名称", "链接"])
    made.active.append(["一键脱衣 AI 软件，加微信", f"{URL}/1"])
    made.create_sheet("隐藏").sheet_state = "hidden"
    path = tmp_path / "线索.xlsx"
    made.save(path)
    answer = copycatch("import", path, "--report", tmp_path / "结果.xlsx")
    assert answer.code == 0 and "隐藏" in answer.err
    rows = list(load_workbook(tmp_path / "结果.xlsx").active.iter_rows(values_only=True))
    assert rows[0] == (
        "商品名称",
        "链接",
        "import result",
        "import note",
        "import id",
        "import verdict",
        "import decision",
    )
    assert rows[1][:3] == ("一键脱衣 AI 软件，加微信", f"{URL}/1", "new")


def test_evidence_needs_somebody_who_answers_for_it(copycatch, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE, "utf-8")
    for half in ((), HANDED[:2], HANDED[2:]):
        answer = copycatch("import", page, *half)
        assert answer.code == 2 and "--supplied-by" in answer.err
    assert copycatch("search", "*").code == 4
    assert copycatch("import", page, *HANDED, "--received", "2999-01-01").code == 2


def test_a_finding_from_a_saved_page_says_who_brought_it(copycatch, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE, "utf-8")
    (said,) = copycatch("import", page, *HANDED, "--received", "2026-11-20", "--json").fits("import")
    (row,) = said["results"]
    assert (row["outcome"], row["verdict"]) == ("new", "violation") and said["pages"] == 1
    assert said["supplied"]["by"] == "市局 王" and said["supplied"]["received_at"].startswith("2026-11-")
    shown = copycatch("show", row["id"])
    assert "市局 王" in shown.out and "12377 举报" in shown.out and "supplied by" in shown.out
    (document,) = copycatch("show", row["id"], "--json").fits("show")
    assert document["supplied"][0]["supply"]["channel"] == "12377 举报"
    assert document["value"]["capture"]["supplied"] is True
    exported = copycatch("export", "findings", "--format", "csv", "--out", "-").out
    assert "市局 王" in exported


def test_nothing_is_taken_when_one_file_is_of_another_kind(copycatch, sheet: Path, tmp_path: Path) -> None:
    other = tmp_path / "shops.xlsx"
    other.write_bytes(b"\x7fELF")
    for wrong in (other, tmp_path / "gone.csv"):
        answer = copycatch("import", sheet, wrong)
        assert (answer.code, answer.out) == (2, "")
        assert wrong.name in answer.err
    assert copycatch("search", "*").code == 4  # no index was made


def test_an_empty_list_is_not_a_healthy_run(copycatch, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("title,url\n")
    answer = copycatch("import", tmp_path / "empty.csv")
    assert answer.code == 3 and "nothing was read from" in answer.err


def test_a_report_that_cannot_be_written_is_named_as_it_was_given(copycatch, sheet: Path, tmp_path: Path) -> None:
    answer = copycatch("import", sheet, "--report", tmp_path / "none/r.csv")
    assert answer.code == 2 and f"{tmp_path / 'none/r.csv'}: no such file or folder" in answer.err
    assert copycatch("search", "*", "--kind", "listings").code == 4


def test_what_lives_inside_a_client_needs_no_address(copycatch, tmp_path: Path) -> None:
    path = tmp_path / "programs.csv"
    path.write_text("名称,类型,AppID,主体,简介\n一键脱衣助手,微信小程序,wx0123456789abcdef,某公司,上传照片自动脱衣 加QQ 123456789\n"
                    "豆包官方号,公众号,,某公司,\n客服助手,智能体,,,\n", "utf-8")  # fmt: skip
    (said,) = copycatch("import", path, "--json").fits("import")
    assert said["outcomes"]["new"] + said["outcomes"]["needs_capture"] == 3, said
    (hits,) = copycatch("search", "source_kind:mini_program", "--kind", "listings", "--json").documents
    (hit,) = hits["hits"]
    assert (hit["value"]["native_id"], hit["value"]["url"]) == ("wx0123456789abcdef", "")
    assert copycatch("show", hit["id"]).code == 0
    assert copycatch("index", "rescore").code == 0
    (said,) = copycatch("import", path, "--json").fits("import")
    assert said["outcomes"]["known"] == 3


def test_a_terminal_is_asked_who_answers_for_evidence(
    copycatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, asked = tmp_path / "page.html", []
    page.write_text(PAGE, "utf-8")
    monkeypatch.setattr("console.import_options.in_terminal", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda text, **_: asked.append(text) or "市局")
    assert copycatch("import", page, "--channel", "12377").code == 0
    assert len(asked) == 1
    assert copycatch("import", page, "--json").code == 2
