"""A crawl while it goes on: a live view in a terminal, elsewhere now and then a plain line, nothing beside JSON.

It stands on standard error, so that it never mixes with what a command prints.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from console.progress import PLAIN_EVERY
from console.terminal import err, remark
from crawler.tally import Progress
from index.messages import t
from index.plain import line

WINDOW = 15.0
"""Seconds over which the rate is taken."""
SHOWN = ("pages", "rate", "listings", "new_violations", "findings", "samples", "blocked", "problems", "waiting")
ALARMING = {"blocked": "red", "problems": "yellow", "new_violations": "bold red"}
"""Counts that are coloured when they are not zero."""


class Rate:
    """Pages a second, over the last seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, at: float, pages: int) -> None:
        """So many pages were fetched by then."""
        if self._seen and pages < self._seen[-1][1]:
            self._seen.clear()  # another run
        self._seen.append((at, pages))
        while len(self._seen) > 2 and self._seen[0][0] < at - WINDOW:
            self._seen.popleft()

    def now(self, at: float) -> float:
        """Pages a second; 0 while nothing is known, and falling while nothing comes."""
        if len(self._seen) < 2:
            return 0.0
        first, last = self._seen[0], self._seen[-1]
        return (last[1] - first[1]) / max(at - first[0], 1.0)


class RunDisplay:
    """Shows where the runs of one command stand."""

    def __init__(
        self, *, quiet: bool = False, console: Console | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`quiet`: shows nothing. `console`, `clock`: others than standard error and the machine's."""
        self._quiet = quiet
        self._console = console or err()
        self._clock = clock
        self._began = self._spoken = clock()
        self._rate = Rate()
        self._progress: Progress | None = None
        self._marketplaces: dict[str, None] = {}
        self._spinner = Spinner("dots")
        self._live = Live(
            get_renderable=self.view, console=self._console, transient=True, refresh_per_second=4, redirect_stderr=False
        )

    def __enter__(self) -> Self:
        if self._console.is_terminal and not self._quiet:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, progress: Progress) -> None:
        """Where a run stands. Called often by `crawler.run.crawl`; drawn when the live view is due."""
        now = self._clock()
        self._progress = progress
        self._marketplaces[progress.marketplace] = None
        self._rate.note(now, progress.counts.get("pages", 0))
        if not self._live.is_started and not self._quiet and now - self._spoken >= PLAIN_EVERY:
            self._spoken = now
            remark(self._line(progress, now))

    def view(self) -> RenderableType:
        """What the live view draws now; as many lines as the width of the terminal asks for."""
        if self._progress is None:
            self._spinner.update(text=Text(t("live.starting")))
            return self._spinner
        now = self._clock()
        head = Text(line(self._progress.marketplace), style="bold", overflow="ellipsis", no_wrap=True)
        elapsed = int(now - self._began)
        more = f"  {elapsed // 3600}:{elapsed // 60 % 60:02}:{elapsed % 60:02}"
        if len(self._marketplaces) > 1:
            more += "  " + t("live.nth", number=len(self._marketplaces))
        head.append(more, style="not bold dim")
        self._spinner.update(text=head)
        values = self._values(self._progress, now)
        cells = [self._cell(name, values[name]) for name in SHOWN if name != "new_violations" or values[name] != "0"]
        return Group(self._spinner, Columns(cells, padding=(0, 2)))

    @staticmethod
    def _cell(name: str, value: str) -> Text:
        style = ALARMING.get(name, "") if value != "0" else ""
        return Text.assemble((t(f"live.{name}"), "dim"), " ", (value, style or "bold"))

    def _values(self, progress: Progress, now: float) -> dict[str, str]:
        counts = {name: str(progress.counts.get(name, 0)) for name in SHOWN}
        return {**counts, "rate": f"{self._rate.now(now):.1f}", "waiting": str(progress.waiting)}

    def _line(self, progress: Progress, now: float) -> str:
        return t("live.line", name=line(progress.marketplace), **self._values(progress, now))
