"""Asked to stop at the worst moment, a crawl stops, and goes on later."""

from pathlib import Path

from tests.crawler.conftest import Crawl
from tests.crawler.site import Site, shop


def test_asked_to_stop_while_the_spider_opens_a_crawl_ends_and_resumes(crawl: Crawl, own_home: Path) -> None:
    with Site(shop(2)) as site:
        stopped = crawl(site, "/list/0", settings={"EXTENSIONS": {"tests.crawler.stop_at_opening.StopAtOpening": 1}})
        resumed = crawl(site, "/list/0")
    assert stopped.run["outcome"] == "interrupted"
    assert resumed.run["outcome"] == "healthy" and resumed.counts["listings"] == 10
    assert resumed.run["id"] == stopped.run["id"]
