"""Progress of long work on standard error: a live bar in a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from console.terminal import err, remark
from index.messages import t

T = TypeVar("T")
PLAIN_EVERY = 10.0
"""Seconds between two plain lines."""


def bar() -> Progress:
    """A live display that goes away when it is done."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=err(), transient=True)


def follow(things: Iterable[T], label: str, total: int | None = None) -> Generator[T]:
    """The same things, counted while they pass."""
    if err().is_terminal:
        with bar() as shown:
            yield from shown.track(things, total=total, description=label)
        return
    spoken = time.monotonic()
    for number, thing in enumerate(things, start=1):
        yield thing
        if time.monotonic() - spoken >= PLAIN_EVERY:
            spoken = time.monotonic()
            remark(t("cli.progress", label=label, number=number, total=total if total is not None else "?"))
