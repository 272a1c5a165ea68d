"""How the crawler behaves towards marketplaces, as far as settings say it."""

from pathlib import Path

import pytest
from scrapy.utils.misc import load_object

from crawler.settings import scrapy_settings
from index.home import Home
from index.settings import CrawlSettings, Settings
from tests.crawler.shop_spider import ShopSpider


def settings_for(**crawl: object) -> dict:
    return scrapy_settings(Home(Path("/nowhere")), Settings(crawl=CrawlSettings(**crawl)))


def test_the_user_agent_names_the_operator_and_how_to_reach_it() -> None:
    chosen = settings_for(operator="某某平台安全中心", contact="ops@example.org")
    assert chosen["USER_AGENT"] == "copycatch/0.1 (+ops@example.org; 某某平台安全中心)"
    assert settings_for()["USER_AGENT"] == "copycatch/0.1 (an unnamed operator)"


@pytest.mark.parametrize(
    ("asked", "delay", "at_once"),
    [({"delay": 0.0, "concurrency": 8}, 1.0, 2), ({"delay": 5.0, "concurrency": 1}, 5.0, 1)],
)
def test_the_gentler_of_spider_and_operator_counts(asked: dict, delay: float, at_once: int) -> None:
    chosen = settings_for(**asked)
    ShopSpider.update_settings(chosen)
    assert chosen.getfloat("DOWNLOAD_DELAY") == delay
    assert chosen.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == at_once
    assert chosen.getfloat("DOWNLOAD_DELAY_JITTER") == 0


def test_hosts_of_the_operator_need_no_more_than_the_operator_asks_for() -> None:
    slots = settings_for(delay=0.0, allow_hosts=("127.0.0.1:80", "intranet", "[::1]:80"))["DOWNLOAD_SLOTS"]
    assert set(slots) == {"127.0.0.1", "intranet", "::1"}
    assert {slot["delay"] for slot in slots.values()} == {0.0}


def test_no_cookies_no_proxy_no_console_no_referrer_and_only_guarded_downloads() -> None:
    chosen = settings_for()
    parts = [*chosen["DOWNLOADER_MIDDLEWARES_BASE"], *chosen["SPIDER_MIDDLEWARES_BASE"], *chosen["EXTENSIONS_BASE"]]
    for unwanted in ("Cookies", "HttpProxy", "HttpAuth", "Telnet", "RemoteControl", "Referer", "MetaRefresh"):
        assert not [part for part in parts if unwanted in part]
    used = {scheme: handler for scheme, handler in chosen["DOWNLOAD_HANDLERS"].items() if handler}
    assert used == dict.fromkeys(("http", "https"), "crawler.page_download.GuardedDownload")
    assert all(load_object(part) for part in parts)
