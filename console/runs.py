"""What is said of runs that are over."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from console.terminal import complain, emit, out, remark, table
from crawler.remarks import by_the_way, spoken
from index.messages import t
from index.model import Run

COUNTS = ("pages", "listings", "new", "changed", "findings", "samples", "blocked", "problems")
FEW = ("pages", "listings", "findings", "blocked")
NARROW = 100
"""Columns below which a table has these only, and a line for the rest."""
STYLES = {"healthy": "green", "unhealthy": "bold red", "blocked": "bold red", "interrupted": "yellow"}


def print_runs(runs: Sequence[Run], *, json: bool) -> None:
    """How each run went: counts, problems, and why one was not healthy."""
    if json:
        for run in runs:
            emit(run)
        return
    console = out()
    narrow = console.width < NARROW
    counts = FEW if narrow else COUNTS
    headings = [t(f"cli.crawl.column.{name}") for name in ("marketplace", "outcome", *counts)]
    rows: list[list[str | Text]] = [[*_head(run), *(str(run.counts.get(name, 0)) for name in counts)] for run in runs]
    console.print(table(headings, rows, wide={headings[0]: 1}, dense=True))
    for run in runs:
        if narrow:
            rest = {name: run.counts.get(name, 0) for name in COUNTS if name not in FEW}
            remark(f"{run.marketplace}: {t('live.rest', **rest)}")
        if kept := run.counts.get("kept"):
            remark(f"{run.marketplace}: {t('spool.kept', count=kept)}")
        for stored in run.remarks:
            say = remark if by_the_way(stored) else complain
            say(f"{run.marketplace}: {spoken(stored)}")
        if run.problems:
            kinds = "; ".join(f"{_explained(kind)} × {count}" for kind, count in sorted(run.problems.items()))
            remark(f"{run.marketplace}: {t('cli.crawl.problems')}: {kinds}")


def _explained(kind: str) -> str:
    try:
        return f"{t(f'problem.{kind}')} [{kind}]"
    except LookupError:  # of a spider of the operator's own
        return kind


def _head(run: Run) -> tuple[str, Text]:
    return run.marketplace, Text(t(f"cli.crawl.outcome.{run.outcome}"), style=STYLES.get(run.outcome, ""))
