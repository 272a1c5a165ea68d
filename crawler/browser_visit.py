"""One page in the browser: what it asks for, what is answered, until it stands still.

A page that fills itself from JSON is read from that JSON: answers whose address fits a pattern are kept as they were
sent. They must come from the page's own site: an advertisement in a frame cannot put words into a shop's mouth.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import tldextract
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Request, Response
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

SETTLE = 10_000
"""Milliseconds within which what is waited for must appear; a page without it is a page without listings."""
QUIET = 3_000
"""Milliseconds within which a page that has answered must fall silent; some never do."""
MOST_ANSWERS = 40
MOST_BYTES = 16 << 20
"""Of all answers of a page together."""
MOST_TURNS = 10
MOST_REQUESTS = 500
"""What one page may ask for; further requests are aborted."""
DROPPED = frozenset({"set-cookie", "content-encoding", "transfer-encoding"})
"""Header fields that are not handed on: of the operator's session, or of a coding that was undone."""
LONGEST_ADDRESS = 16 << 10


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that the page's scripts got."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Visit:
    """What is to be done with one page, and what came of it."""

    def __init__(self, meta: Mapping[str, Any]) -> None:
        """Of a request's meta: `wait_for` (CSS), `capture` (pattern of addresses), `press` (CSS, how often)."""
        self._wait_for: str | None = meta.get("wait_for")
        self._capture = re.compile(meta["capture"]) if meta.get("capture") else None
        self._press: tuple[str, int] | None = tuple(meta["press"]) if meta.get("press") else None
        self.page: Page | None = None
        self.answers: list[Answer] = []
        self._reading: list[asyncio.Task[None]] = []
        self._came = asyncio.Event()
        self._left = MOST_BYTES
        self._requests = 0
        self._popups: set[asyncio.Task[None]] = set()

    def begin(self, page: Page) -> None:
        """Watches the page; before anything is loaded into it."""
        self.page = page
        page.on("popup", self._shut)
        if self._capture is not None:
            page.on("response", self._answered)

    def too_many(self) -> bool:
        """Counts a request of the page; whether it is one too many."""
        self._requests += 1
        return self._requests > MOST_REQUESTS

    async def settle(self) -> None:
        """Waits until scripts have filled the page, and turns its leaves where that is asked for."""
        page = self._open_page
        with suppress(PlaywrightTimeoutError, TimeoutError):
            if self._capture is not None:
                await self._next_answer(0)
                await page.wait_for_load_state("networkidle", timeout=QUIET)
            elif self._wait_for:
                # Attached, not visible: some pages keep everything in a box without height.
                await page.wait_for_selector(self._wait_for, state="attached", timeout=SETTLE)
            else:
                await page.wait_for_load_state("networkidle", timeout=SETTLE)
        if self._press is not None:
            await self._turn(*self._press)
        if self._reading:
            await asyncio.wait(self._reading, timeout=QUIET / 1000)

    async def close(self) -> None:
        """Closes the page. Raises PlaywrightError or TimeoutError when it does not let itself be closed."""
        for task in self._reading:
            task.cancel()
        if self.page is not None and not self.page.is_closed():
            await asyncio.wait_for(self.page.close(), QUIET / 1000)

    @property
    def _open_page(self) -> Page:
        assert self.page is not None  # noqa: S101 - begin() came first
        return self.page

    async def _turn(self, css: str, times: int) -> None:
        """Presses what shows more, while it is there and brings answers."""
        button = self._open_page.locator(css).first
        for _ in range(min(times, MOST_TURNS)):
            before = len(self.answers)
            try:
                if not await button.count() or not await button.is_enabled(timeout=QUIET):
                    return
                await button.click(timeout=QUIET)
                await self._next_answer(before)
            except (PlaywrightTimeoutError, TimeoutError):
                return

    async def _next_answer(self, known: int) -> None:
        """Returns when there are more answers than `known`. Raises TimeoutError."""
        async with asyncio.timeout(SETTLE / 1000):
            while len(self.answers) <= known:
                self._came.clear()
                await self._came.wait()

    def _shut(self, popup: Page) -> None:
        popup.on("popup", self._shut)
        task = asyncio.ensure_future(_closed(popup))
        self._popups.add(task)
        task.add_done_callback(self._popups.discard)

    def _answered(self, response: Response) -> None:
        assert self._capture is not None  # noqa: S101 - else nobody listens
        url = response.url[:LONGEST_ADDRESS]
        wanted = len(self._reading) < MOST_ANSWERS and self._capture.search(url)
        if wanted and response.request.method != "OPTIONS" and same_site(url, self._open_page.url):
            self._reading.append(asyncio.ensure_future(self._read(response)))

    async def _read(self, response: Response) -> None:
        with suppress(PlaywrightError):  # redirects have no body; some answers are gone with their frame
            headers = await response.all_headers()
            if _number(headers.get("content-length")) > self._left:
                return
            body = await response.body()
            if len(body) > self._left:
                return
            self._left -= len(body)
            kept = {name: value for name, value in headers.items() if name.lower() not in DROPPED}
            self.answers.append(Answer(response.url, response.status, kept, body))
            self._came.set()


async def _closed(page: Page) -> None:
    with suppress(PlaywrightError):
        await page.close()


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else 0


def same_site(url: str, other: str) -> bool:
    """Whether both addresses are of one registered domain, or of one host where there is none (addresses)."""
    hosts = [urlsplit(address).hostname or "" for address in (url, other)]
    return hosts[0] == hosts[1] or (bool(_domain(hosts[0])) and _domain(hosts[0]) == _domain(hosts[1]))


def _domain(host: str) -> str:
    return str(_suffixes()(host).top_domain_under_public_suffix)


@cache
def _suffixes() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(
        suffix_list_urls=(), cache_dir=None
    )  # the list it was shipped with: nothing is fetched


def visit_of(visits: Mapping[Page, Visit], request: Request) -> Visit | None:
    """The visit to which a request of the browser belongs; None for those of popups and workers."""
    try:
        return visits.get(request.frame.page)
    except PlaywrightError:  # of a service worker, or of a page that is just being made
        return None
