"""What a run's browser may take: tabs at once, pages until it is started anew, memory.

Browsers grow with every page, and hostile pages make them grow on purpose. So the browser is closed after so many
pages, and before the next page when it has taken more memory than it may; far above that it is killed at once.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from index.settings import BrowserSettings

LOOK = 2.0
"""Seconds between two looks at the memory while pages are open."""
FAR_ABOVE = 2
"""So many times the limit ends the browser at once, with whatever is open."""
PROC = Path("/proc")


class Budget:
    """Lets pages in as the limits allow, and has the browser renewed when that is due."""

    def __init__(
        self, limits: BrowserSettings, *, renew: Callable[[], Awaitable[None]], memory: Callable[[], int] | None = None
    ) -> None:
        """`renew` closes the browser, so that the next page starts another; `memory` tells its bytes."""
        self._limits = limits
        self._renew = renew
        self._memory = memory or browser_memory
        self._tabs = asyncio.Semaphore(limits.tabs)
        self._door = asyncio.Lock()
        self._none_open = asyncio.Event()
        self._none_open.set()
        self._open = 0
        self._served = 0
        self._watch: asyncio.Task[None] | None = None
        self.renewed = 0
        """How often the browser was closed for its age or size."""

    @asynccontextmanager
    async def tab(self) -> AsyncIterator[None]:
        """Room for one page."""
        async with self._tabs:
            async with self._door:  # whoever comes while the browser is renewed waits here
                if self._due():
                    await self._none_open.wait()
                    await self._renewal()
                self._entered()
            try:
                yield
            finally:
                self._left()

    def _due(self) -> bool:
        return self._served >= self._limits.restart_after or (self._served > 0 and self._above(1))

    def _above(self, times: int) -> bool:
        return self._memory() > times * (self._limits.memory_mb << 20)

    async def _renewal(self) -> None:
        self._served = 0
        self.renewed += 1
        await self._renew()

    def _entered(self) -> None:
        self._served += 1
        self._open += 1
        self._none_open.clear()
        if self._watch is None or self._watch.done():
            self._watch = asyncio.get_running_loop().create_task(self._watching())

    def _left(self) -> None:
        self._open -= 1
        if not self._open:
            self._none_open.set()

    async def _watching(self) -> None:
        while self._open:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._none_open.wait(), LOOK)
            if self._open and self._above(FAR_ABOVE):
                await self._renewal()


def browser_memory() -> int:
    """Bytes that the processes below this one take together, ours left out; 0 where nobody can tell (no /proc)."""
    children: dict[int, list[int]] = {}
    for entry in PROC.glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # 'pid (name) state parent ...'; the name may hold anything, brackets too
            parent = int(entry.read_text("utf-8", "replace").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.parent.name))
    below, waiting = 0, list(children.get(os.getpid(), ()))
    while waiting:
        pid = waiting.pop()
        below += _proportional(pid)
        waiting += children.get(pid, ())
    return below


def _proportional(pid: int) -> int:
    """Bytes of one process, what it shares divided among those who share it."""
    with suppress(OSError, ValueError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    return 0
