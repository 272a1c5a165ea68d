"""The shop's spider behind a counter: it is asked for one app after the other, and cannot be walked."""

from __future__ import annotations

from collections.abc import Iterator

import scrapy

from tests.crawler.shop_spider import ShopSpider


class CounterSpider(ShopSpider):
    """The package com.example.item3 is the third item."""

    name = "counter"
    walks = False

    def look_up(self, package: str, address: str) -> Iterator[scrapy.Request]:
        yield scrapy.Request(f"{address}item/{package.rpartition('item')[2]}", callback=self.parse_item)
