"""The words that marketplaces are asked for stand in the lexicon, and are short enough to find something."""

from pathlib import Path

import pytest

from detection.normalise import fold
from detection.search_words import SearchWord, search_words
from detection.terms import LEXICON, read_rules
from index.reading import ReadError

WORDS = search_words()


@pytest.mark.parametrize("word", WORDS, ids=lambda word: f"{word.violation}-{word.text}")
def test_a_search_word_holds_a_trade_word_of_its_file_and_is_terse(word: SearchWord) -> None:
    trade = {fold(each) for rule in read_rules(LEXICON / f"{word.violation}.yml") for each in rule.words}
    said = fold(word.text.replace("{brand}", ""))
    assert any(each in said for each in trade), word
    assert 2 <= len(word.text) <= 30 and len(word.text.split()) <= 4
    assert word.text.isascii() == (word.lang == "en")


def test_both_languages_are_asked_about_every_violation_that_has_words() -> None:
    langs = {violation: {word.lang for word in WORDS if word.violation == violation} for violation in
             {word.violation for word in WORDS}}  # fmt: skip
    assert len(langs) >= 15 and all(spoken == {"zh", "en"} for spoken in langs.values())
    assert [word.violation for word in WORDS if word.branded] == ["p2-6a"] * 9


@pytest.mark.parametrize("text", ["search: [a]", "search: {zh: 1}", "search: {fr: [mot]}", "search: {zh: [1]}", "- a"])
def test_a_malformed_list_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "p9-9.yml").write_text(text)
    with pytest.raises(ReadError, match=r"p9-9\.yml, search"):
        search_words(tmp_path)
