"""Stance: signs by clause, and the numbers that the text model gets."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.fields import Field
from detection.look import Look
from detection.normalise import normalise
from detection.stance import FEATURES, clause_at, features, refused, signs_in
from detection.stance.signs import kinds
from detection.subject import Subject

KINDS = kinds()


def field(text: str, name: str = "title") -> Field:
    return Field(name, text, normalise(text), own_words=True)


def shown(text: str) -> set[str]:
    return {sign.kind for sign in signs_in([field(text)])}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_sign_shows_in_its_examples_only(kind) -> None:
    assert KINDS[kind].hits
    assert KINDS[kind].misses
    for text in KINDS[kind].hits:
        assert kind in shown(text), text
    for text in KINDS[kind].misses:
        assert kind not in shown(text), text


def test_a_pair_holds_only_near_and_in_one_clause() -> None:
    assert "absent" in shown("不用麻烦号主")
    assert "absent" not in shown("不用押金，号主自己来办")
    assert "absent" not in shown("不用担心物流太慢或者售后太差包装破损号主")


def test_a_sign_quotes_what_stands_there() -> None:
    text = field("代过，对方 根 本 不 知 道")
    sign = next(sign for sign in signs_in([text]) if sign.kind == "unaware")
    start, end = text.text.span("joined", sign.start, sign.end)
    assert text.raw[start:end].replace(" ", "") == "对方根本不知道"


def test_a_clause_that_refuses_is_told_from_its_neighbour() -> None:
    text = field("替人过脸的不接，老照片修复一张5元")
    against = refused(signs_in([text]))
    assert clause_at(text, "plain", text.raw.index("过脸")) in against
    assert clause_at(text, "plain", text.raw.index("老照片")) not in against


def test_features_have_stable_names_and_are_finite(listing, profiles) -> None:
    page = listing("代过人脸 不用本人 失败全退", reviews=("领导没发现",), source_kind="second_hand", price="30")
    values = dict(zip(FEATURES, features(Look(Subject(listing=page, profiles=profiles))), strict=True))
    assert len(FEATURES) == len(set(FEATURES))
    assert all(math.isfinite(value) and value >= 0 for value in values.values())
    assert values["own:absent"] == values["own:guarantee"] == values["others:unaware"] == values["priced"] == 1
    assert values["hits"] >= 1
    assert values["own:consented"] == 0


def test_an_empty_page_has_no_feature(listing, profiles) -> None:
    page = listing("", source_kind="site")
    assert set(features(Look(Subject(listing=page, profiles=profiles)))) == {0.0}


@given(st.text(alphabet=st.sampled_from("不用本人知道，。 免费a1代过人脸"), max_size=300))
def test_signs_stay_within_their_text(text) -> None:
    one = field(text)
    for sign in signs_in([one]):
        assert 0 <= sign.start < sign.end <= len(one.text.joined)


def test_a_text_full_of_signs_is_cut_off() -> None:
    assert len(list(signs_in([field("不用本人知道，" * 2800)]))) <= 2 * 2000
