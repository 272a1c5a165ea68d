"""The shop's spider, whose second page meets a defect of the program: what it listed cannot be carried any further."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapy.http import Response

from crawler.ledger import Ledger
from crawler.spider import Yield
from tests.crawler.shop_spider import ShopSpider


class BrokenCarrierSpider(ShopSpider):
    name = "broken_carrier"

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Yield]:
        if response.url.endswith("/list/1"):
            ledger = self.crawler.get_spider_middleware(Ledger)
            assert ledger is not None
            ledger.stop(ZeroDivisionError("a defect of the program"))
        yield from super().parse(response, **kwargs)
