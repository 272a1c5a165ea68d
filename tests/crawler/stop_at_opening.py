"""A Scrapy extension that asks its own process to stop while the spider is still opening."""

import os
import signal
from typing import Self

from scrapy.crawler import Crawler


class StopAtOpening:
    """The handler runs at the next turn of the event loop, which is before the engine runs."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        os.kill(os.getpid(), signal.SIGINT)
        return cls()
