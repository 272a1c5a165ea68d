"""Which listings may be carried."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.admission import MAX_NAME, MAX_PART, MAX_PARTS, MAX_TEXT, MAX_TITLE, admitted
from index.model import Listing
from index.reading import ReadError

GOOD = Listing(marketplace="shop:a", native_id="1", url="https://example.org/1", title="豆包", source_kind="shop")


def test_a_good_listing_stays_as_it_is() -> None:
    assert admitted(GOOD) == (GOOD, False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": " \n"}, "title is empty"),
        ({"native_id": ""}, "native_id is empty"),
        ({"native_id": "x" * (MAX_NAME + 1)}, "longer than"),
        ({"url": "javascript:alert(1)"}, "http address"),
        ({"url": "https://"}, "http address"),
        ({"url": "http://[::1"}, "http address"),
        ({"url": "https://example.org/" + "x" * MAX_NAME}, "http address"),
        ({"title": None}, "title"),
        ({"price": 12}, "price"),
        ({"source_kind": "bazaar"}, "source_kind"),
        ({"version_code": "7"}, "version_code"),
        ({"options": (1, 2)}, "options"),
        ({"counters": {"sales": object()}}, "shop:a"),
    ],
)
def test_a_bad_listing_is_refused_with_its_place(change: dict, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        admitted(replace(GOOD, **change))


def test_too_much_text_is_cut_not_refused() -> None:
    long = replace(
        GOOD,
        title="长" * (MAX_TITLE + 9),
        description="长" * (MAX_TEXT + 9),
        reviews=("短", "长" * (MAX_PART + 9)),
        options=("选项",) * (MAX_PARTS + 9),
    )
    listing, cut = admitted(long)
    assert cut
    assert len(listing.title) == MAX_TITLE and len(listing.description) == MAX_TEXT
    assert len(listing.reviews[1]) == MAX_PART and len(listing.options) == MAX_PARTS


@given(text=st.text(min_size=1, max_size=30))
def test_any_text_is_admitted_or_refused_and_can_be_stored(text: str) -> None:
    try:
        listing, _ = admitted(replace(GOOD, title=text, description=text))
    except ReadError:
        assert not text.strip()
    else:
        listing.title.encode()
