"""Listings from elsewhere, through the same Carrier, without Scrapy: real index, real judge."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from crawler import carry
from crawler.intake import intake
from crawler.rejudge import Rejudge
from crawler.supplied.brought import Brought, Entry, Outcome, Unreadable
from crawler.tally import Progress
from detection.detectors import illegal_tool
from detection.subject import Subject
from index.home import Home
from index.ids import listing_id
from index.model import Evidence, Judgement, Listing, Run, Supply
from index.open import open_decisions, open_index
from index.protocol import IndexUnavailable
from index.settings import Settings
from tests.takedown.answers import say

PLAIN = Listing(
    marketplace="hand:list",
    native_id="1",
    url="https://example.org/1",
    title="手工陶瓷茶杯",
    description="景德镇手工制作，容量二百毫升。",
    source_kind="shop",
)
BAD = replace(
    PLAIN,
    native_id="2",
    url="https://example.org/2",
    title="AI一键脱衣软件 永久会员",
    description="上传照片自动脱衣，加QQ 123456789 购买，包教包会。",
)
SUPPLY = Supply(by="市局", channel="12377", received_at="2026-11-20T00:00:00Z", file="a.csv", file_sha256="ab" * 32)


def take(home: Path, listings: Iterable[Listing | Brought], **more: object) -> Run:
    brought = (
        one if isinstance(one, Brought) else Brought(place=str(number), listing=one)
        for number, one in enumerate(listings, start=1)
    )
    return intake(brought, source="list.csv", supply=SUPPLY, home=Home(home), settings=Settings(), **more)


def outcomes(home: Path, listings: Iterable[Listing | Brought]) -> list[Outcome]:
    heard: list[tuple[Entry, Outcome | None]] = []
    run = take(home, listings, told_of=lambda entry, outcome: heard.append((entry, outcome)))
    found = [outcome for _, outcome in heard if outcome is not None]
    assert run.counts["rows"] == len(found)
    assert sum(count for name, count in run.counts.items() if name.startswith("row_")) == len(found)
    return found


def test_listings_are_judged_stored_and_counted(own_home: Path) -> None:
    seen: list[Progress] = []
    nameless = replace(PLAIN, native_id="3", title=" ")
    broken = Brought(place="9", why=Unreadable("no_address"))
    run = take(own_home, [PLAIN, BAD, nameless, broken, PLAIN], progress=seen.append)
    assert run.outcome == "healthy" and run.spider == "import" and run.marketplace == "list.csv"
    assert run.supplied == SUPPLY
    assert run.counts["listings"] == run.counts["new"] == 2
    assert run.counts["duplicates"] == 1 and run.problems == {"no_address": 1, "not_fitting": 1}
    assert seen[-1].counts == run.counts
    index = open_index(Home(own_home))
    [finding] = index.search("*", kind="findings")
    assert finding.value["title"] == BAD.title and finding.value["capture"] is None
    assert "unseen.page" in finding.value["unseen"]
    assert [each.id for each in index.runs()] == [run.id] and index.runs()[0] == run
    index.close()


def test_the_same_list_again_adds_nothing(own_home: Path) -> None:
    many = [replace(PLAIN, native_id=str(n)) for n in range(450)]
    assert take(own_home, many).counts["new"] == 450
    again = take(own_home, iter(many))
    assert again.counts["unchanged"] == again.counts["listings"] == 450 and "new" not in again.counts
    changed = take(own_home, [replace(many[0], price="￥9"), *many[1:3]])
    assert (changed.counts["changed"], changed.counts["unchanged"]) == (1, 2)


def test_nothing_readable_is_unhealthy(own_home: Path) -> None:
    assert take(own_home, [Brought(place="1", why=Unreadable("no_address"))]).outcome == "unhealthy"


def test_everything_has_one_outcome(own_home: Path) -> None:
    told = outcomes(
        own_home,
        [PLAIN, replace(BAD, title="x"), PLAIN, Brought(place="4", why=Unreadable("no_address")),
         Brought(place="5", listing=replace(PLAIN, native_id="5", url=""), only_address=True)],
    )  # fmt: skip
    assert [one.state for one in told] == ["new", "new", "duplicate", "unreadable", "needs_capture"]
    assert told[2].id == told[0].listing_id and "1" in told[2].note
    assert {one.state for one in outcomes(own_home, [PLAIN])} == {"known"}


def test_what_was_crawled_at_the_same_address_is_known_and_not_stored_twice(own_home: Path) -> None:
    crawled = replace(BAD, marketplace="feed:example.org")
    take(own_home, [crawled])
    [told] = outcomes(own_home, [replace(BAD, marketplace="import:example.org", title="线索", description="")])
    own = listing_id(crawled.marketplace, crawled.native_id)
    assert (told.state, told.listing_id, told.verdict) == ("known", own, "violation")
    assert told.id and told.id.startswith("f1-") and told.decision == "undecided"
    index = open_index(Home(own_home))
    assert index.count("*", kind="listings") == 1 and index.get(own).value["title"] == BAD.title
    index.close()


def test_a_known_listing_shows_what_was_decided_unless_it_was_taken_back(own_home: Path) -> None:
    [told] = outcomes(own_home, [BAD])
    decisions = open_decisions(Home(own_home))
    finding = str(told.id)

    say(decisions, "u1-a", "confirm", finding)
    assert [one.decision for one in outcomes(own_home, [BAD])] == ["confirm"]
    say(decisions, "u1-a", "dismiss", finding, reason="discussion")
    assert [one.decision for one in outcomes(own_home, [BAD])] == ["dismiss"]
    say(decisions, "u1-a", "undo", finding, undoes=2)
    assert [one.decision for one in outcomes(own_home, [BAD])] == ["confirm"]
    decisions.close()


def test_who_brought_a_listing_stays_with_it(own_home: Path) -> None:
    [told] = outcomes(own_home, [BAD])
    index = open_index(Home(own_home))
    [word] = index.supplied([str(told.listing_id)])[str(told.listing_id)]
    index.close()
    assert word.supply == SUPPLY and word.place == "1" and word.capture is None


def test_a_list_that_breaks_off_leaves_what_was_stored_and_an_interrupted_run(own_home: Path) -> None:
    def broken() -> Iterator[Listing]:
        yield from (replace(PLAIN, native_id=str(n)) for n in range(carry.BATCH))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(own_home, broken())
    index = open_index(Home(own_home))
    assert index.count("*", kind="listings") == carry.BATCH
    assert index.runs()[0].outcome == "interrupted"
    index.close()


def test_an_index_that_cannot_be_opened_is_named(own_home: Path) -> None:
    (own_home / "index.sqlite").mkdir()
    with pytest.raises(IndexUnavailable, match=r"index\.sqlite"):
        take(own_home, [PLAIN])


def test_listings_of_one_contact_know_of_each_other(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge_all, seen = carry.judge_all, {}

    def listening(subjects: Sequence[Subject]) -> list[Judgement]:
        seen.update({subject.listing.native_id: subject.neighbours for subject in subjects})
        return judge_all(subjects)

    monkeypatch.setattr(carry, "judge_all", listening)
    take(own_home, [BAD])
    take(own_home, [replace(BAD, native_id="9", url="https://example.org/9"), BAD])
    index = open_index(Home(own_home))
    first = index.search('native_id:"2"', kind="listings")[0].id
    index.close()
    assert set(seen["9"]) == {"contact:qq:123456789"} and seen["9"]["contact:qq:123456789"] == [first]
    assert first not in {name for names in seen["2"].values() for name in names}  # nobody is their own neighbour


def test_a_defect_of_a_detector_costs_no_listing(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    detect = illegal_tool.detect

    def breaking(subject: Subject) -> Iterator[Evidence]:
        if subject.listing.native_id == "1":
            raise ZeroDivisionError
        return detect(subject)

    monkeypatch.setattr(illegal_tool, "detect", breaking)
    run = take(own_home, [PLAIN, BAD])
    assert run.counts["listings"] == 2 and run.counts["findings"] == 1 and run.problems == {"judging_failed": 1}


def test_that_nobody_saw_the_page_is_still_said_after_the_rules_changed(own_home: Path) -> None:
    take(own_home, [BAD])
    index = open_index(Home(own_home))
    Rejudge(index, {}, "r").batch(list(index.scan("*", kind="listings")))
    [finding] = index.search("*", kind="findings")
    assert finding.value["unseen"].count("unseen.page") == 1
    index.close()
