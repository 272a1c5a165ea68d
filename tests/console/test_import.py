"""`copycatch import`: other people's lists end in the same index as a crawl."""

from pathlib import Path

import pytest

URL = "https://shop.example"
LIST = f"title,url,source_kind\n一键脱衣 AI 软件，加微信,{URL}/1,shop\n登山包,{URL}/2,shop\n"


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
    (hits,) = copycatch("search", "*", "--kind", "listings", "--json").documents
    assert {hit["value"]["title"] for hit in hits["hits"]} == {"一键脱衣 AI 软件，加微信", "登山包"}


def test_a_second_import_changes_nothing(copycatch, sheet: Path) -> None:
    copycatch("import", sheet)
    (said,) = copycatch("import", sheet, "--json").fits("import")
    assert (said["new"], said["changed"], said["unchanged"]) == (0, 0, 2)


def test_bad_rows_are_listed_and_counted_and_the_others_are_taken(copycatch, sheet: Path) -> None:
    sheet.write_text(LIST + f"x,nowhere,shop\ny,{URL}/3,moon\n", "utf-8")
    answer = copycatch("import", sheet, "--json")
    (said,) = answer.fits("import")
    assert answer.code == 1
    assert (said["new"], said["problems"]) == (2, 2)
    assert f"{sheet}:4: " in answer.err and f"{sheet}:5: " in answer.err


def test_a_person_gets_one_line_per_file(copycatch, sheet: Path) -> None:
    answer = copycatch("import", sheet)
    assert answer.code == 0
    assert "2 new" in answer.out and "0 could not be read" in answer.out


def test_nothing_is_taken_when_one_file_is_of_another_kind(copycatch, sheet: Path, tmp_path: Path) -> None:
    other = tmp_path / "shops.xlsx"
    other.write_bytes(b"PK")
    for wrong in (other, tmp_path / "gone.csv"):
        answer = copycatch("import", sheet, wrong)
        assert (answer.code, answer.out) == (2, "")
        assert wrong.name in answer.err
    assert copycatch("search", "*").code == 4  # no index was made


def test_an_empty_list_is_not_a_healthy_run(copycatch, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("title,url\n")
    assert copycatch("import", tmp_path / "empty.csv").code == 3
