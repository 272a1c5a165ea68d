"""Tabs at once, pages until a new browser, memory: counted without a browser, by what the budget is told."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable

import pytest

from crawler import browser_budget
from crawler.browser_budget import Budget, browser_memory
from index.settings import BrowserSettings

MB = 1 << 20


class Browser:
    """Counts who is inside, and when it was closed."""

    def __init__(self, memory: Callable[[], int] = lambda: 0, **limits: int) -> None:
        self.inside = self.most = 0
        self.closed: list[int] = []
        self.was_closed = asyncio.Event()
        self.budget = Budget(BrowserSettings(**limits), renew=self.renew, memory=memory)

    async def renew(self) -> None:
        self.closed.append(self.inside)
        self.was_closed.set()

    async def page(self, leave: asyncio.Event | None = None) -> None:
        async with self.budget.tab():
            self.inside += 1
            self.most = max(self.most, self.inside)
            await (leave.wait() if leave else asyncio.sleep(0))
            self.inside -= 1


def test_no_more_tabs_than_allowed_and_a_new_browser_only_when_none_is_open() -> None:
    async def run() -> Browser:
        browser = Browser(tabs=3, restart_after=10)
        await asyncio.gather(*(browser.page() for _ in range(35)))
        return browser

    browser = asyncio.run(run())
    assert browser.most == 3 and browser.closed == [0, 0, 0]
    assert browser.budget.renewed == 3


def test_a_browser_above_its_memory_is_renewed_before_the_next_page() -> None:
    async def run() -> Browser:
        browser = Browser(lambda: 300 * MB, tabs=2, memory_mb=200)
        for _ in range(3):
            await browser.page()
        return browser

    assert asyncio.run(run()).closed == [0, 0]  # not before the first page: a new one takes what it takes


def test_a_browser_far_above_its_memory_is_closed_under_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_budget, "LOOK", 0.001)

    async def run() -> Browser:
        browser = Browser(lambda: 900 * MB, tabs=2, memory_mb=200)
        leave = asyncio.Event()
        page = asyncio.create_task(browser.page(leave))
        await browser.was_closed.wait()
        leave.set()
        await page
        return browser

    assert 1 in asyncio.run(run()).closed


def test_a_page_that_raises_gives_its_room_back() -> None:
    async def run() -> Browser:
        browser = Browser(tabs=1)
        for _ in range(3):
            with pytest.raises(ValueError, match="page"):
                async with browser.budget.tab():
                    raise ValueError("page")
        await browser.page()
        return browser

    assert asyncio.run(run()).most == 1


@pytest.mark.skipif(sys.platform != "linux", reason="memory of processes is told by /proc")
def test_memory_is_that_of_the_processes_below_this_one() -> None:
    before = browser_memory()
    with subprocess.Popen(
        [sys.executable, "-c", "kept = b'x' * (64 << 20); print('ready', flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdout is not None and child.stdout.readline()
        assert browser_memory() - before > 60 * MB
        child.communicate(b"\n")
