"""Whole crawls of a site on loopback: complete, resumed after SIGKILL, stopped by a signal, out of disk."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crawler import run
from crawler.run import UnknownSpiderError
from crawler.runs import Order
from index.home import Home
from index.open import open_index
from index.protocol import Index
from index.settings import Settings
from tests.conftest import ROOT
from tests.crawler.conftest import Crawl, StartCrawl, finish
from tests.crawler.site import Site, shop


def stored(home: Path) -> Index:
    return open_index(Home(home))


def listings(home: Path) -> int:
    index = stored(home)
    count = index.count("*", kind="listings")
    index.close()
    return count


def test_a_crawl_sees_every_listing_once_and_fetches_every_page_once(crawl: Crawl, own_home: Path) -> None:
    with Site(shop(12)) as site:
        crawled = crawl(site, "/list/0")
    assert crawled.run["outcome"] == "healthy", crawled.run
    assert crawled.counts["listings"] == crawled.counts["new"] == 60
    assert crawled.counts["pages"] == 72
    assert crawled.problems == {}
    assert max(site.hits.values()) == 1
    assert listings(own_home) == 60
    assert list((own_home / "runs").iterdir()) == []
    assert crawled.progress[-1]["counts"]["listings"] == 60 and crawled.progress[-1]["waiting"] == 0


def test_a_second_crawl_adds_nothing(crawl: Crawl, own_home: Path) -> None:
    with Site(shop(3)) as site:
        first = crawl(site, "/list/0")
        second = crawl(site, "/list/0")
    assert second.run["id"] != first.run["id"]
    assert second.counts["listings"] == second.counts["unchanged"] == 15 and "new" not in second.counts
    assert listings(own_home) == 15


def test_a_limit_is_kept(crawl: Crawl, own_home: Path) -> None:
    with Site(shop(50)) as site:
        crawled = crawl(site, "/list/0", limit=7)
    assert crawled.counts["listings"] == listings(own_home) == 7
    assert sum(site.hits.values()) < 40
    assert list((own_home / "runs").iterdir()) == []


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_killed_crawl_goes_on_where_it_was(
    start_crawl: StartCrawl, crawl: Crawl, own_home: Path, share: float
) -> None:
    pages = 30
    at = int(share * pages * 6)

    def watch(path: str, number: int) -> None:
        if number == at:
            process.kill()

    with Site(shop(pages), watch=watch) as site:
        process = start_crawl(site, "/list/0")
        killed = finish(process)
        assert killed.code == -signal.SIGKILL and not killed.run
        before = sum(site.hits.values())
        resumed = crawl(site, "/list/0")
    assert resumed.run["outcome"] == "healthy", resumed.run
    assert resumed.counts["listings"] == listings(own_home) == pages * 5
    assert resumed.counts["pages"] == pages * 6
    fetched = [path for path in site.hits if path != "/robots.txt"]
    assert len(fetched) == pages * 6
    again = sum(site.hits.values()) - site.hits["/robots.txt"] - pages * 6
    assert 0 <= again <= 20 < before, again  # what was leased or not yet acknowledged, never the whole crawl
    assert list((own_home / "runs").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_crawl_cleanly_and_it_can_be_resumed(
    start_crawl: StartCrawl, crawl: Crawl, own_home: Path, number: signal.Signals
) -> None:
    def watch(path: str, count: int) -> None:
        if count == 40:
            process.send_signal(number)

    with Site(shop(30), watch=watch) as site:
        process = start_crawl(site, "/list/0")
        stopped = finish(process)
        assert stopped.code == 0, stopped.log
        assert stopped.run["outcome"] == "interrupted"
        assert stopped.counts["listings"] == listings(own_home) < 150
        assert max(site.hits.values()) == 1
        resumed = crawl(site, "/list/0")
    assert resumed.run["id"] == stopped.run["id"] and resumed.run["started_at"] == stopped.run["started_at"]
    assert resumed.run["outcome"] == "healthy"
    assert resumed.counts["listings"] == listings(own_home) == 150
    assert resumed.counts["pages"] == 180


def test_two_crawls_of_one_order_do_not_run_at_once(start_crawl: StartCrawl, crawl: Crawl) -> None:
    second = []

    def watch(path: str, number: int) -> None:
        if number == 30:
            second.append(start_crawl(site, "/list/0"))
            second[0].wait()

    with Site(shop(10), watch=watch) as site:
        first = crawl(site, "/list/0")
    assert first.run["outcome"] == "healthy"
    refused = finish(second[0])
    assert refused.error[0][0] == "FrontierError" and "another process" in refused.error[0][1]


def test_an_unknown_spider_is_named(own_home: Path) -> None:
    with pytest.raises(UnknownSpiderError, match="nosuch"):
        run.crawl([Order(spider="nosuch")], home=Home(own_home), settings=Settings())


def test_scrapys_own_commands_work(own_home: Path, tmp_path: Path) -> None:
    with Site(shop(2)) as site:
        env = {
            **os.environ,
            "COPYCATCH_ALLOW_HOSTS": site.host,
            "COPYCATCH_DELAY": "0",
        }

        def scrapy(*arguments: str) -> str:
            command = [sys.executable, "-m", "scrapy", *arguments, "-s", "SPIDER_MODULES=tests.crawler.shop_spider"]
            return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout

        assert scrapy("list").split() == ["shop"]
        out = tmp_path / "listings.jsonl"
        scrapy("crawl", "shop", "-a", f"start={site.url('/list/0')}", "-o", str(out))
    assert len(out.read_text().splitlines()) == listings(own_home) == 10
