"""Runs one crawl in its own process and prints what came of it as JSON lines: {"progress": ...} and {"run": ...}.

Arguments: a JSON object with `home`, `start`, and optionally `spiders` (an order for each, default 'shop'), `queries`,
`limit`, `settings` (Scrapy's), `crawl` (CrawlSettings), `alerts` (AlertSettings), `resolve` (host -> addresses),
`largest_file` (bytes, stands for a full disk), `times` (the orders over again), `again` (whatever is
remembered), `index` (its address), `listings` (ids to look at again), `view` (beside what is known).
"""

import json
import logging
import resource
import sys
from pathlib import Path

import crawler.pipelines
import crawler.settings
from crawler.run import crawl
from crawler.runs import Order
from index.home import Home
from index.reading import encode
from index.settings import AlertSettings, CrawlSettings, Settings


def main() -> None:
    given = json.loads(sys.argv[1])
    if largest := given.get("largest_file"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    crawler.settings.SPIDER_MODULES = [
        "tests.crawler.shop_spider",
        "tests.crawler.counter_spider",
        "tests.crawler.asked_to_stop_spider",
        "tests.crawler.broken_carrier_spider",
        "spiders.rendered_page",
        "spiders.lookalike_site",
    ]
    crawler.pipelines.reader_of = lambda spider, rules: "now"  # somebody may be editing the rules while tests run
    for name, value in given.get("settings", {}).items():
        setattr(crawler.settings, name, value)
    if names := given.get("resolve"):

        async def resolve(host: str, port: int) -> list[str]:
            if host not in names:
                raise OSError(f"{host} does not resolve")
            return names[host]

        crawler.settings.COPYCATCH_RESOLVE = resolve
    settings = Settings(
        index=given.get("index"),
        crawl=CrawlSettings(**{"delay": 0.0, "contact": "ops@example.org", **given.get("crawl", {})}),
        alerts=AlertSettings(**given.get("alerts", {})),
    )
    start, queries, limit = tuple(given["start"]), tuple(given.get("queries", ())), given.get("limit")
    spiders = given.get("spiders", ["shop"])
    listings, view = tuple(given.get("listings", ())), given.get("view", False)
    orders = [
        Order(spider=name, start=start, queries=queries, limit=limit, listings=listings, view=view) for name in spiders
    ]
    logging.root.addHandler(logging.StreamHandler())  # beside the log in the home, which a test need not look for
    try:
        runs = crawl(
            orders * given.get("times", 1),
            home=Home(Path(given["home"])),
            settings=settings,
            progress=show,
            again=given.get("again", False),
        )
    except Exception as error:  # noqa: BLE001 - handed to the test
        say({"error": [type(error).__name__, str(error)]})
        return
    for run in runs:
        say({"run": json.loads(encode(run))})


def say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def show(progress: object) -> None:
    say({"progress": json.loads(encode(progress))})


if __name__ == "__main__":
    main()
