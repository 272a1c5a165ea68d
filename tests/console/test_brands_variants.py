"""`copycatch brands variants`: look-alike domains of a brand, most plausible first."""

from pathlib import Path

import pytest


def test_every_domain_says_what_made_it(copycatch) -> None:
    rows = copycatch("brands", "variants", "kimi", "--limit", "300", "--json").fits("brands_variants")
    assert len(rows) == 300
    assert [row["plausibility"] for row in rows] == sorted((row["plausibility"] for row in rows), reverse=True)
    made = {row["domain"]: row["fuzzer"] for row in rows}
    assert made["kimiai.com"] == "dictionary" and made["kimi.cn"] == "tld-swap" and "kimi.com" not in made
    assert len(set(made.values())) > 4
    assert not any(row["may_be_own"] for row in rows if row["fuzzer"] == "dictionary")


@pytest.mark.parametrize(("lang", "words"), [("en", "look-alike characters"), ("zh", "形近字符")])
def test_people_read_how_it_was_made(copycatch, monkeypatch: pytest.MonkeyPatch, lang: str, words: str) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    answer = copycatch("brands", "variants", "kimi", "--limit", "600")
    assert answer.code == 0 and words in answer.out


def test_where_the_brands_own_domains_are_not_collected_it_is_said(copycatch) -> None:
    answer = copycatch("brands", "variants", "doubao", "--limit", "50", "--json")
    assert all(row["may_be_own"] for row in answer.fits("brands_variants"))
    assert "no domain of this brand is collected" in answer.err


def test_own_words_take_the_place_of_the_built_in_ones(copycatch, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("# shops\n充值\n\n", "utf-8")
    rows = copycatch("brands", "variants", "kimi", "--words", path, "--json").fits("brands_variants")
    domains = {row["domain"] for row in rows}
    assert "kimichongzhi.com" in domains and "kimiapp.com" not in domains


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a\n" * (1 << 20)])
def test_a_list_that_is_none_is_wrong_use(copycatch, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    answer = copycatch("brands", "variants", "kimi", "--words", path)
    assert answer.code == 2 and "words.txt" in answer.err


def test_an_unknown_brand_lists_the_known_ones(copycatch) -> None:
    answer = copycatch("brands", "variants", "nobody")
    assert answer.code == 2 and "doubao" in answer.err
