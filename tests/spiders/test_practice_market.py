"""The practice market walked in memory: what is planted is seen, once, with its text."""

from collections import deque

import pytest
import scrapy
from scrapy.http import HtmlResponse, Response

from apk_analysis.fingerprint import Problem
from crawler.links import singly
from crawler.spider import MarketplaceSpider
from demo.market import Market
from demo.planted import content
from index.model import Listing
from tests.spiders.cases import SPIDERS


@pytest.fixture(scope="module")
def market() -> Market:
    """Its pages; no request leaves the process."""
    made = Market(0)
    made._server.server_close()
    return made


def walk(market: Market, spider: MarketplaceSpider, start: str) -> tuple[list[Listing], list[Problem]]:
    waiting = deque(request for address in start.split() for request in spider.first_requests(address))
    seen: set[str] = set()
    listings, problems = [], []
    while waiting:
        request = waiting.popleft()
        if request.url in seen:
            continue
        seen.add(request.url)
        page = market.page(request.url.removeprefix(market.base))
        kind, body = page or ("text/plain", b"")
        response = (HtmlResponse if kind.startswith("text/html") else Response)(
            request.url, status=200 if page else 404, body=body, headers={"Content-Type": kind}, request=request
        )
        for thing in singly(request.callback(response, **request.cb_kwargs)):
            if isinstance(thing, scrapy.Request):
                waiting.append(thing)
            else:
                (listings if isinstance(thing, Listing) else problems).append(thing)
    return listings, problems


@pytest.mark.parametrize(("name", "planted"), [("jsonld_shop", "shop"), ("discuz", "forum"), ("feed", "channel")])
def test_every_planted_text_is_seen_once(market: Market, name: str, planted: str) -> None:
    listings, problems = walk(market, SPIDERS[name](), market.urls[name])
    assert sorted(listing.title for listing in listings) == sorted(row["title"] for row in content(planted))
    assert len({listing.native_id for listing in listings}) == len(listings)
    assert all(listing.description for listing in listings)
    assert {problem.kind for problem in problems} <= {"malformed_json_ld"}


def test_every_planted_app_is_seen_with_what_the_store_states(market: Market) -> None:
    listings, problems = walk(market, SPIDERS["fdroid_repo"](), market.urls["fdroid_repo"])
    assert not problems
    assert {listing.package_name for listing in listings} == {app["package"] for app in content("apps")}
    for listing in listings:
        assert listing.sample_sha256 and listing.declared_signers and listing.lang == "zh-CN"
        assert market.page(listing.download_urls[0].removeprefix(market.base)) is not None


def test_a_store_signed_by_another_key_is_not_read(market: Market) -> None:
    start = market.urls["fdroid_repo"].split("=")[0] + "=" + "0" * 64
    listings, problems = walk(market, SPIDERS["fdroid_repo"](), start)
    assert not listings and [problem.kind for problem in problems] == ["wrong_signer"]
