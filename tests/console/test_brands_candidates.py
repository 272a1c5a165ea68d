"""`copycatch brands candidates`: from lists to addresses that `crawl lookalike_site` takes."""

from pathlib import Path

import pytest


@pytest.fixture
def new(tmp_path: Path) -> Path:
    path = tmp_path / "new.csv"
    path.write_text("domain\nexample.org\ndeepseek-guanwang.cn\nwww.deepseek.com\n", "utf-8")
    return path


def test_candidates_say_whom_they_resemble_and_where_they_stood(copycatch, new: Path) -> None:
    (row,) = copycatch("brands", "candidates", new, "--json").fits("brands_candidates")
    assert (row["host"], row["brand"], row["source"]) == ("deepseek-guanwang.cn", "deepseek", "new.csv:3")
    assert row["address"] == "http://deepseek-guanwang.cn/"


@pytest.mark.parametrize(("lang", "words"), [("en", "name and other words"), ("zh", "品牌名加词")])
def test_people_read_how(copycatch, new: Path, monkeypatch: pytest.MonkeyPatch, lang: str, words: str) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    assert words in copycatch("brands", "candidates", new).out


def test_variants_of_a_brand_are_candidates(copycatch) -> None:
    rows = copycatch("brands", "candidates", "--variants", "kimi", "--limit", "50", "--json").fits("brands_candidates")
    assert len(rows) == 50 and all(row["source"].startswith("variant:") for row in rows)


def test_the_written_file_is_what_crawl_takes(copycatch, new: Path, tmp_path: Path) -> None:
    out = tmp_path / "candidates.txt"
    copycatch("brands", "candidates", new, "--output", out)
    assert "# deepseek-guanwang.cn ~ www.deepseek.com" in out.read_text("utf-8")
    answer = copycatch("crawl", "lookalike_site", "--start", f"@{tmp_path / 'missing.txt'}")
    assert answer.code == 2 and "missing.txt" in answer.err
    out.write_text("# nothing but a remark\nftp://example.org/\n", "utf-8")
    answer = copycatch("crawl", "lookalike_site", "--start", f"@{out}")
    assert answer.code == 2 and "ftp://example.org/" in answer.err


def test_without_anything_to_read_it_is_wrong_use(copycatch) -> None:
    assert copycatch("brands", "candidates").code == 2


def test_a_brand_without_domain_cannot_be_compared(copycatch) -> None:
    answer = copycatch("brands", "candidates", "--variants", "doubao")
    assert answer.code == 2 and "doubao" in answer.err
