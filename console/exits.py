"""Exit codes, and how an exception becomes one clear line and a code."""

from __future__ import annotations

import sys
from enum import IntEnum

from typer.exceptions import Abort, TyperException

from console.usage import explained, refused
from crawler.browser import BrowserMissing
from index.home import HomeError
from index.messages import t
from index.plain import line
from index.protocol import IndexUnavailable, QueryError
from index.reading import ReadError


class Exit(IntEnum):
    """What the shell, cron and scripts rely on."""

    DONE = 0
    FAILURES = 1
    """Finished, with failures that were listed."""
    WRONG_USE = 2
    UNHEALTHY = 3
    """A run was unhealthy or blocked."""
    MISSING = 4
    """A needed service or system package is missing, and was named."""


class CommandError(Exception):
    """Ends a command with one line and a code."""

    def __init__(self, message: str, code: Exit = Exit.WRONG_USE) -> None:
        super().__init__(message)
        self.code = code


CODES: dict[type[Exception], Exit] = {
    ReadError: Exit.WRONG_USE,
    QueryError: Exit.WRONG_USE,
    HomeError: Exit.MISSING,
    IndexUnavailable: Exit.MISSING,
    BrowserMissing: Exit.MISSING,
}
"""Errors of the rooms below whose message is meant to be read."""


def explain(error: Exception) -> tuple[str, Exit]:
    """The line to print and the exit code. An error that nobody foresaw says so, and how to see more."""
    if isinstance(error, CommandError):
        return str(error), error.code
    for kind, code in CODES.items():
        if isinstance(error, kind):
            return str(error), code
    if isinstance(error, TyperException):
        return _usage(error), Exit.WRONG_USE
    if isinstance(error, Abort):
        return t("cli.stopped"), Exit.FAILURES
    if isinstance(error, OSError) and error.filename:
        return refused(error), Exit.WRONG_USE
    return t("cli.unforeseen", kind=type(error).__name__, detail=error), Exit.FAILURES


def _usage(error: TyperException) -> str:
    """What is wrong with the call, and where to read more. Empty when the help was printed instead."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "copycatch"
    message = explained(error)
    return t("usage.see_help", said=message, command=command) if message else ""


def report(error: Exception) -> int:
    """Prints the line to standard error and returns the code."""
    message, code = explain(error)
    if message:
        sys.stderr.write(f"copycatch: {line(message)}\n")
    return code
