"""Provisions: what is not verified says so, and every reference leads somewhere."""

from pathlib import Path

import pytest

from index.laws import _table, provisions
from index.reading import ReadError
from index.taxonomy import taxonomy


def test_every_provision_has_a_title_and_says_whether_it_was_verified() -> None:
    found = {short: provisions(short) for short in taxonomy()}
    assert all(each.instrument.zh or each.instrument.en for each in sum(found.values(), ()))
    said = {(each.law, each.article): each.unverified for each in found["p2-6a"]}
    assert said[("cn-ecommerce", "42")] is False and said[("cn-civil-code", "1195")] is False
    assert said[("cn-trademark", "57")] is True, "an article that nobody compared"
    assert said[("cn-miit-app-filing", "")] is True, "a title that nobody compared"
    assert provisions("x-nothing") == ()


def test_an_article_that_is_not_listed_counts_as_unverified(tmp_path: Path) -> None:
    file = tmp_path / "laws.yml"
    head = 'laws:\n  a: {jurisdiction: CN, unverified: false, zh: 甲, en: A, articles: {"1": false}}\nviolations:\n'
    file.write_text(head + '  p2-6a: [[a, "2"], [a, "1"], [a, ""]]\n', "utf-8")
    laws, touched = _table(file)
    assert laws["a"].articles.get("2", True) and touched["p2-6a"] == (("a", "2"), ("a", "1"), ("a", ""))


@pytest.mark.parametrize(
    "text",
    ["", "laws: {}", "laws: {a: {}}\nviolations: {}", 'laws: {}\nviolations: {p2-6a: [[b, "1"]]}', "violations: [1]"],
)
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "laws.yml"
    file.write_text(text, "utf-8")
    with pytest.raises(ReadError, match=r"laws\.yml"):
        _table(file)
