"""Scrapy's settings, as `scrapy.cfg` names them; `copycatch crawl` uses the same with its own home and settings."""

from __future__ import annotations

import importlib.util
from urllib.parse import urlsplit

from scrapy.settings import Settings as ScrapySettings

from index.home import Home, find_home
from index.settings import Settings, load_settings

BOT_NAME = "copycatch"
SPIDER_MODULES = ["spiders"]
SPIDER_LOADER_WARN_ONLY = True  # one broken spider does not take the others along

SCHEDULER = "crawler.scheduler.LeaseScheduler"
ITEM_PIPELINES = {"crawler.pipelines.CarryPipeline": 100}
# The *_BASE settings are replaced rather than switched off entry by entry, because Scrapy imports what it switches off.
SPIDER_MIDDLEWARES_BASE = {
    "crawler.blocked.BlockedPages": 40,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": 50,
    "crawler.ledger.Ledger": 1000,  # nearest to the spider: requests that callbacks yield go no further
}
DOWNLOADER_MIDDLEWARES_BASE = {
    "crawler.conditional.Conditional": 90,
    "crawler.robots.Robots": 100,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "crawler.patience.Patience": 540,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
    "crawler.redirects.Redirects": 600,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
    "crawler.meter.Meter": 900,
}
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
    "scrapy.extensions.logstats.LogStats": 0,
}

_HANDLER = "crawler.page_download.GuardedDownload"
DOWNLOAD_HANDLERS = {"http": _HANDLER, "https": _HANDLER, "ftp": None, "s3": None, "file": None, "data": None}

RETRY_TIMES = 2
RETRY_EXCEPTIONS = [  # without OSError: an address that the egress refused stays refused
    f"scrapy.exceptions.{name}"
    for name in (
        *("CannotResolveHostError", "DownloadConnectionRefusedError", "DownloadFailedError"),
        *("DownloadTimeoutError", "ResponseDataLossError"),
    )
]
RETRY_GIVE_UP_LOG_LEVEL = "INFO"
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]  # 429 is Patience's
REDIRECT_MAX_TIMES = 8
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 64 << 20
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
DOWNLOAD_DELAY_JITTER = 0  # "at least so many seconds" is meant
DEPTH_LIMIT = 1000  # pages of a list follow each other, so deep is normal; endless is not
CONCURRENT_ITEMS = 16
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
ASYNCIO_EVENT_LOOP = "uvloop.Loop" if importlib.util.find_spec("uvloop") else None
LOG_LEVEL = "INFO"
LOGSTATS_INTERVAL = 0
STATS_DUMP = False


def for_run(home: Home, settings: Settings) -> dict[str, object]:
    """What depends on the home and the operator's settings."""
    crawl = settings.crawl
    whom = "; ".join(part for part in (f"+{crawl.contact}" if crawl.contact else "", crawl.operator) if part)
    return {
        "COPYCATCH_HOME": str(home.path),
        "COPYCATCH_SETTINGS": settings,
        "USER_AGENT": f"copycatch/0.1 ({whom})",
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": crawl.accept_language,
        },
        "DOWNLOAD_DELAY": crawl.delay,
        "CONCURRENT_REQUESTS": crawl.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": crawl.concurrency,
        # Hosts on the operator's own network need no more politeness than the operator asks for.
        "DOWNLOAD_SLOTS": {
            urlsplit(f"//{host}").hostname or host: {"delay": crawl.delay, "concurrency": crawl.concurrency}
            for host in crawl.allow_hosts
        },
    }


def scrapy_settings(home: Home, settings: Settings) -> ScrapySettings:
    """All settings for a crawl into `home`."""
    merged = ScrapySettings()
    merged.setmodule("crawler.settings", priority="project")
    merged.setdict(for_run(home, settings), priority="project")
    return merged


globals().update(for_run(find_home(), load_settings()))  # for `scrapy crawl`, which reads this module
