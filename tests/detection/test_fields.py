"""Which texts of a listing are read, and how far."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.fields import MOST_READ, MOST_TEXTS, cut, fields
from detection.normalise import MAX_LENGTH
from tests.detection.conftest import make_listing

OFFER = "代过人脸 失败全退 私聊"


def read(listing) -> int:
    return sum(len(field.text.raw) for field in fields(listing))


@given(st.integers(0, 3 * MAX_LENGTH), st.integers(0, 3 * MAX_LENGTH))
def test_windows_lie_in_the_text_and_stay_below_the_limits(title, description) -> None:
    listing = make_listing("长" * title, description="文" * description)
    for field in fields(listing):
        assert field.raw[field.text.base :].startswith(field.text.raw)
    assert read(listing) <= min(title, MAX_LENGTH) + min(description, MAX_LENGTH) <= MOST_READ
    assert cut(listing) is (max(title, description) > MAX_LENGTH)


@pytest.mark.parametrize("place", ["beginning", "end", "all over"])
def test_an_offer_in_a_long_harmless_text_is_quoted_from_where_it_stands(judged, place) -> None:
    pages = "今天天气很好，适合出门散步。" * 6000
    text = {"beginning": OFFER + pages, "end": pages + OFFER, "all over": (pages[:700] + OFFER) * 100}[place]
    judgement = judged("说明", description=text, source_kind="second_hand", price="30")
    quotes = [one for violation in judgement.violations for one in violation.evidence if one.field == "description"]
    assert any(one.quote == "代过人脸" and text[one.start : one.end] == one.quote for one in quotes)
    assert "unseen.long_text" in judgement.unseen


def test_many_texts_are_read_up_to_a_limit() -> None:
    listing = make_listing("t", reviews=("好",) * (3 * MOST_TEXTS))
    assert len(list(fields(listing))) == MOST_TEXTS
    assert cut(listing)
    long = make_listing("t", reviews=("好" * MAX_LENGTH,) * 10)
    assert read(long) == MOST_READ
    assert cut(long)


def test_what_others_say_is_told_from_the_sellers_own_words() -> None:
    listing = make_listing("t", options=("a",), reviews=("b",), questions=("c",), qr_text=("d",))
    own = {field.name: field.own_words for field in fields(listing)}
    assert own == {"title": True, "options[0]": True, "qr_text[0]": True, "reviews[0]": False, "questions[0]": False}
