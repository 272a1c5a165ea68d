"""Which findings are one unit, what never joins, what was cut, and that ids stay."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.ids import unit_id
from index.records import Decisions
from index.wording import flat
from takedown.cuts import cuts
from takedown.units.apart import cut_out
from takedown.units.forest import Forest
from takedown.units.joining import Joining, Member, Unit, Words

SAMPLE, SIGNER = "aa" * 32, "signer:" + "bb" * 32
TEXT = "text:0-0123456789abcdef"
OFFER = "正版小舟智聊会员，永久有效，自动发货，售后无忧，支持安卓和苹果，联系客服领取安装包和教程，先到先得，限时优惠。"


def member(number: int, **given: Any) -> Member:
    said: dict[str, Any] = {
        "finding": f"f1-{number:024x}", "listing": f"l1-{number:024x}", "marketplace": f"shop{number}:example.org",
        "group": "counterfeit", "brand": "xiaozhou", "verdict": "lead", "priority": 0.5,
        "first_seen": f"2026-11-25T08:00:{number % 60:02d}Z", "sample": None, "ties": (),
    }  # fmt: skip
    return Member(**{**said, **given})


def units(
    members: Sequence[Member],
    *,
    counts: Mapping[str, int] | None = None,
    words: Mapping[str, Words] | None = None,
    apart: Sequence[tuple[str, str]] = (),
) -> list[Unit]:
    joining = Joining(counts=lambda keys: counts or {}, words=(words or {}).get, apart=apart)
    for one in members:
        joining.add(one)
    return joining.units()


def sets(found: Sequence[Unit]) -> set[frozenset[int]]:
    return {frozenset(int(name[3:], 16) for name in unit.members) for unit in found}


def test_the_same_sample_at_many_marketplaces_is_one_unit_that_says_so() -> None:
    (unit,) = units([member(n, sample=SAMPLE, priority=n / 10) for n in range(1, 5)])
    assert unit.members[0] == member(1).finding and unit.id == unit_id(member(1).finding)
    assert len(unit.marketplaces) == 4 and unit.head == member(4).finding and unit.priority == 0.4
    assert [(reason.kind, reason.count) for reason in unit.reasons] == [("sample", 4)]


def test_another_brand_or_group_is_another_question() -> None:
    members = [
        member(1, sample=SAMPLE),
        member(2, sample=SAMPLE, brand="other"),
        member(3, sample=SAMPLE, group="shell"),
    ]
    assert sets(units(members)) == {frozenset({1}), frozenset({2}), frozenset({3})}


def test_the_same_signer_joins_for_the_same_brand_only_and_never_where_many_carry_it() -> None:
    members = [member(1, ties=(SIGNER,)), member(2, ties=(SIGNER,)), member(3, ties=(SIGNER,), brand=None)]
    assert sets(units(members)) == {frozenset({1, 2}), frozenset({3})}
    assert len(units(members, counts={SIGNER: 99})) == 2
    assert len(units(members, counts={SIGNER: 100})) == 3
    assert len(units([member(1, ties=("public_signer:cc",)), member(2, ties=("public_signer:cc",))])) == 2


def said(seller: str, text: str = OFFER, bare: str = "") -> Words:
    return Words(seller=seller, text=flat(text), bare=bare)


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (said("某店"), True),
        (said("某店", OFFER.replace("永久有效", "永久在线") + " ￥199"), True),
        (said("别店"), False),
        (
            said(
                "某店", "收二手手机，高价回收，上门取货，当面付款，旧机置换，诚信经营，多年老店，欢迎咨询，长期有效。"
            ),
            False,
        ),
        (said(""), False),
    ],
)
def test_the_same_seller_with_nearly_the_same_text(other: Words, together: bool) -> None:
    members = [member(n, ties=(TEXT,), marketplace="shop:example.org") for n in (1, 2)]
    words = {members[0].listing: said("某店"), members[1].listing: other}
    assert (len(units(members, words=words)) == 1) is together
    assert len(units(members, words=words, counts={TEXT: 100})) == 2
    elsewhere = [members[0], replace(members[1], marketplace="market:example.org")]
    assert len(units(elsewhere, words=words)) == 2  # a name is a name at one marketplace only


def test_each_text_is_asked_for_once_per_tie_and_only_where_it_is_shared() -> None:
    asked: list[str] = []

    def words(name: str) -> Words:
        asked.append(name)
        return said("某店")

    joining = Joining(counts=lambda keys: {}, words=words)
    for n in range(50):
        joining.add(member(n, ties=(TEXT,), marketplace="shop:example.org"))
    for n in range(50, 90):
        joining.add(member(n, ties=(f"text:0-{n:016x}",), marketplace="shop:example.org"))
    assert len(joining.units()) == 41 and len(asked) == 50


def test_sites_of_one_template_are_one_whoever_runs_them() -> None:
    key = "template:login:0-0123456789abcdef"
    members = [member(n, ties=(key,)) for n in (1, 2, 3)]
    bare = flat("欢迎下载最新版智能写作翻译绘画一次搞定无需登录即可体验扫码关注公众号获取安装包")
    words = {one.listing: said("", bare=bare) for one in members[:2]} | {members[2].listing: said("", bare="别的" * 20)}
    (pair,) = [unit for unit in units(members, words=words) if len(unit.members) > 1]
    assert [reason.kind for reason in pair.reasons] == ["template"] and len(pair.members) == 2
    assert len(units(members, words=words, counts={key: 100})) == 3


def test_the_id_stays_when_others_join_and_the_elder_names_a_merge() -> None:
    old, young = member(1, sample=SAMPLE), member(9, sample="cc" * 32)
    assert {unit.id for unit in units([old, young])} == {unit_id(old.finding), unit_id(young.finding)}
    joined = units(
        [old, member(5, sample=SAMPLE), member(7, sample=SAMPLE, ties=(SIGNER,)), replace(young, ties=(SIGNER,))]
    )
    assert [unit.id for unit in joined] == [unit_id(old.finding)]
    assert [reason.kind for reason in joined[0].reasons] == ["sample", "signer"]


def test_what_was_cut_stays_outside_and_the_body_keeps_together(records: Decisions) -> None:
    members = [member(n, sample=SAMPLE, ties=(SIGNER,)) for n in range(1, 6)]
    names = [one.finding for one in members]
    done = cut_out(
        records, names, names[:2], at="2026-11-25T08:00:00Z", by="li", reason="other app in the same archive"
    )
    assert done == 6 and len(cuts(records)) == 6
    assert cut_out(records, names, names[:2], at="2026-11-25T08:00:00Z", by="li", reason="again") == 0
    newcomer = member(6, sample=SAMPLE, ties=(SIGNER,))
    for order in ([*members, newcomer], [newcomer, *members[::-1]]):
        assert sets(units(order, apart=sorted(cuts(records)))) == {frozenset({1, 2}), frozenset({3, 4, 5, 6})}


@given(st.data())
def test_no_order_of_findings_changes_the_units_and_no_cut_is_ever_joined(data: st.DataObject) -> None:
    numbers = st.integers(0, 11)
    drawn = data.draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=12, max_size=12))
    members = [member(n, sample=f"{a:064x}", ties=(f"signer:{b}",)) for n, (a, b) in enumerate(drawn)]
    apart = [
        (member(a).finding, member(b).finding)
        for a, b in data.draw(st.lists(st.tuples(numbers, numbers), max_size=6))
        if a != b
    ]
    found = units(members, apart=apart)
    shuffled = list(members)
    random.Random(data.draw(st.integers(0, 99))).shuffle(shuffled)
    if not apart:
        assert found == units(shuffled)
    for unit in found:
        assert not any(a in unit.members and b in unit.members for a, b in apart)
    assert sorted(name for unit in found for name in unit.members) == sorted(one.finding for one in members)


def test_sets_are_joined_and_enemies_of_enemies_may_meet() -> None:
    forest = Forest(5, [(0, 1)])
    assert forest.join(0, 2) and forest.join(1, 3) and not forest.join(2, 3) and forest.join(3, 4)
    assert forest.find(4) == forest.find(1) != forest.find(0)
