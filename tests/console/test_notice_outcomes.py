"""From a real shop: it takes an offer down, refuses us at another, and lists the first one again."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.home import Home
from index.open import open_decisions, open_index
from index.times import utc
from takedown.notice import Step, Target
from takedown.notices import NoticeBook
from tests.console.test_recheck import Shop, copycatch, make_older
from tests.crawler.site import Answer, Site, page
from tests.takedown.objects import content, target


@pytest.fixture
def shop() -> Iterator[tuple[Shop, Site]]:
    route = Shop()
    route.shown = range(1, 4)
    with Site(route) as site:
        yield route, site


def ago(hours: float) -> str:
    return utc(datetime.now(UTC) - timedelta(hours=hours))


def targets(home: Home) -> dict[str, Target]:
    with closing(open_index(home, write=False)) as index:
        return {
            str(hit.value["url"]).rpartition("/")[2]: target(
                finding_id=hit.id,
                listing_id=str(hit.value["listing_id"]),
                url=str(hit.value["url"]),
                marketplace=str(hit.value["marketplace"]),
                first_seen=ago(24),
            )
            for hit in index.scan("*")
        }


def test_a_takedown_is_proven_by_looks_and_a_relisting_is_noticed(shop: tuple[Shop, Site], own_home: Path) -> None:
    route, site = shop
    assert copycatch(site, "crawl", "jsonld_shop", "--start", site.url("/")).code == 0
    make_older(own_home, hours=24)
    known = targets(Home(own_home))
    with closing(open_decisions(Home(own_home))) as records:
        book, made = NoticeBook(records), content(known["1"], known["2"], known["3"])
        notice = book.draft(made, at=ago(20), by="lin")
        for state in ("approved", "exported"):
            notice = book.step(notice, Step(state=state, at=ago(20), by="wang", digest=made.digest), by="wang")  # type: ignore[arg-type] # one of the literals, or refused
    assert copycatch(site, "notice", "sent", notice.id, "--at", ago(10)).code == 0

    def outcomes(*more: str) -> tuple[dict[str, str], str]:
        (found,) = copycatch(site, "notice", "outcomes", notice.id, "--json", *more).fits("notice_outcomes")
        return {one["url"].rpartition("/")[2]: one["became"] for one in found["targets"]}, found["proposed"]

    assert outcomes() == ({"1": "unseen", "2": "unseen", "3": "unseen"}, None)
    route.changed = {"/item/2": Answer(b"gone", 410)}
    assert copycatch(site, "recheck", known["1"].listing_id, known["2"].listing_id).code == 0
    assert outcomes("--apply") == ({"1": "up", "2": "unsure", "3": "unseen"}, None), "one look proves little"
    make_older(own_home, hours=2)
    route.changed["/item/3"] = Answer(page("人机验证", "<p>请完成验证</p>"), 403)
    assert copycatch(site, "recheck", known["2"].listing_id).code == 0
    assert copycatch(site, "recheck", known["3"].listing_id).code == 3
    became, proposed = outcomes("--apply")
    assert (became["2"], became["3"], proposed) == ("removed", "blocked", "partially_actioned")
    with closing(open_decisions(Home(own_home))) as records:
        last = NoticeBook(records).get(notice.id).steps[-1]
        assert (last.state, last.by, list(last.looks)) == ("partially_actioned", "copycatch", [known["2"].finding_id])
    (report,) = copycatch(site, "notice", "statistics", "--json").fits("notice_statistics")
    assert report["groups"][0]["success"]["k"] == 1
    assert report["groups"][0]["notice_to_removal"]["ended"] == 1
    route.changed = {}
    assert copycatch(site, "recheck", known["2"].listing_id).code == 0
    became, proposed = outcomes("--apply")
    assert (became["2"], proposed) == ("relisted", "relisted")
    (due,) = copycatch(site, "notice", "due", "--json").fits("notice_due")
    assert (due["duty"], due["ours"]) == ("relisted", True)
