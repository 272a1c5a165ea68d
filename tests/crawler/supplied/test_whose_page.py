"""A page that somebody saved goes to the spider whose it is: tried with the pages that every spider is tested with."""

import json

import pytest

from crawler.supplied.brought import UnreadableError
from crawler.supplied.page_listings import listings_of
from crawler.supplied.private import without_saver
from crawler.supplied.raw_page import RawPage
from tests.spiders.cases import SPIDERS, Case, own_cases

DATA_ONLY = {
    *("apple_itunes", "fdroid_repo", "github_releases", "huawei_appgallery", "tencent_myapp", "v2ex", "wordpress"),
    *("xiaomi",),
}
"""Spiders whose answers are data that no person looks at."""
ANYBODYS = {"feed", "jsonld_shop", "lookalike_site", "rendered_page"}
"""Spiders for pages of no marketplace in particular."""


def saved(case: Case) -> RawPage:
    body = next(case.folder.glob("response.*")).read_bytes()
    media = (case.meta.get("headers") or {}).get("Content-Type")
    media = media or ("application/json" if body.lstrip()[:1] in {b"{", b"["} else "text/html")
    return RawPage(url=case.meta["url"], body=body, headers=(("Content-Type", media),), main="html" in media)


def readers(case: Case) -> tuple[str, int]:
    """The spider that took the page, and how many listings it found."""
    raw = saved(case)
    try:
        listings, spider = listings_of(without_saver(raw, "2026-11-28T00:00:00Z"), main=raw.main)
    except UnreadableError:
        return "", 0
    return spider, len(listings)


def expected(case: Case) -> int:
    return sum("listing" in one for one in json.loads(case.golden.read_text("utf-8"))) if case.golden.exists() else 0


CASES = [case for case in own_cases() if expected(case)]


@pytest.mark.parametrize("name", sorted(SPIDERS.keys() - DATA_ONLY - ANYBODYS))
def test_a_spider_knows_a_page_of_its_own(name: str) -> None:
    """If this fails for a new spider: give it `owns` (docs/add-a-marketplace.md), or add it to DATA_ONLY."""
    mine = [case for case in CASES if case.spider == name]
    known = [(readers(case), expected(case)) for case in mine]
    assert not mine or any(reader in {name, "jsonld_shop"} and found == wanted for (reader, found), wanted in known)


def test_no_page_of_one_marketplace_goes_to_another() -> None:
    wrong = {}
    for case in CASES:
        spider, _ = readers(case)
        if case.spider not in ANYBODYS and spider not in {case.spider, "", "page", *ANYBODYS}:
            wrong[str(case)] = spider
    assert wrong == {}


def test_a_feed_is_read_as_one() -> None:
    cases = [case for case in CASES if case.spider == "feed"]
    assert cases
    for case in cases:
        raw = saved(case)
        page = without_saver(raw, "2026-11-28T00:00:00Z")
        listings, spider = listings_of(page, main=False)
        assert (spider, len(listings)) == ("feed", expected(case)), case
