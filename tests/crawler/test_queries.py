"""What a spider asks for: a walk, a keyword, or a package; and what is kept where the marketplace has no search."""

import asyncio
from typing import Any, ClassVar

import pytest
import scrapy

from crawler.carry import Carrier
from crawler.spider import MarketplaceSpider
from crawler.tally import Tally
from index.model import Listing
from index.sqlite.store import SqliteIndex


class Walked(MarketplaceSpider):
    name = "walked"
    kind = "site"


class Searched(Walked):
    name = "searched"
    one_site = True
    starts: ClassVar[tuple[str, ...]] = ("https://shop.example.org/",)

    def search(self, query, address):
        yield scrapy.Request(f"{address}search?q={query}")


class Asked(Searched):
    name = "asked"

    def look_up(self, package, address):
        yield scrapy.Request(f"{address}app/{package}")


def first(spider: MarketplaceSpider) -> list[str]:
    async def all_of_them() -> list[str]:
        return [request.url async for request in spider.start()]

    return asyncio.run(all_of_them())


@pytest.mark.parametrize(
    ("spider", "given", "urls"),
    [
        (Walked, {"start": ["https://a.example.org/"]}, ["https://a.example.org/"]),
        (Walked, {"start": ["https://a.example.org/"], "queries": ["x", "y"]}, ["https://a.example.org/"]),
        (Searched, {}, ["https://shop.example.org/"]),
        (Searched, {"queries": ["x", "y"]}, ["https://shop.example.org/search?q=x", "https://shop.example.org/search?q=y"]),
        (Searched, {"queries": ["com.example.app"]}, ["https://shop.example.org/search?q=com.example.app"]),
        (Asked, {"queries": ["com.example.app", "x"]}, ["https://shop.example.org/app/com.example.app", "https://shop.example.org/search?q=x"]),
    ],
)  # fmt: skip
def test_first_requests(spider: Any, given: dict[str, Any], urls: list[str]) -> None:
    assert first(spider(**given)) == urls


def test_without_a_search_only_what_contains_a_query_is_kept(tmp_path) -> None:
    index = SqliteIndex(tmp_path / "index.sqlite")
    tally = Tally()

    async def carry() -> None:
        carrier = Carrier(index=index, run_id="r1", tally=tally, profiles={}, containing=("ChatGPT", "豆包"))
        for number, title in enumerate(["chatgpt 会员", "豆包 官方版", "计算器"]):
            listing = Listing(marketplace="m", native_id=str(number), url="https://a.example.org/", title=title,
                              source_kind="site")  # fmt: skip
            carrier.carry(listing, lambda: None)
        await carrier.drain()

    asyncio.run(carry())
    assert {stored.value["title"] for stored in index.scan("*", kind="listings")} == {"chatgpt 会员", "豆包 官方版"}
    assert tally.counts["unmatched"] == 1
    index.close()
