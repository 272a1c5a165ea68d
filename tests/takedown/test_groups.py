"""Operator groups: what joins, what does not, what a person cut, and what a group says of itself."""

import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.ids import listing_id
from index.messages import LANGUAGES, text
from index.model import Finding, Judgement, Listing
from index.profile_parts import Name
from index.profiles import Package, Pin, Profile
from index.protocol import Index, Judged
from index.records import Decisions
from index.ties import ALONE, HUB, TOGETHER
from takedown.cuts import ALL, cut, pair
from takedown.groups import Groups, group_id, grouped, groups
from takedown.groups.joining import MOST_ALIKE, joined
from takedown.groups.member import Member, Stake
from tests.index.objects import finding, listing, violation

AT = "2026-11-25T08:00:00Z"
PIN = "ab" * 32
GENUINE = Profile(
    id="xiaozhou",
    names=(Name(text="小舟智聊"),),
    packages=(Package(id="org.example.xiaozhou"),),
    signers=(Pin(package="org.example.xiaozhou", store="vendor", sha256=PIN, sha1="cd" * 20),),
    domains=("xiaozhou.example",),
)


def name(number: int) -> str:
    return f"l1-{number:024x}"


def member(number: int, *, suspected: bool = True, **given: Any) -> Member:
    stakes = (Stake(finding_id=f"f1-{number:024x}", verdict="violation", brand="xiaozhou"),) if suspected else ()
    said: dict[str, Any] = {
        "listing_id": name(number),
        "marketplace": f"shop:market{number % 3}.example",
        "url": f"https://market{number % 3}.example/{number}",
        "title": f"小舟智聊 {number}",
        "source_kind": "shop",
        "seller": f"店铺{number}",
        "package_name": None,
        "first_seen": f"2026-11-{1 + number % 28:02}T08:00:00Z",
        "last_seen": AT,
        "stakes": stakes,
    }
    return Member(**{**said, **given})


def group(
    carried: dict[int, Iterable[str]], *others: Member, apart: frozenset[tuple[str, str]] = frozenset()
) -> Groups:
    known = {one.listing_id: one for one in (*map(member, carried), *others)}
    keys = {name(number): tuple(values) for number, values in carried.items()}
    return grouped(known, {listing: keys.get(listing, ()) for listing in known}, [GENUINE], apart)


def sets(found: Groups) -> list[set[int]]:
    return [{int(one.listing_id[3:], 16) for one in each.members} for each in found.groups]


@pytest.mark.parametrize("kind", ALONE)
def test_each_of_these_joins_alone(kind: str) -> None:
    found = group({1: [f"{kind}:x"], 2: [f"{kind}:x"], 3: [f"{kind}:y"]})
    assert sets(found) == [{1, 2}]
    (tie,) = found.groups[0].ties
    assert tie.joins and (tie.kind, tie.members) == (kind, (name(1), name(2))) and tie.zh and tie.en


@pytest.mark.parametrize("kind", TOGETHER)
def test_none_of_these_joins_alone(kind: str) -> None:
    assert sets(group({1: [f"{kind}:x", f"{kind}:y"], 2: [f"{kind}:x", f"{kind}:y"]})) == []


def test_two_kinds_join_only_where_the_same_two_listings_share_both() -> None:
    assert sets(group({1: ["icon:a", "text:0-b"], 2: ["icon:a", "text:0-b"]})) == [{1, 2}]
    assert sets(group({1: ["icon:a"], 2: ["icon:a", "text:0-b"], 3: ["text:0-b"]})) == []


def test_any_band_of_a_copied_thing_will_do() -> None:
    carried = {1: ["code:0-q", "code:1-x", "icon:a"], 2: ["code:1-x", "icon:a"], 3: ["code:0-q"]}
    assert sets(group(carried)) == [{1, 2}]


def test_wording_and_its_template_are_one_and_the_same_evidence() -> None:
    assert sets(group({1: ["template:-:0-a", "text:0-b"], 2: ["template:-:0-a", "text:0-b"]})) == []


@pytest.mark.parametrize("kind", ["contact", "signer", "domain", "sample"])
def test_what_hundreds_carry_ties_nobody_and_is_shown(kind: str) -> None:
    found = group({number: [f"{kind}:x"] for number in range(HUB)})
    assert found.groups == () and found.tie_nobody == {f"{kind}:x": ("hub", HUB)}
    assert len(group({number: [f"{kind}:x"] for number in range(HUB - 1)}).groups[0].members) == HUB - 1


def test_a_key_that_anybody_has_ties_nobody() -> None:
    found = group(
        {1: ["public_signer:x", "contact:qq:1"], 2: ["public_signer:x", "contact:qq:1"], 3: ["public_signer:x"]}
    )
    assert sets(found) == [{1, 2}]
    assert [(tie.kind, tie.joins, tie.why_not) for tie in found.groups[0].ties] == [
        ("contact", True, ""),
        ("public_signer", False, "public"),
    ]


def test_counterfeits_that_copied_the_genuine_app_are_not_one_operator() -> None:
    """Nor is its owner one of them: icon, wording and service contact are the genuine app's."""
    copied = ["icon:a", "text:0-b", "contact:qq:10000", "code:0-c"]
    owner = member(9, suspected=False)
    known = {one.listing_id: one for one in (member(1), member(2), owner)}
    carried = {name(1): copied, name(2): copied, name(9): [*copied, f"signer:{PIN}"]}
    found = grouped(known, carried, [GENUINE])
    assert found.groups == () and {why for why, _ in found.tie_nobody.values()} == {"genuine"}


def test_a_package_name_that_anybody_can_state_hides_no_contact() -> None:
    bait = member(9, suspected=False, package_name="org.example.xiaozhou")
    known = {one.listing_id: one for one in (member(1), member(2), bait)}
    carried = {name(n): ["contact:qq:1", "icon:a", "text:0-b"] for n in (1, 2, 9)}
    (found,) = grouped(known, carried, [GENUINE]).groups
    assert [tie.kind for tie in found.ties if tie.joins] == ["contact"]
    assert {tie.why_not for tie in found.ties if not tie.joins} == {"genuine"}


def test_who_offers_the_genuine_package_as_his_own_is_known_by_his_contact_only() -> None:
    package = [f"signer:{PIN}", "sample:g", "icon:g", "code:0-g"]
    found = group(
        {1: [*package, "contact:qq:1"], 2: [*package, "contact:qq:2"], 3: ["contact:qq:1", "icon:g", "code:0-g"]}
    )
    assert sets(found) == [{1, 3}]
    assert [(tie.kind, tie.joins) for tie in found.groups[0].ties] == [
        ("contact", True),
        ("code", False),
        ("icon", False),
    ]


@pytest.mark.parametrize("key", ["domain:xiaozhou.example", "contact:mail:help@xiaozhou.example", f"signer:{PIN}"])
def test_what_is_the_brand_s_own_ties_nobody(key: str) -> None:
    assert group({1: [key], 2: [key]}).groups == ()


def test_mail_of_the_marketplace_ties_nobody() -> None:
    key = "contact:mail:service@market0.example"
    assert group({3: [key], 6: [key]}).tie_nobody == {key: ("marketplace", 2)}


def test_what_stands_on_the_other_pages_of_a_marketplace_too_is_its_own() -> None:
    key = "contact:qq:4008000"
    suspected = {number: [key] for number in (3, 6)}
    page = [member(number, suspected=False) for number in range(9, 24, 3)]
    known = {one.listing_id: one for one in (*map(member, suspected), *page)}
    assert grouped(known, dict.fromkeys(known, (key,)), []).tie_nobody == {key: ("marketplace", 7)}
    some = {
        listing: (key,) if one.suspected or number < 4 else () for number, (listing, one) in enumerate(known.items())
    }
    assert sets(grouped(known, some, [])) == [{3, 6}]


def test_six_sellers_with_one_contact_at_one_marketplace_are_a_group() -> None:
    assert sets(group({number: ["contact:qq:1"] for number in range(3, 21, 3)})) == [set(range(3, 21, 3))]


def test_what_nobody_suspects_makes_no_group_and_connects_none() -> None:
    warning = member(9, suspected=False)
    dismissed = member(
        8, stakes=(Stake(finding_id="f1-8", verdict="violation", answer="dismiss", reason="discussion"),)
    )
    known = {one.listing_id: one for one in (*map(member, (1, 2, 3, 4)), dismissed, warning)}
    carried = {name(n): ["contact:qq:1"] for n in (1, 2)} | {name(n): ["contact:qq:2"] for n in (3, 4)}
    carried |= {name(9): ["contact:qq:1", "contact:qq:2"], name(8): ["contact:qq:2"]}
    found = grouped(known, carried, [])
    assert sets(found) == [{1, 2}, {3, 4}]
    assert [[one.listing_id for one in each.beside] for each in found.groups] == [[], [name(8)]]


def test_a_confirmed_finding_counts_whatever_the_machine_says_now() -> None:
    confirmed = member(1, stakes=(Stake(finding_id="f1-1", verdict="benign", answer="confirm"),))
    known = {one.listing_id: one for one in (confirmed, member(2))}
    (found,) = grouped(known, dict.fromkeys(known, ("contact:qq:1",)), []).groups
    assert (found.confirmed, found.open, found.dismissed) == (1, 1, 0)


def test_a_pair_that_was_cut_stays_apart_and_the_rest_goes_with_the_older() -> None:
    everybody = {number: ["contact:qq:1"] for number in (1, 2, 3, 4)}
    assert sets(group(everybody, apart=frozenset({pair(name(1), name(3))}))) == [{1, 2, 4}]
    cut_in_two = frozenset({pair(name(a), name(b)) for a in (1, 2) for b in (3, 4)})
    assert sets(group(everybody, apart=cut_in_two)) == [{1, 2}, {3, 4}]


def test_a_cut_holds_across_other_ties() -> None:
    carried = {1: ["contact:qq:1"], 2: ["contact:qq:1", "signer:a"], 3: ["signer:a"]}
    assert sets(group(carried)) == [{1, 2, 3}]
    assert sets(group(carried, apart=frozenset({pair(name(1), name(3))}))) == [{2, 3}]


def test_a_value_is_cut_for_one_listing_or_for_all() -> None:
    carried = {1: ["contact:qq:1"], 2: ["contact:qq:1"], 3: ["contact:qq:1"]}
    assert sets(group(carried, apart=frozenset({pair("contact:qq:1", name(3))}))) == [{1, 2}]
    found = group(carried, apart=frozenset({pair("contact:qq:1", ALL)}))
    assert found.groups == () and found.tie_nobody == {"contact:qq:1": ("cut", 3)}


def test_the_id_stays_when_others_join_and_old_ids_still_lead_there() -> None:
    before = group({5: ["contact:qq:1"], 6: ["contact:qq:1"]}).groups[0]
    later = group({5: ["contact:qq:1"], 6: ["contact:qq:1"], 7: ["contact:qq:1"], 8: ["contact:qq:1"]})
    assert later.groups[0].id == before.id == group_id(name(5))
    merged = group({2: ["contact:qq:1"], 5: ["contact:qq:1"], 6: ["contact:qq:1"]})
    assert merged.groups[0].id != before.id and merged.named(before.id) is merged.groups[0] is merged.named(name(6))
    assert merged.named("g1-") is None and merged.named("l1-ffffffff") is None


def test_bands_of_one_wording_are_one_tie_and_stated_digests_no_echo() -> None:
    keys = ["text:0-a", "text:1-b", "signer:x", "stated_signer:x", "stated_signer:y"]
    (found,) = group({1: keys, 2: keys}).groups
    assert [(tie.kind, tie.keys) for tie in found.ties] == [
        ("signer", ("signer:x",)),
        ("text", ("text:0-a", "text:1-b")),
    ]


def test_a_group_says_what_was_not_seen() -> None:
    blind = Stake(finding_id="f1-1", verdict="lead", unseen=("unseen.sample",))
    seen = Stake(finding_id="f1-2", verdict="violation", sampled=True)
    known = {one.listing_id: one for one in (member(1, stakes=(blind,)), member(2, stakes=(seen,)))}
    (found,) = grouped(known, dict.fromkeys(known, ("contact:qq:1",)), []).groups
    assert (found.sampled, found.unseen) == (1, {"unseen.sample": 1})
    assert found.marketplaces == {"shop:market1.example": 1, "shop:market2.example": 1}


def test_hundreds_of_stated_certificates_cost_no_square() -> None:
    many = [f"stated_signer:{number:032x}" for number in range(2_000)]
    carried = {str(node): [*many, "icon:a", "text:0-b"] for node in range(50)}
    assert [len(one) for one in joined(carried)] == [50]
    only = {str(node): [*many, *(f"icon:{number}" for number in range(2_000))] for node in range(10)}
    assert [len(one) for one in joined(only)] == [10] and MOST_ALIKE**2 < 100


VALUES = st.sampled_from(["contact:1", "contact:2", "signer:1", "icon:1", "icon:2", "text:1", "code:1", "domain:1"])
CARRIED = st.dictionaries(st.sampled_from("abcdefgh"), st.sets(VALUES, max_size=4).map(sorted), max_size=8)
APART = st.frozensets(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=4)


@given(CARRIED, APART.map(lambda pairs: {pair(a, b) for a, b in pairs if a != b}))
def test_no_cut_is_ever_crossed_and_sets_are_apart(carried: dict[str, list[str]], apart: set[tuple[str, str]]) -> None:
    found = joined(carried, apart)
    placed = [node for nodes in found for node in nodes]
    assert len(placed) == len(set(placed)) and all(len(nodes) > 1 for nodes in found)
    assert not [cut for cut in apart if any(set(cut) <= set(nodes) for nodes in found)]


@given(CARRIED, st.randoms(use_true_random=False))
def test_without_cuts_the_order_makes_no_difference(carried: dict[str, list[str]], chance: random.Random) -> None:
    shuffled = list(carried.items())
    chance.shuffle(shuffled)
    as_sets = [{frozenset(nodes) for nodes in joined(each)} for each in (carried, dict(shuffled))]
    assert as_sets[0] == as_sets[1]


def put(index: Index, number: int, ties: Iterable[str], **fields: object) -> tuple[Listing, Finding]:
    one = listing(number, **fields)
    found = finding(one, brand="xiaozhou")
    judgement = Judgement(verdict="violation", violations=(violation(),), brand="xiaozhou", priority=0.5)
    index.put([Judged(listing=one, judgement=judgement, findings=(found,), ties=tuple(ties))], run_id="r", at=AT)
    return one, found


def test_groups_of_a_real_index_with_real_cuts(index: Index, records: Decisions) -> None:
    for number in (1, 2, 3):
        put(index, number, ["contact:qq:1"], seller=f"店铺{number}")
    one, other, third = (listing_id("shop:market.example", str(number)) for number in (1, 2, 3))
    (before,) = groups(index, records, {}).groups
    assert {m.listing_id for m in before.members} == {one, other, third} and before.brands == {"xiaozhou": 3}
    cut(records, "contact:qq:1", other, kind_of="tie", at=AT, by="lin", reason="转述他人")
    (after,) = groups(index, records, {}).groups
    assert {m.listing_id for m in after.members} == {one, third}
    assert groups(index, records, {}).looked_at == 3


def test_every_kind_and_reason_has_its_words() -> None:
    for lang in LANGUAGES:
        assert all(
            text(f"groups.tie.{kind}", lang, count=2, value="x") for kind in (*ALONE, *TOGETHER, "public_signer")
        )
        assert all(
            text(f"groups.not.{why}", lang, total=2)
            for why in ("alone", "hub", "genuine", "marketplace", "public", "cut")
        )
