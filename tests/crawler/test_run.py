"""Whole crawls of a site on loopback: complete, killed and resumed, stopped by a signal, out of disk."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import convert
from warcio.archiveiterator import ArchiveIterator

from crawler import run
from crawler.lock import held
from crawler.run import UnknownSpiderError
from crawler.runs import Order, open_run
from index.archive.captures import read
from index.archive.verify import check_run
from index.home import Home, HomeError
from index.model import Capture
from index.open import open_index
from index.protocol import Index
from index.settings import Settings
from tests.conftest import ROOT
from tests.crawler.conftest import Crawl, StartCrawl, finish
from tests.crawler.site import Answer, Site, page, shop


def stored(home: Path) -> Index:
    return open_index(Home(home))


def listings(home: Path) -> int:
    index = stored(home)
    count = index.count("*", kind="listings")
    index.close()
    return count


def test_every_listing_is_seen_once_and_a_second_crawl_adds_nothing(crawl: Crawl, own_home: Path) -> None:
    with Site(shop(12)) as site:
        crawled = crawl(site, "/list/0", times=2)
    first, second = crawled.runs
    assert first["outcome"] == second["outcome"] == "healthy", first
    assert first["counts"]["listings"] == first["counts"]["new"] == 60
    assert (first["counts"]["pages"], second["counts"]["pages"], second["counts"]["not_due"]) == (72, 12, 60)
    assert first["problems"] == second["problems"] == {}
    assert second["counts"]["unchanged"] == 60 and "new" not in second["counts"]
    assert first["id"] != second["id"]
    assert {path.split("/")[1]: n for path, n in site.hits.items()} == {"robots.txt": 2, "list": 2, "item": 1}
    assert listings(own_home) == 60
    assert list((own_home / "runs").iterdir()) == []
    assert crawled.progress[-1]["counts"]["listings"] == 60 and crawled.progress[-1]["waiting"] == 0


def test_a_limit_is_kept(crawl: Crawl, own_home: Path) -> None:
    with Site(shop(50)) as site:
        crawled = crawl(site, "/list/0", limit=7)
    assert crawled.counts["listings"] == listings(own_home) == 7
    assert sum(site.hits.values()) < 40
    assert list((own_home / "runs").iterdir()) == []


def test_a_crawl_killed_at_20_50_and_80_percent_loses_and_doubles_nothing(
    start_crawl: StartCrawl, crawl: Crawl, own_home: Path
) -> None:
    pages = 30
    kills = [int(share * pages * 6) for share in (0.2, 0.5, 0.8)]

    def watch(path: str, number: int) -> None:
        if len(site.hits) - 1 in kills[:1]:  # so many different pages, robots.txt apart
            kills.pop(0)
            process.kill()

    with Site(shop(pages), watch=watch) as site:
        while kills:
            process = start_crawl(site, "/list/0")
            killed = finish(process)
            assert killed.code == -signal.SIGKILL and not killed.runs
        resumed = crawl(site, "/list/0")
    assert resumed.run["outcome"] == "healthy", resumed.run
    assert resumed.counts["listings"] == listings(own_home) == pages * 5
    assert resumed.counts["pages"] == pages * 6
    robots = site.hits.pop("/robots.txt")
    assert robots == 4 and len(site.hits) == pages * 6
    again = sum(site.hits.values()) - pages * 6
    assert 0 < again <= 60  # what was leased or not yet acknowledged at each kill, never the whole crawl
    assert list((own_home / "runs").iterdir()) == []


def test_signals_end_a_crawl_cleanly_and_it_can_be_resumed(
    start_crawl: StartCrawl, crawl: Crawl, own_home: Path
) -> None:
    signals = {40: signal.SIGINT, 100: signal.SIGTERM}

    def watch(path: str, number: int) -> None:
        if number in signals:
            process.send_signal(signals[number])

    with Site(shop(30), watch=watch) as site:
        stopped = []
        for _ in signals:
            process = start_crawl(site, "/list/0")
            stopped.append(finish(process))
            assert stopped[-1].code == 0, stopped[-1].log
            assert stopped[-1].run["outcome"] == "interrupted"
            assert stopped[-1].counts["listings"] == listings(own_home) < 150
        resumed = crawl(site, "/list/0")
    assert {each.run["id"] for each in stopped} == {resumed.run["id"]}
    assert {each.run["started_at"] for each in stopped} == {resumed.run["started_at"]}
    assert resumed.run["outcome"] == "healthy"
    assert resumed.counts["listings"] == listings(own_home) == 150
    assert resumed.counts["pages"] == 180
    del site.hits["/robots.txt"]
    assert set(site.hits.values()) == {1}  # a clean end fetches nothing twice


@pytest.mark.parametrize("moment", ["spider_opened", "engine_started"])
def test_a_signal_while_a_crawl_opens_ends_it_too(crawl: Crawl, own_home: Path, moment: str) -> None:
    order = {"spiders": ["asked_to_stop", "shop"], "queries": [moment]}
    with Site(shop(3)) as site:
        stopped = crawl(site, "/list/0", **order)
        assert [each["outcome"] for each in stopped.runs] == ["interrupted"], stopped.log
        assert sum(site.hits.values()) == 0
        resumed = crawl(site, "/list/0", **order)
    assert [each["outcome"] for each in resumed.runs] == ["healthy"] * 2, resumed.log
    assert resumed.runs[0]["id"] == stopped.run["id"]
    assert [each["counts"].get("unmatched") for each in resumed.runs] == [15, 15]  # all were seen; none has that word


def test_a_marketplace_that_another_process_crawls_is_left_alone_and_not_recorded(crawl: Crawl, own_home: Path) -> None:
    with Site(shop(2)) as site:
        home = Home(own_home).prepare()
        (own_home / "asked").touch()
        with held(home, f"shop:{site.host}"):
            crawled = crawl(site, "/list/0", spiders=["shop", "asked_to_stop"])
    refused, healthy = crawled.runs
    assert (refused["outcome"], healthy["outcome"]) == ("unhealthy", "healthy"), crawled.log
    assert refused["remarks"][-1].startswith("crawl.in_use")
    index = stored(own_home)
    assert [run.id for run in index.runs()] == [healthy["id"]]
    index.close()


def test_an_order_that_fails_by_itself_is_an_unhealthy_run_and_the_others_go_on(
    crawl: Crawl, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYCATCH_CHROMIUM", str(own_home / "nothing"))
    with Site(shop(2)) as site:
        order = Order(spider="shop", start=(site.url("/list/0"),))
        taken = open_run(Home(own_home).prepare(), order)
        (own_home / "asked").touch()
        crawled = crawl(site, "/list/0", spiders=["rendered_page", "shop", "asked_to_stop"])
        taken.frontier.close()
    no_browser, locked, healthy = crawled.runs
    assert crawled.error == []
    assert [each["outcome"] for each in crawled.runs] == ["unhealthy", "unhealthy", "healthy"], crawled.log
    assert "BrowserMissing" in no_browser["remarks"][-1]
    assert "another process is crawling" in locked["remarks"][-1]
    assert healthy["counts"]["listings"] == listings(own_home) == 10
    index = stored(own_home)
    assert {run.id: run.outcome for run in index.runs()} == {each["id"]: each["outcome"] for each in crawled.runs}
    index.close()
    assert "Traceback" in crawled.log and "is given up" in crawled.log


def test_an_order_that_fails_under_way_keeps_its_run_and_the_others_go_on(crawl: Crawl, own_home: Path) -> None:
    with Site(shop(3)) as site:
        crawled = crawl(site, "/list/0", spiders=["broken_carrier", "shop"])
    broken, healthy = crawled.runs
    assert (broken["outcome"], healthy["outcome"]) == ("unhealthy", "healthy"), crawled.log
    assert broken["remarks"][-1] == 'crawl.given_up {"reason": "ZeroDivisionError: a defect of the program"}'
    assert broken["counts"]["pages"] >= 1
    [left] = (own_home / "runs").glob("*.sqlite")
    assert left.stem == broken["id"]  # it can be resumed
    index = stored(own_home)
    assert {run.id: run.outcome for run in index.runs()} == {each["id"]: each["outcome"] for each in crawled.runs}
    index.close()


def test_one_reason_that_fails_every_order_is_raised(crawl: Crawl, own_home: Path) -> None:
    (own_home / "brands").mkdir(parents=True)
    (own_home / "brands/own.yml").write_text("colour: red\n")
    with Site(shop(1)) as site:
        crawled = crawl(site, "/list/0", times=2)
    [[kind, message]] = crawled.error
    assert kind == "ReadError" and "own.yml" in message
    assert sum(site.hits.values()) == 0


def test_an_unknown_spider_is_named(own_home: Path) -> None:
    with pytest.raises(UnknownSpiderError, match="nosuch"):
        run.crawl([Order(spider="nosuch")], home=Home(own_home), settings=Settings())


def test_scrapys_own_commands_work(own_home: Path, tmp_path: Path) -> None:
    with Site(shop(2)) as site:
        env = {**os.environ, "COPYCATCH_ALLOW_HOSTS": site.host, "COPYCATCH_DELAY": "0"}

        def scrapy(*arguments: str) -> str:
            command = [sys.executable, "-m", "scrapy", *arguments, "-s", "SPIDER_MODULES=tests.crawler.shop_spider"]
            return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout

        assert scrapy("list").split() == ["shop"]
        out = tmp_path / "listings.jsonl"
        scrapy("crawl", "shop", "-a", f"start={site.url('/list/0')}", "-o", str(out))
    assert len(out.read_text().splitlines()) == listings(own_home) == 10


def test_a_full_disk_stops_the_crawl_clearly_and_nothing_stored_is_lost(crawl: Crawl, own_home: Path) -> None:
    with Site(shop(60)) as site:
        full = crawl(site, "/list/0", largest_file=1_000_000)
        assert full.error and full.error[0][0] in {"IndexUnavailable", "FrontierError"}, full.log
        kept = listings(own_home)
        resumed = crawl(site, "/list/0")
    assert 0 < kept < 300
    assert resumed.run["outcome"] == "healthy" and resumed.counts["listings"] == listings(own_home) == 300


def test_an_index_that_cannot_be_opened_stops_all_orders_before_any_page(crawl: Crawl, own_home: Path) -> None:
    (own_home / "index.sqlite").mkdir(parents=True)
    with Site(shop(1)) as site:
        crawled = crawl(site, "/list/0", times=2)
    assert len(crawled.error) == 1 and not crawled.runs
    assert crawled.error[0][0] == "IndexUnavailable" and "index.sqlite" in crawled.error[0][1]
    assert sum(site.hits.values()) == 0


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file where the home should be")
    with pytest.raises(HomeError, match=str(home)):
        run.crawl([Order(spider="nosuch")], home=Home(home), settings=Settings())


def test_a_healthy_full_run_notes_what_it_does_not_see_any_more(crawl: Crawl, own_home: Path) -> None:
    routes = [shop(2), shop(1), shop(2)]

    def watch(path: str, number: int) -> None:
        if path == "/robots.txt":  # the first request of each run
            site.route = routes.pop(0)

    with Site(shop(0), watch=watch) as site:
        crawled = crawl(site, "/list/0", times=3)
    assert [each["outcome"] for each in crawled.runs] == ["healthy"] * 3
    assert [each["counts"].get("missing", 0) for each in crawled.runs] == [0, 5, 0]
    assert all("gone" not in each["counts"] for each in crawled.runs)  # that takes another hour
    assert crawled.runs[2]["counts"]["unchanged"] == 10


def test_a_finding_points_to_its_archived_page_and_benign_pages_are_not_kept(crawl: Crawl, own_home: Path) -> None:
    picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
    bad = page(
        "商品",
        "<h1>AI一键脱衣软件 永久会员</h1><p class=text>上传照片自动脱衣，加QQ 123456789 购买，包教包会。</p>"
        f'<img src="{picture}">',
    )
    with Site(lambda path: Answer(bad) if path == "/item/0" else shop(1)(path)) as site:
        crawled = crawl(site, "/list/0")
    assert crawled.counts["listings"] == 5 and crawled.counts["findings"] == 1
    index = stored(own_home)
    [found] = index.search("*", kind="findings")
    index.close()
    capture = convert(found.value["capture"], Capture)
    headers, body = read(own_home / "archive", capture)
    assert capture.url == site.url("/item/0") and capture.status == 200
    assert ("Content-Type", "text/html; charset=utf-8") in headers
    assert capture.visitor and capture.visitor.agent.startswith("copycatch/") and capture.visitor.lang == "en"
    assert site.headers["/item/0"]["accept-language"] == capture.visitor.lang
    assert "一键脱衣" in body.decode() and b"iVBORw0KGgo" not in body
    seal = crawled.run["seal"]
    assert seal and check_run(own_home / "archive", crawled.run["id"], seal=seal).state == "sealed"
    [kept] = (own_home / "archive").glob("*.warc.gz")
    with kept.open("rb") as stream:
        assert sum(record.rec_type in {"response", "revisit"} for record in ArchiveIterator(stream)) == 1
