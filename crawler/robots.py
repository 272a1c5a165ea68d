"""Robots rules: obeyed, with exemptions that the operator gave a written reason for."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser

from crawler.problems import Typed
from index.settings import Settings

MAX_RULES = 512 << 10
"""Bytes of robots.txt that are read (RFC 9309 asks for at least 500 KiB); what follows is not looked at."""
AGENT = "copycatch"
"""Our name in robots rules."""


class RobotsForbiddenError(Typed):
    """The rules of the host forbid the address."""

    kind = "robots_forbidden"


class Robots:
    """Downloader middleware in place of Scrapy's, which reads rules of any size and takes any page for rules.

    An HTML page, an error or no answer in place of robots.txt holds no rules: the page itself meets the same trouble.
    """

    def __init__(self, crawler: Crawler) -> None:
        """Reads COPYCATCH_SETTINGS."""
        settings: Settings = crawler.settings["COPYCATCH_SETTINGS"]
        self._crawler = crawler
        self._exempt = {host.lower() for host in settings.crawl.robots_exempt}
        self._asked: dict[str, asyncio.Task[ProtegoRobotParser | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Robots:  # noqa: D102 - Scrapy's factory
        return cls(crawler)

    async def process_request(self, request: scrapy.Request) -> None:
        """Raises RobotsForbiddenError where the rules forbid the address."""
        parts = urlsplit(request.url)
        own = {parts.hostname or "", parts.netloc.lower()}
        if request.meta.get("dont_obey_robotstxt") or not self._exempt.isdisjoint(own):
            return
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._asked:
            self._asked[site] = asyncio.ensure_future(self._ask(site))
        rules = await asyncio.shield(self._asked[site])
        if rules is not None and not rules.allowed(request.url, AGENT):
            raise RobotsForbiddenError(f"the robots rules of {parts.netloc} forbid {request.url}")

    async def _ask(self, site: str) -> ProtegoRobotParser | None:
        # The mark keeps the question for the rules from waiting for the rules.
        request = scrapy.Request(
            f"{site}/robots.txt", callback=NO_CALLBACK, meta={"dont_obey_robotstxt": True}, priority=1000
        )
        try:
            response: Response = await self._crawler.engine.download_async(request)
        except Exception:  # noqa: BLE001 - whatever it is, the page itself will meet it and be counted
            return None
        body = response.body[:MAX_RULES]
        if response.status >= 400 or _is_page(body):
            return None
        return ProtegoRobotParser(body, self._crawler.spider)


def _is_page(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<head"))
