"""Disguised words are read, each by its kind of disguise; look-alikes of disguise are left alone."""

from pathlib import Path

import pytest
import yaml

from detection.fields import Field
from detection.normalise import normalise
from detection.spotting import Spotter

EVASION = yaml.safe_load((Path(__file__).parent / "evasion.yml").read_text("utf-8"))
UNTOUCHED = EVASION.pop("untouched")
WORDS = sorted({row["word"] for rows in EVASION.values() for row in rows})
SPOTTER = Spotter(WORDS, [])


def spotted(raw: str) -> list:
    return SPOTTER.spot([Field("title", raw, normalise(raw), own_words=True)])


@pytest.mark.parametrize(
    ("kind", "raw", "word"),
    [(kind, row["text"], row["word"]) for kind, rows in EVASION.items() for row in rows],
)
def test_a_disguised_word_is_read_and_its_path_is_named(kind, raw, word) -> None:
    found = [seen for seen in spotted(raw) if seen.word == word]
    paths = [seen.field.text.steps(seen.how, seen.start, seen.end) for seen in found]
    assert any(kind in path for path in paths), paths
    assert all(seen.quote() and seen.quote() in raw for seen in found)


@pytest.mark.parametrize("kind", EVASION)
def test_every_kind_has_examples_enough(kind) -> None:
    assert len(EVASION[kind]) >= 6


@pytest.mark.parametrize("raw", UNTOUCHED)
def test_ordinary_texts_hold_no_disguised_word(raw) -> None:
    assert [(seen.word, seen.how, seen.quote()) for seen in spotted(raw) if seen.how != "joined"] == []


@pytest.mark.parametrize(
    "raw",
    [
        "换连 " * 3000,
        "huan lian " * 2000,
        "弓虽" * 9000,
        "6L+H5Lq66IS4 " * 1500,
        "脸换" * 9000,
        "👗👚" * 9000,
        "1换" * 9000,
    ],
)
def test_hostile_texts_give_no_more_words_than_characters(raw) -> None:
    found = spotted(raw)
    assert len(found) <= len(raw)
    for seen in found[:50]:
        assert raw[slice(*seen.field.text.span(seen.how, seen.start, seen.end))] == seen.quote() != ""


def test_a_far_fetched_reading_weighs_less_and_a_short_one_is_weak() -> None:
    pinyin, homophone = spotted("guo ren lian")[0], spotted("换连")[0]
    assert 0 < homophone.weight < pinyin.weight < 1
    assert homophone.weak
    assert not pinyin.weak
