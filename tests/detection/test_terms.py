"""Every rule of the lexicon and every frame runs its own examples."""

import pytest

from detection.fields import fields
from detection.look import Look
from detection.scoring import LEAD_FROM, verdict
from detection.stance import frames, frames_of, priced
from detection.subject import Subject
from detection.terms import LEXICON, Lexicon, lexicon, read_rules
from index.messages import text
from index.reading import ReadError

RULES = list(lexicon().rules)
NAMED = {f"{rule.violation}:{rule.words[0]}": rule for rule in RULES}


def test_rules_have_names_of_their_own() -> None:
    assert len(NAMED) == len(RULES)


@pytest.mark.parametrize("name", NAMED)
def test_a_rule_hits_its_examples_and_misses_the_others(name, judged, listing, profiles) -> None:
    rule = NAMED[name]
    offer = {"source_kind": "second_hand", "price": "30"}
    for title in rule.hits:
        subject = Subject(listing=listing(title, **offer), profiles=profiles)
        hits = Lexicon([rule]).hits(
            list(fields(subject.listing)), priced=priced(subject.listing), branded=Look(subject).branded
        )
        assert list(hits), title
        assert highest(judged(title, **offer), rule.violation) >= LEAD_FROM, title
    for title in rule.misses:
        against = [one for one in judged(title, **offer).violations if one.id == rule.violation]
        assert verdict(against) == "benign", title


@pytest.mark.parametrize("name", NAMED)
def test_a_rule_shows_where_it_stops(name) -> None:
    assert NAMED[name].misses


def highest(judgement, violation) -> float:
    return max((v.probability for v in judgement.violations if v.id == violation), default=0.0)


@pytest.mark.parametrize("frame", frames(), ids=lambda frame: frame.id)
def test_a_frame_holds_in_its_examples(frame, listing) -> None:
    kind = frame.places[0] if frame.places else "site"
    for title in frame.hits:
        page = listing(title, source_kind=kind)
        assert frame.id in {held.id for held, *_ in frames_of(page, list(fields(page)))}, title
    for title in frame.misses:
        page = listing(title, source_kind=kind)
        assert frame.id not in {held.id for held, *_ in frames_of(page, list(fields(page)))}, title
    assert frame.hits
    assert frame.misses
    assert text(f"detection.frame_{frame.id}", "zh")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[]", "not a lexicon file"),
        ("rules: [3]", "rule 1: expected fields"),
        ("rules:\n- {words: [换脸], strength: 1, typo: 2}", "rule 1: unknown field typo"),
        ("rules:\n- {words: [换脸], strength: strong}", "rule 1: Expected `float`"),
        ("rules:\n- {words: [], strength: 1}", "rule 1: a word is empty"),
        ("rules:\n- {words: ['\u200b'], strength: 1}", "rule 1: a word is empty"),
        ("rules:\n- {words: [换脸], strength: 1, also: [p9-9]}", "'p9-9' is not in the taxonomy"),
        ("rules: [", "not a lexicon file"),
    ],
)
def test_a_broken_lexicon_names_file_and_rule(tmp_path, content, complaint) -> None:
    path = tmp_path / "p1-1c.yml"
    path.write_text(content, "utf-8")
    with pytest.raises(ReadError, match=r"p1-1c\.yml") as error:
        read_rules(path)
    assert complaint in str(error.value)


def test_every_lexicon_file_is_named_after_a_violation() -> None:
    assert {rule.violation for rule in RULES} == {path.stem for path in LEXICON.glob("*.yml")}


def test_words_of_different_fields_never_join(listing) -> None:
    page = listing("过人", description="脸 代过", source_kind="second_hand", price="30")
    assert not [
        hit for hit in lexicon().hits(list(fields(page)), priced=True, branded=lambda: False) if "脸" in hit.rule.words
    ]


def test_repeated_words_cost_linear_time_and_one_hit(listing) -> None:
    page = listing("代过人脸 " * 4000, source_kind="second_hand", price="30")
    hits = list(lexicon().hits(list(fields(page)), priced=True, branded=lambda: False))
    assert len(hits) == len({hit.rule for hit in hits}) < 10
