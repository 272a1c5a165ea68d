"""Download handler of runs that render: marked requests through Chromium, the others as in every run.

Only settings of such runs name it, so that nothing else needs the extra 'browser'.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from crawler.page_download import GuardedDownload
from crawler.proxy import Proxy

CONTEXT: dict[str, Any] = {"accept_downloads": False, "service_workers": "block", "locale": "zh-CN"}
SETTLE = 10_000
"""Milliseconds within which what is waited for must appear; a page without it is a page without listings."""


class BrowserDownload(ScrapyPlaywrightDownloadHandler, GuardedDownload):  # type: ignore[misc] # has no types
    """Chromium leaves the machine through our proxy only, which checks every address it asks for."""

    def __init__(self, crawler: Crawler) -> None:
        """See GuardedDownload for the settings."""
        super().__init__(crawler)
        self._proxy = Proxy(self.egress)
        self._entered = False
        self._door = asyncio.Lock()

    async def download_request(self, request: Request) -> Response:
        """As GuardedDownload; meta `playwright` has the page rendered, until meta `wait_for` (CSS) is there."""
        if not request.meta.get("playwright"):
            return await super().download_request(request)
        self.egress.check_url(request.url)
        await self._enter_proxy()
        request.meta["playwright_context_kwargs"] = CONTEXT
        request.meta["playwright_page_methods"] = [PageMethod(settle, request.meta.get("wait_for"))]
        try:
            return await super().download_request(request)
        finally:
            del request.meta["playwright_page_methods"]  # meta goes to the frontier, as JSON

    async def _enter_proxy(self) -> None:
        """Before the first page, since the browser is launched for it. A second page that comes meanwhile waits:
        otherwise it would launch a browser that knows no proxy.
        """
        async with self._door:
            if self._entered:
                return
            await self._proxy.__aenter__()
            self.config.launch_options["proxy"] = {
                "server": self._proxy.server,
                "username": self._proxy.username,
                "password": self._proxy.password,
            }
            self._entered = True

    async def close(self) -> None:
        """Ends browser and proxy."""
        await super().close()
        if self._entered:
            await self._proxy.__aexit__()


async def settle(page: Page, wait_for: str | None) -> None:
    """Waits until scripts have filled the page."""
    with suppress(PlaywrightTimeoutError):
        if wait_for:
            # Attached, not visible: some pages keep everything in a box without height.
            await page.wait_for_selector(wait_for, state="attached", timeout=SETTLE)
        else:
            await page.wait_for_load_state("networkidle", timeout=SETTLE)
