"""Fetches what it is told through the product's download handler, and prints what came as JSON lines.

Argument: a JSON object with `home`, `allow_hosts`, `fetch` (name -> {"url", "sample"}), and optionally `settings`
(Scrapy's), `limits` (BrowserSettings), `cap` (MB), `largest_file` (bytes, stands for a full disk), `resolve` (host -> list of answers, the last one
for ever), `browser` (true for a run that can render), `settle` (milliseconds that it waits for what never comes).
"""

import dataclasses
import json
import resource
import sys
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess

import crawler.browser_visit
from crawler.browser import browser_settings, require_browser
from index.settings import BrowserSettings, CrawlSettings, Settings

GIVEN: dict[str, Any] = json.loads(sys.argv[1]) if __name__ == "__main__" else {}
HANDLER = "crawler.page_download.GuardedDownload"


async def resolve(host: str, port: int) -> list[str]:
    answers = GIVEN.get("resolve", {}).get(host)
    if answers is None:
        raise OSError("no such name")
    return answers.pop(0) if len(answers) > 1 else answers[0]


class Fetcher(scrapy.Spider):
    name = "fetcher"

    async def start(self):
        for name, what in GIVEN["fetch"].items():
            meta = {"name": name, **what.get("meta", {})}
            if what.get("sample", True):
                meta["sample"] = what.get("sample", what["url"])
            yield scrapy.Request(what["url"], self.came, errback=self.failed, meta=meta, dont_filter=True)

    def came(self, response):
        fetched = response.meta.get("fetched")
        say(
            response.meta["name"],
            status=response.status,
            length=len(response.body),
            memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            url=response.url,
            text=response.body[:300].decode("utf-8", "replace"),
            cookies=response.headers.get("Set-Cookie") is not None,
            captured=[
                [one.url, one.status, one.body.decode("utf-8", "replace")[:100]]
                for one in response.meta.get("captured", ())
            ],
            fetched=json.loads(json.dumps(dataclasses.asdict(fetched), default=str)) if fetched else None,
        )

    def failed(self, failure):
        kind = getattr(failure.value, "kind", None)
        say(failure.request.meta["name"], error=failure.type.__name__, kind=kind, message=str(failure.value))


def say(name: str, **what: object) -> None:
    sys.stdout.write(json.dumps({"name": name, **what}) + "\n")
    sys.stdout.flush()


def main() -> None:
    if largest := GIVEN.get("largest_file"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    if settle := GIVEN.get("settle"):
        crawler.browser_visit.SETTLE = settle
    browser = BrowserSettings(**{"screenshots": False, **GIVEN.get("limits", {})})
    crawl = CrawlSettings(allow_hosts=tuple(GIVEN["allow_hosts"]), sample_max_mb=GIVEN.get("cap", 1024))
    process = AsyncCrawlerProcess(
        {
            "COPYCATCH_HOME": GIVEN["home"],
            "COPYCATCH_SETTINGS": Settings(crawl=crawl, browser=browser),
            "COPYCATCH_RESOLVE": resolve,
            "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
            "DOWNLOAD_TIMEOUT": 60,
            "DOWNLOAD_WARNSIZE": 0,
            "HTTPERROR_ALLOW_ALL": True,
            "TELNETCONSOLE_ENABLED": False,
            "HTTPPROXY_ENABLED": False,
            "LOG_ENABLED": False,
            "REDIRECT_MAX_TIMES": 5,
            "CONCURRENT_REQUESTS": 64,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 64,
            **(browser_settings(require_browser()) if GIVEN.get("browser") else {}),
            **GIVEN.get("settings", {}),
        }
    )
    process.crawl(Fetcher)
    say("", memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    process.start()


if __name__ == "__main__":
    main()
