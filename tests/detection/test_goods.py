"""Prices and topics that do not fit the goods of the title: signs, never enough alone."""

import pytest

from detection.fields import fields
from detection.goods import all_goods, in_cny, misplaced, named, odd_price
from detection.stance import signs_in


def aside(page):
    return misplaced(list(signs_in(list(fields(page)))), named(page.title))


@pytest.mark.parametrize("goods", all_goods(), ids=lambda goods: goods.id)
def test_goods_are_named_by_each_of_their_words(goods) -> None:
    assert all(named(f"全新 {word} 包邮") is not None for word in goods.words)


def test_a_title_without_goods_names_none() -> None:
    assert named("便签本 app") is None


@pytest.mark.parametrize(
    ("price", "cny"),
    [
        ("12", 12),
        ("¥1280.50", 1280.5),
        ("$10", 72),
        ("NT$100", 22),
        ("30U", 216),
        ("面议", None),
        (None, None),
        ("9" * 40, 999999999),
    ],
)
def test_prices_are_read_roughly(price, cny) -> None:
    assert in_cny(price) == (pytest.approx(cny) if cny is not None else None)


def test_a_far_price_is_odd_and_a_near_one_is_not(listing) -> None:
    case = named("手机壳")
    assert odd_price(listing("手机壳", price="1280"), case)
    assert not odd_price(listing("手机壳", price="39"), case)
    assert not odd_price(listing("手机壳", price="0"), case)
    assert not odd_price(listing("手机壳"), case)
    assert not odd_price(listing("便签", price="99999"), None)


def test_what_is_told_aside_is_misplaced(listing) -> None:
    page = listing("充电器 正品", description="包邮", reviews=("刷脸过了，老板稳",))
    assert aside(page).quote() == "刷脸"
    assert aside(listing("充电器 刷脸付款可用", reviews=("刷脸过了",))) is None
    assert aside(listing("智能门锁", reviews=("刷脸很快",))) is None
    assert aside(listing("便签", reviews=("刷脸过了",))) is None


def test_odd_price_and_topic_alone_are_no_finding(judged) -> None:
    page = {"source_kind": "second_hand", "price": "1280", "reviews": ("刷脸支付买的，好用",)}
    assert judged("手机壳 来图定制", **page).verdict == "benign"


def test_they_add_to_an_offer_and_say_so(judged) -> None:
    page = {"source_kind": "second_hand", "price": "880", "reviews": ("号主不在也给刷脸过了，领导没发现",)}
    said = [one for v in judged("手机壳 来图定制", **page).violations if v.id == "p1-2b" for one in v.evidence]
    assert any("手机壳" in one.zh and one.quote == "刷脸" for one in said)
    assert any("880" in one.en and "phone case" in one.en for one in said)
