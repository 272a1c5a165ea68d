"""Asks Scrapy for every refused address, as a page and as a sample, and prints what came of each as one JSON object."""

import json
import sys
from pathlib import Path
from typing import ClassVar

import scrapy
from scrapy.crawler import AsyncCrawlerProcess

from index.settings import Settings
from tests.crawler.addresses import REFUSED, resolve


class Asker(scrapy.Spider):
    name = "asker"
    outcome: ClassVar[dict[str, str]] = {}

    async def start(self):
        for url in REFUSED:
            for sample in (None, True):
                meta = {"sample": sample, "dont_retry": True, "asked": f"{'sample' if sample else 'page'} {url}"}
                yield scrapy.Request(url, callback=self.answered, errback=self.failed, meta=meta, dont_filter=True)

    def answered(self, response):
        self.outcome[response.meta["asked"]] = f"answered {response.status}"

    def failed(self, failure):
        self.outcome[failure.request.meta["asked"]] = failure.type.__name__


def main() -> None:
    handler = "crawler.page_download.GuardedDownload"
    process = AsyncCrawlerProcess(
        {
            "COPYCATCH_HOME": sys.argv[1],
            "COPYCATCH_SETTINGS": Settings(),
            "COPYCATCH_RESOLVE": resolve,
            "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
            "TELNETCONSOLE_ENABLED": False,
            "HTTPPROXY_ENABLED": False,
            "LOG_ENABLED": False,
            "CONCURRENT_REQUESTS": 64,
            "DOWNLOAD_TIMEOUT": 10,
        }
    )
    process.crawl(Asker)
    process.start()
    (Path(sys.argv[1]) / "outcome.json").write_text(json.dumps(Asker.outcome))


if __name__ == "__main__":
    main()
