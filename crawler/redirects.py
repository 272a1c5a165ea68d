"""Redirects without a referrer: a marketplace need not learn from where we came."""

from __future__ import annotations

import scrapy
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response


class Redirects(RedirectMiddleware):
    """Each hop goes through the scheduler again, hence through robots rules and the egress guard."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Redirects:
        """Scrapy's factory, without its search for a RefererMiddleware."""
        redirects = cls(crawler.settings)
        redirects.crawler = crawler
        return redirects

    def handle_referer(self, request: scrapy.Request, response: Response) -> None:  # noqa: ARG002, D102 - Scrapy's hook
        request.headers.pop("Referer", None)
