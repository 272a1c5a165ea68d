"""The shop's spider, which is asked to stop exactly while its crawl opens: at the signal that its query names."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler

from crawler.ledger import stopping
from tests.crawler.shop_spider import ShopSpider


class AskedToStopSpider(ShopSpider):
    name = "asked_to_stop"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stop_is_known = asyncio.Event()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        asked = Path(crawler.settings["COPYCATCH_HOME"]) / "asked"
        if asked.exists():  # once only: the run can be resumed
            return spider
        asked.touch()
        crawler.signals.connect(spider.know, stopping)
        crawler.signals.connect(spider.ask, getattr(signals, spider.queries[0]))
        return spider

    def know(self) -> None:
        self.stop_is_known.set()

    async def ask(self) -> None:
        """Holds the opening until the signal was answered; the engine does not run before."""
        os.kill(os.getpid(), signal.SIGINT)
        await self.stop_is_known.wait()
