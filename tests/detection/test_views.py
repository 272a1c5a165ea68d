"""Views that differ are said in the finding, and change no probability."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.judge import findings, judge
from detection.subject import Subject
from detection.views import DETECTOR, differences
from index.model import Listing, View, Visitor

BAD = Listing(
    marketplace="shop:a.example",
    native_id="1",
    url="http://a.example/1",
    title="AI一键脱衣软件 永久会员",
    description="上传照片自动脱衣，加QQ 123456789 购买，包教包会。",
    source_kind="shop",
    price="￥99",
)
HARMLESS = Listing(
    marketplace="shop:a.example",
    native_id="1",
    url="http://a.example/1",
    title="户外登山包 50 升",
    description="防水面料，双肩背负系统，七天无理由退货。",
    source_kind="shop",
    price="￥199",
)


def view(listing: Listing | None, state: str = "seen", **visitor: object) -> View:
    who = Visitor(**{"vantage": "上海联通", "lang": "zh-CN", "agent": "copycatch/0.1", **visitor})
    return View(
        listing_id="l1-x",
        at="2026-11-02T02:00:00Z",
        run_id="r",
        visitor=who,
        state=state,
        listing=listing,
    )


def test_what_was_shown_instead_is_said_in_both_languages_and_adds_nothing() -> None:
    plain = judge(Subject(listing=BAD))
    told = judge(Subject(listing=BAD, views=(view(HARMLESS, session=True),)))
    assert [one.probability for one in told.violations] == [one.probability for one in plain.violations]
    assert (told.verdict, told.priority, told.brand) == (plain.verdict, plain.priority, plain.brand)
    assert set(told.unseen) - set(plain.unseen) == {"unseen.views_differ"}
    [finding] = findings(BAD, told)
    said = [one for one in finding.violations[0].evidence if one.detector == DETECTOR]
    assert {one.observed for one in said} >= {"户外登山包 50 升", "￥199"}
    title = next(one for one in said if one.observed == HARMLESS.title)
    assert title.strength == title.share == 0 and title.violation == finding.violations[0].id
    assert "上海联通" in title.zh and "登录会话" in title.zh and "AI一键脱衣软件" in title.zh
    assert "2026-11-02T02:00:00Z" in title.en and "own session" in title.en


def test_a_harmless_listing_is_not_suspected_because_its_views_differ() -> None:
    told = judge(Subject(listing=HARMLESS, views=(view(BAD),)))
    plain = judge(Subject(listing=HARMLESS))
    assert told.verdict == plain.verdict == "benign" and told.violations == plain.violations
    assert "unseen.views_differ" in told.unseen  # said all the same


@pytest.mark.parametrize("state", ["gone", "off_shelf", "moved"])
def test_a_page_that_was_not_there_is_a_difference(state: str) -> None:
    [one] = differences(BAD, view(None, state))
    assert (one.field, one.here, one.there) == ("page", "seen", state)


@pytest.mark.parametrize("state", ["blocked", "error"])
def test_a_refused_look_says_nothing(state: str) -> None:
    assert list(differences(BAD, view(None, state))) == []


def test_what_moves_all_the_time_is_no_difference() -> None:
    same = Listing(
        **{
            **{name: getattr(BAD, name) for name in BAD.__slots__},
            "counters": {"views": 9.0},
            "reviews": ("好评",),
            "published_at": "2026-11-01",
            "description": BAD.description + " 欢迎咨询",
        }
    )
    assert list(differences(BAD, view(same))) == []


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_texts_can_be_compared_and_a_listing_equals_itself(title: str, description: str) -> None:
    one = Listing(marketplace="m", native_id="1", url="u", title=title, description=description, source_kind="shop")
    assert list(differences(one, view(one))) == []
    for found in differences(BAD, view(one)):
        assert len(found.there) <= 120
