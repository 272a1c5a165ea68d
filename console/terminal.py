"""What commands print: tables for people or JSON for programs on standard output, all else on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, BinaryIO

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from index.home import Home, find_home
from index.messages import t
from index.plain import ascii_json, line
from index.reading import encode

NOTHING: Mapping[str, int] = MappingProxyType({})
UNKNOWN_WIDTH = 120
"""Columns, where output goes into a file or another program."""

_SAID: ContextVar[Path | None] = ContextVar("home that was named", default=None)
"""Ends with the command: `console.cli.main` runs each in a context of its own."""

JsonFlag = Annotated[bool, typer.Option("--json", help=t("cli.json"))]


def out() -> Console:
    """Standard output. Strings are shown as they are: no markup, no emoji codes, no colouring of numbers."""
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else UNKNOWN_WIDTH
    return Console(file=sys.stdout, width=width, markup=False, emoji=False, highlight=False)


def err() -> Console:
    """Standard error, for progress and remarks."""
    return Console(file=sys.stderr, markup=False, emoji=False, highlight=False)


def emit(value: object) -> None:
    """One JSON document on a line of its own; always UTF-8, whatever the terminal speaks."""
    with raw_output() as stream:
        stream.write(ascii_json(encode(value)) + b"\n")


@contextmanager
def raw_output() -> Iterator[BinaryIO]:
    """Standard output for bytes. A reader that went away (`| head`) ends the command quietly."""
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains when it ends
        raise typer.Exit(0) from None


def home() -> Home:
    """The home to use; says which on standard error, once in a command."""
    found = find_home()
    if _SAID.get() != found.path:
        _SAID.set(found.path)
        remark(t("cli.home", path=found.path))
    return found


def remark(text: str) -> None:
    """A dim line on standard error."""
    err().print(Text(line(text), style="dim"), soft_wrap=True)


def complain(text: str) -> None:
    """A failure that is listed, on standard error."""
    err().print(Text(line(text), style="red"), soft_wrap=True)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    *,
    wide: Mapping[str, int] = NOTHING,
    dense: bool = False,
) -> Table:
    """A table of hostile text. Columns in `wide` (column -> share) take what room is left, on several lines; `dense`:
    columns stand nearer to each other.
    """
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=bool(wide), collapse_padding=dense, show_edge=not dense)
    for column in columns:
        made.add_column(
            column,
            overflow="fold",
            ratio=wide.get(column),
            no_wrap=bool(wide) and column not in wide,
            min_width=12 if column in wide else None,
        )
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(line(cell)) for cell in row))
    return made
