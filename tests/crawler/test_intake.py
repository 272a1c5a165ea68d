"""Listings from elsewhere, through the same Carrier, without Scrapy: real index, real judge."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from apk_analysis.fingerprint import Problem
from crawler import carry
from crawler.intake import intake
from crawler.tally import Progress
from detection.subject import Subject
from index.home import Home
from index.model import Judgement, Listing, Run
from index.open import open_index
from index.protocol import IndexUnavailable
from index.settings import Settings

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


def take(home: Path, listings: list[Listing | Problem] | Iterator[Listing], **more: object) -> Run:
    return intake(listings, source="list.csv", home=Home(home), settings=Settings(), **more)


def test_listings_are_judged_stored_and_counted(own_home: Path) -> None:
    seen: list[Progress] = []
    nameless = replace(PLAIN, native_id="3", title=" ")
    run = take(
        own_home, [PLAIN, BAD, nameless, Problem(part="row", kind="listing_invalid"), PLAIN], progress=seen.append
    )
    assert run.outcome == "healthy" and run.spider == "import" and run.marketplace == "list.csv"
    assert run.counts["listings"] == run.counts["new"] == 2
    assert run.counts["duplicates"] == 1 and run.problems == {"listing_invalid": 2}
    assert seen[-1].counts == run.counts
    index = open_index(Home(own_home))
    [finding] = index.search("*", kind="findings")
    assert finding.value["title"] == BAD.title and finding.value["capture"] is None
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
    assert take(own_home, [Problem(part="row", kind="listing_invalid")]).outcome == "unhealthy"


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
    judge, seen = carry.judge, {}

    def listening(subject: Subject) -> Judgement:
        seen[subject.listing.native_id] = subject.neighbours
        return judge(subject)

    monkeypatch.setattr(carry, "judge", listening)
    take(own_home, [BAD])
    take(own_home, [replace(BAD, native_id="9", url="https://example.org/9"), BAD])
    index = open_index(Home(own_home))
    first = index.search('native_id:"2"', kind="listings")[0].id
    index.close()
    assert set(seen["9"]) == {"contact:qq:123456789"} and seen["9"]["contact:qq:123456789"] == [first]
    assert first not in {name for names in seen["2"].values() for name in names}  # nobody is their own neighbour


def test_a_defect_of_a_detector_costs_no_listing(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = carry.judge

    def breaking(subject: Subject) -> Judgement:
        if subject.listing.native_id == "1":
            raise ZeroDivisionError
        return judge(subject)

    monkeypatch.setattr(carry, "judge", breaking)
    run = take(own_home, [PLAIN, BAD])
    assert run.counts["listings"] == 2 and run.counts["findings"] == 1 and run.problems == {"judging_failed": 1}
