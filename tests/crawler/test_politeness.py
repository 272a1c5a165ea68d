"""The delay between two requests to one host, as the host's own log has it."""

import time
from itertools import pairwise

from tests.crawler.conftest import Crawl
from tests.crawler.site import Site, shop

DELAY = 0.25
LATE = 0.1
"""Seconds that a busy machine may note one request later than it came: the next then seems to follow sooner."""


def test_the_delay_is_never_undercut_in_the_server_s_own_log(crawl: Crawl) -> None:
    came: list[float] = []
    with Site(shop(2), watch=lambda _path, _number: came.append(time.monotonic())) as site:
        crawled = crawl(site, "/list/0", crawl={"delay": DELAY, "concurrency": 4, "allow_hosts": [site.host]})
    assert crawled.counts["listings"] == 10, crawled.run
    gaps = [later - earlier for earlier, later in pairwise(came)]
    assert len(gaps) >= 11
    assert came[-1] - came[0] >= DELAY * len(gaps) - LATE
    assert min(gaps) >= DELAY - LATE, gaps
