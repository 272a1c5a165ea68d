"""Every spider can look at its listings again, and finds them there on the pages where they are."""

import hashlib
import json
from pathlib import Path

import pytest
import scrapy

from crawler.cases import BODY_HASH, response_of
from crawler.families.addresses import clean_url, path_of
from crawler.links import singly
from crawler.looks import Look, Saw
from crawler.spider import MarketplaceSpider
from crawler.writing import read as read_request
from crawler.writing import write
from index.ids import listing_id
from index.model import Listing
from index.reading import read
from tests.spiders.cases import SPIDERS, Case, own_cases, recorded_cases

CASES = own_cases()
MOST = 3
"""Listings of a case that are looked at again."""


def listings(case: Case) -> list[Listing]:
    """Those of the golden file."""
    found = [thing["listing"] for thing in json.loads(case.golden.read_text("utf-8")) if "listing" in thing]
    return [read(Listing, raw, str(case)) for raw in found[:MOST]]


def requests(case: Case, listing: Listing) -> tuple[MarketplaceSpider, list[scrapy.Request]]:
    name = listing_id(listing.marketplace, listing.native_id)
    spider = SPIDERS[case.spider](listings=[(name, listing)])
    return spider, list(spider.look_again(spider.known))


@pytest.mark.parametrize("name", SPIDERS)
def test_every_spider_can_look_again(name: str) -> None:
    looked = 0
    for case in CASES:
        for listing in listings(case) if case.spider == name else ():
            spider, asked = requests(case, listing)
            assert 1 <= len(asked) <= 4, (case, listing.url)
            for request in asked:
                again = read_request(write(request, spider), spider)  # it survives a killed process
                assert again.url.startswith("http") and again.callback is not None
            looked += 1
    assert looked


def looked_at(case: Case, body: bytes) -> list[Saw]:
    """What a look at the case's page says of the listings on it."""
    spider = SPIDERS[case.spider]()
    response = response_of(case.meta, body)
    kwargs = {key: case_kwarg(value, body) for key, value in case.meta.get("kwargs", {}).items()}
    things = list(getattr(spider, case.meta.get("callback", "parse"))(response, **kwargs))
    known = {listing_id(one.marketplace, one.native_id): one for one in things if isinstance(one, Listing)}
    look = Look(known, response, 0)
    for thing in things:
        look.takes(thing)
    return list(look.saw())


def case_kwarg(value: object, body: bytes) -> object:
    return hashlib.sha256(body).hexdigest() if value == BODY_HASH else value


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_page_of_ours_reads_as_off_the_shelf(case: Case) -> None:
    (page,) = case.folder.glob("response.*")
    assert not [saw for saw in looked_at(case, page.read_bytes()) if saw.state != "seen"]


@pytest.mark.shared
@pytest.mark.parametrize("case", recorded_cases(), ids=str)
def test_no_recorded_page_reads_as_off_the_shelf(case: Case, shared: Path) -> None:
    body = (shared / "recorded" / case.meta["recorded"]).read_bytes()
    assert not [saw for saw in looked_at(case, body) if saw.state != "seen"]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_listing_is_seen_on_the_page_where_it_is(case: Case) -> None:
    """Where the page that a recheck asks for is the one of the case, nothing else may follow from it."""
    (page,) = case.folder.glob("response.*")
    for listing in listings(case):
        spider, asked = requests(case, listing)
        for request in asked:
            if path_of(clean_url(request.url) or "") != path_of(clean_url(case.meta["url"]) or ""):
                continue
            response = case.response(page.read_bytes(), request)
            look = Look(spider.known, response, spider.recheck_steps)
            assert request.callback is not None
            for thing in singly(request.callback(response, **request.cb_kwargs)):
                look.takes(thing)
            seen = list(look.saw())
            assert all(saw.state in {"seen", "error"} for saw in seen), (listing.url, seen)
