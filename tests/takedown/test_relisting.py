"""What a person confirmed is recognised under a new name, package or signer; nothing weak accuses anybody."""

from collections.abc import Iterable
from typing import Any

import pytest

from index.ids import listing_id
from index.model import Finding, Judgement, Listing, Observation
from index.profile_parts import Name, Package, Pin
from index.profiles import Profile
from index.protocol import Index, Judged
from index.records import Decisions
from index.ties import ALONE, HUB
from takedown.cuts import ALL, cut
from takedown.notices import NoticeBook
from takedown.relisting import Change, Relisting, Relistings, relisted
from tests.index.objects import finding, listing, violation
from tests.takedown.answers import say
from tests.takedown.objects import content, target

FIRST, DECIDED, GONE, GONE_AGAIN, LATER = (f"2026-11-{day}T08:00:00Z" for day in (10, 12, 15, 16, 20))
PIN = "ab" * 32
PROFILES = {
    "xiaozhou": Profile(
        id="xiaozhou",
        names=(Name(text="小舟智聊"),),
        packages=(Package(id="org.example.xiaozhou"),),
        signers=(Pin(package="org.example.xiaozhou", store="vendor", sha256=PIN),),
    )
}


def put(index: Index, number: int, ties: Iterable[str], *, at: str, flagged: bool = True, **fields: Any) -> Finding:
    one = listing(number, **{"seller": f"店铺{number}", **fields})
    found = finding(one, brand="xiaozhou")
    judgement = Judgement(verdict="violation" if flagged else "benign", violations=(violation(),) if flagged else ())
    held = (found,) if flagged else ()
    index.put([Judged(listing=one, judgement=judgement, findings=held, ties=tuple(ties))], run_id="r", at=at)
    return found


def confirmed(index: Index, records: Decisions, ties: Iterable[str], number: int = 1, **fields: Any) -> Finding:
    found = put(index, number, ties, at=FIRST, **fields)
    say(records, f"u1-{number}", "confirm", found.id, at=DECIDED)
    return found


def gone(index: Index, found: Finding) -> None:
    for run, at in (("r2", GONE), ("r3", GONE_AGAIN)):
        index.observe([Observation(listing_id=found.listing_id, at=at, state="gone", run_id=run)])


def of(index: Index, records: Decisions, number: int) -> Relisting | None:
    name = listing_id("shop:market.example", str(number))
    narrow = Relistings(index, records, PROFILES, only=[name]).of([name]).get(name)
    assert narrow == Relistings(index, records, PROFILES).of([name]).get(name)
    return narrow


@pytest.mark.parametrize("kind", ALONE)
def test_the_same_operator_or_sample_under_another_name_is_recognised(
    index: Index, records: Decisions, kind: str
) -> None:
    old = confirmed(index, records, [f"{kind}:x", "signer:one"], title="小舟智聊官方版", package_name="org.a")
    gone(index, old)
    put(index, 2, [f"{kind}:x", "signer:two"], at=LATER, title="大船聊天", package_name="org.b")
    found = of(index, records, 2)
    assert found is not None and (found.how, found.gone_at, found.seen_at) == ("relisted", GONE, LATER)
    assert found.earlier.finding_ids == (old.id,) and found.earlier.decision == "u1-1:1"
    assert f"{kind}" in [tie.kind for tie in found.ties] and found.earlier_title == "小舟智聊官方版"
    assert {change.field for change in found.changed} >= {"title", "package_name", "seller", "signer"}
    assert Change(field="package_name", before="org.a", after="org.b") in found.changed
    assert "疑似" in found.zh and "名称" in found.zh and "suspected" in found.en and "signer" in found.en


@pytest.mark.parametrize("weak", ["icon:a", "text:0-b", "code:0-c", "stated_signer:d", "template:-:0-e"])
def test_nothing_weak_recognises_alone(index: Index, records: Decisions, weak: str) -> None:
    gone(index, confirmed(index, records, [weak]))
    put(index, 2, [weak], at=LATER)
    assert of(index, records, 2) is None


def test_two_weak_ones_recognise_only_where_they_are_about_different_things(index: Index, records: Decisions) -> None:
    gone(index, confirmed(index, records, ["icon:a", "text:0-b", "template:-:0-e"]))
    put(index, 2, ["icon:a", "text:0-b"], at=LATER)
    put(index, 3, ["text:0-b", "template:-:0-e"], at=LATER)
    assert of(index, records, 2) is not None and of(index, records, 3) is None


def test_weak_ties_to_different_listings_do_not_add_up(index: Index, records: Decisions) -> None:
    confirmed(index, records, ["icon:a"], 1)
    confirmed(index, records, ["text:0-b"], 2)
    put(index, 3, ["icon:a", "text:0-b"], at=LATER)
    assert of(index, records, 3) is None


def test_a_public_key_recognises_nobody(index: Index, records: Decisions) -> None:
    confirmed(index, records, ["public_signer:x"])
    put(index, 2, ["public_signer:x"], at=LATER)
    assert of(index, records, 2) is None


def test_what_hundreds_carry_recognises_nobody(index: Index, records: Decisions) -> None:
    confirmed(index, records, ["contact:qq:1"])
    for number in range(2, HUB + 1):
        put(index, number, ["contact:qq:1"], at=LATER)
    assert of(index, records, HUB) is None and relisted(index, records, PROFILES) == []


def test_what_both_copied_from_the_genuine_app_recognises_nobody(index: Index, records: Decisions) -> None:
    copied = ["contact:qq:10000", "icon:a", "text:0-b"]
    gone(index, confirmed(index, records, copied))
    put(index, 9, [*copied, f"signer:{PIN}"], at=FIRST, flagged=False)
    put(index, 2, copied, at=LATER)
    assert of(index, records, 2) is None and of(index, records, 9) is None


def test_the_owner_is_no_relisting_of_a_counterfeit_that_copied_his_page(index: Index, records: Decisions) -> None:
    confirmed(index, records, ["icon:a", "text:0-b"])
    put(index, 9, ["icon:a", "text:0-b"], at=LATER, flagged=False, package_name="org.example.xiaozhou")
    assert of(index, records, 9) is None


def test_while_the_earlier_one_stands_it_is_another_and_of_before_it_is_nothing(
    index: Index, records: Decisions
) -> None:
    confirmed(index, records, ["contact:qq:1"])
    put(index, 2, ["contact:qq:1"], at="2026-11-11T08:00:00Z")
    put(index, 3, ["contact:qq:1"], at=LATER)
    assert of(index, records, 2) is None
    third = of(index, records, 3)
    assert third is not None and (third.how, third.gone_at) == ("another", "")


def test_what_was_there_before_the_earlier_one_went_is_no_relisting(index: Index, records: Decisions) -> None:
    gone(index, confirmed(index, records, ["contact:qq:1"]))
    put(index, 2, ["contact:qq:1"], at="2026-11-11T08:00:00Z")
    put(index, 3, ["contact:qq:1"], at="2026-11-13T08:00:00Z")
    between = of(index, records, 3)
    assert of(index, records, 2) is None and between is not None and between.how == "another"


def test_one_look_that_missed_it_makes_no_return(index: Index, records: Decisions) -> None:
    old = confirmed(index, records, ["contact:qq:1"])
    index.observe([Observation(listing_id=old.listing_id, at=GONE, state="gone", run_id="r2")])
    index.observe([Observation(listing_id=old.listing_id, at=LATER, state="seen", run_id="r3")])
    assert of(index, records, 1) is None


def test_one_look_that_missed_it_makes_no_relisting(index: Index, records: Decisions) -> None:
    old = confirmed(index, records, ["contact:qq:1"])
    index.observe([Observation(listing_id=old.listing_id, at=GONE, state="gone", run_id="r2")])
    index.observe([Observation(listing_id=old.listing_id, at=GONE_AGAIN, state="blocked", run_id="r3")])
    put(index, 2, ["contact:qq:1"], at=LATER)
    found = of(index, records, 2)
    assert found is not None and found.how == "another"


def test_the_same_listing_is_back(index: Index, records: Decisions) -> None:
    old = confirmed(index, records, ["contact:qq:1"])
    gone(index, old)
    assert of(index, records, 1) is None
    index.observe([Observation(listing_id=old.listing_id, at=LATER, state="seen", run_id="r4")])
    found = of(index, records, 1)
    assert found is not None and (found.how, found.gone_at, found.seen_at, found.changed) == ("back", GONE, LATER, ())


def test_a_relisting_stays_one_after_it_was_confirmed_itself(index: Index, records: Decisions) -> None:
    gone(index, confirmed(index, records, ["contact:qq:1"]))
    new = put(index, 2, ["contact:qq:1"], at=LATER)
    say(records, "u1-2", "confirm", new.id, at="2026-11-21T08:00:00Z")
    found = of(index, records, 2)
    assert found is not None and found.how == "relisted" and of(index, records, 1) is None


def test_what_a_person_dismissed_or_cut_is_none(index: Index, records: Decisions) -> None:
    old = confirmed(index, records, ["contact:qq:1"])
    two, three = (put(index, number, ["contact:qq:1"], at=LATER) for number in (2, 3))
    say(records, "u1-2", "dismiss", two.id, reason="discussion")
    cut(records, old.listing_id, three.listing_id, kind_of="listing", at=LATER, by="lin", reason="两家")
    put(index, 4, ["contact:qq:1"], at=LATER)
    assert [one.listing_id for one in relisted(index, records, PROFILES)] == [listing_id("shop:market.example", "4")]
    assert of(index, records, 2) is None and of(index, records, 3) is None
    cut(records, "contact:qq:1", ALL, kind_of="tie", at=LATER, by="lin", reason="平台客服")
    assert relisted(index, records, PROFILES) == []


def test_what_was_taken_back_recognises_nobody(index: Index, records: Decisions) -> None:
    old = confirmed(index, records, ["contact:qq:1"])
    say(records, "u1-1", "undo", old.id, undoes=1)
    put(index, 2, ["contact:qq:1"], at=LATER)
    assert of(index, records, 2) is None


def test_it_names_the_notices_and_all_that_it_is_tied_to(index: Index, records: Decisions) -> None:
    old = confirmed(index, records, ["contact:qq:1", "sample:x"], 1)
    confirmed(index, records, ["contact:qq:1"], 2)
    notice = NoticeBook(records).draft(
        content(target(finding_id=old.id, listing_id=old.listing_id)), at=DECIDED, by="lin"
    )
    put(index, 3, ["contact:qq:1", "sample:x"], at=LATER)
    (found,) = relisted(index, records, PROFILES, since=LATER)
    assert (found.earlier.listing_id, found.notices) == (old.listing_id, (notice.id,))
    assert found.also == (listing_id("shop:market.example", "2"),)
    assert [tie.kind for tie in found.ties] == ["sample", "contact"]
    assert relisted(index, records, PROFILES, since="2026-11-21T00:00:00Z") == []


def test_a_listing_that_nobody_suspects_is_recognised_by_its_sample_and_may_only_mention_a_contact(
    index: Index, records: Decisions
) -> None:
    gone(index, confirmed(index, records, ["signer:x", "contact:qq:1"]))
    put(index, 2, ["signer:x"], at=LATER, flagged=False)
    put(index, 3, ["contact:qq:1"], at=LATER, flagged=False)
    by_signer, warning = of(index, records, 2), of(index, records, 3)
    assert by_signer is not None and by_signer.how == "relisted"
    assert warning is not None and warning.how == "mention" and "曝光" in warning.zh
    assert [one.listing_id for one in relisted(index, records, PROFILES)] == [by_signer.listing_id]


def test_an_empty_home_has_none(index: Index, records: Decisions) -> None:
    assert relisted(index, records, PROFILES) == [] and Relistings(index, records, {}).of(["l1-aaaaaaaa"]) == {}


def test_hostile_words_of_a_page_break_no_question(index: Index, records: Decisions) -> None:
    odd = Listing(
        marketplace='x" OR verdict:violation', native_id="1", url="https://a.example/", title="{title} {x} \u202e", source_kind="shop"
    )  # fmt: skip
    index.put(
        [Judged(listing=odd, judgement=Judgement(verdict="benign"), ties=("contact:qq:1",))], run_id="r", at=FIRST
    )
    gone(index, confirmed(index, records, ["contact:qq:1"], title="{0} {how}"))
    put(index, 2, ["contact:qq:1"], at=LATER)
    found = of(index, records, 2)
    assert found is not None and "{0} {how}" in found.zh
