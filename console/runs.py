"""Runs while they go on and when they are over."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from console.progress import PLAIN_EVERY
from console.terminal import complain, emit, err, out, remark, table
from crawler.remarks import by_the_way, spoken
from crawler.tally import Progress
from index.messages import t
from index.model import Run
from index.plain import line

COUNTS = ("pages", "listings", "new", "changed", "findings", "samples", "blocked", "problems")
STYLES = {"healthy": "green", "unhealthy": "bold red", "blocked": "bold red", "interrupted": "yellow"}


class RunDisplay:
    """A live line per run in a terminal; elsewhere a plain line every few seconds."""

    def __init__(self) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        self._bar = Bar(*columns, console=err(), transient=True)
        self._lines: dict[str, TaskID] = {}
        self._spoken = time.monotonic()

    def __enter__(self) -> Self:
        if err().is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, progress: Progress) -> None:
        """Where a run stands. Called often by `crawler.run.crawl`."""
        counts = {name: progress.counts.get(name, 0) for name in COUNTS}
        said = t("cli.crawl.progress", name=line(progress.marketplace), waiting=progress.waiting, **counts)
        if self._bar.live.is_started:
            if progress.marketplace not in self._lines:
                self._lines[progress.marketplace] = self._bar.add_task(said, total=None)
            self._bar.update(self._lines[progress.marketplace], description=said)
        elif time.monotonic() - self._spoken >= PLAIN_EVERY:
            self._spoken = time.monotonic()
            remark(said)


def print_runs(runs: Sequence[Run], *, json: bool) -> None:
    """How each run went: counts, problems, and why one was not healthy."""
    if json:
        for run in runs:
            emit(run)
        return
    headings = [t(f"cli.crawl.column.{name}") for name in ("marketplace", "outcome", *COUNTS)]
    out().print(table(headings, [[*_head(run), *(str(run.counts.get(name, 0)) for name in COUNTS)] for run in runs]))
    for run in runs:
        for stored in run.remarks:
            say = remark if by_the_way(stored) else complain
            say(f"{run.marketplace}: {spoken(stored)}")
        if run.problems:
            kinds = ", ".join(f"{kind} × {count}" for kind, count in sorted(run.problems.items()))
            remark(f"{run.marketplace}: {t('cli.crawl.problems')}: {kinds}")


def _head(run: Run) -> tuple[str, Text]:
    return run.marketplace, Text(t(f"cli.crawl.outcome.{run.outcome}"), style=STYLES.get(run.outcome, ""))
