"""Robots rules: obeyed, with exemptions that the operator gave a written reason for."""

from __future__ import annotations

from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response

from index.settings import Settings

MAX_RULES = 512 << 10
"""Bytes of robots.txt that are read (RFC 9309 asks for at least 500 KiB); what follows is not looked at."""


class Robots(RobotsTxtMiddleware):
    """Scrapy's middleware, bounded: an HTML page in place of robots.txt holds no rules."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings: Settings = crawler.settings["COPYCATCH_SETTINGS"]
        self._exempt = {host.lower() for host in settings.crawl.robots_exempt}

    async def process_request(self, request: scrapy.Request, spider: scrapy.Spider | None = None) -> None:  # noqa: ARG002 - Scrapy's signature
        """Raises IgnoreRequest where the rules forbid the address."""
        parts = urlsplit(request.url)
        if not self._exempt.isdisjoint({parts.hostname or "", parts.netloc.lower()}):
            return
        await super().process_request(request)

    async def _parse_robots(self, response: Response, netloc: str, request: scrapy.Request) -> None:
        body = response.body[:MAX_RULES]
        if response.status >= 400 or _is_page(body):
            body = b""
        await super()._parse_robots(response.replace(body=body), netloc, request)


def _is_page(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<head"))
