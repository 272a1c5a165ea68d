"""Who brought what is imported, by what is asked on the command line and in a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from console.exits import CommandError
from crawler.supplied.brought import UnreadableError
from crawler.supplied.kinds import EVIDENCE, FileKind
from crawler.supplied.rows import received
from crawler.supplied.sample_file import digest_of
from index.messages import t
from index.model import Supply
from index.settings import Settings


def handed_over(
    kinds: dict[Path, FileKind], *, by: str | None, channel: str | None, at: str | None, settings: Settings, ask: bool
) -> tuple[str, str, str]:
    """Name, channel and time of the supplier. For evidence somebody has to answer by name: it is asked for in a
    terminal, and refused elsewhere. A plain list that nobody answers for is the operator's own. Raises CommandError.
    """
    by, channel = (by or "").strip(), (channel or "").strip()
    evidence = next((path for path, kind in kinds.items() if kind in EVIDENCE), None)
    if evidence is not None and not (by and channel):
        if not (ask and in_terminal()):
            raise CommandError(t("intake.supplied.needed", file=evidence))
        by = by or str(typer.prompt(t("intake.supplied.ask_by"), err=True)).strip()
        channel = channel or str(typer.prompt(t("intake.supplied.ask_channel"), err=True)).strip()
    try:
        when = received(at)
    except UnreadableError as error:
        raise CommandError(str(error)) from error
    return by or settings.crawl.operator, channel or t("intake.supplied.file_channel"), when


def in_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty()


def supply_of(path: Path, said: tuple[str, str, str]) -> Supply:
    """The same for one file, with its hash. Raises OSError."""
    by, channel, when = said
    with path.open("rb") as source:
        digest = digest_of(source)
    return Supply(by=by, channel=channel, received_at=when, file=path.name, file_sha256=digest)
