"""`copycatch import`: listings from CSV or JSON Lines, carried like crawled ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from apk_analysis.fingerprint import Problem
from console.exits import Exit
from console.runs import RunDisplay
from console.sheets import read_listings, readable
from console.terminal import JsonFlag, complain, emit, home, out
from crawler.intake import intake
from index.messages import t
from index.model import Listing, Run
from index.plain import plain
from index.settings import load_settings

COUNTS = ("new", "changed", "unchanged", "duplicates", "findings")


def run(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help=t("cli.import.files"), show_default=False)],
    *,
    json: JsonFlag = False,
) -> int:
    """Takes the files one after the other; rows that cannot be read are listed, the others go on."""
    for path in files:
        readable(path)
    settings = load_settings()
    place = home()
    healthy, bad = True, 0
    for path in files:
        with RunDisplay() as display:
            found = intake(
                _listed(path), source=f"import:{path.stem}", home=place, settings=settings, progress=display.show
            )
        said = _document(path, found)
        bad += said["problems"]
        healthy = healthy and found.outcome == "healthy"
        if json:
            emit(said)
        else:
            counts = {name: said[name] for name in COUNTS}
            out().print(plain(t("cli.import.result", file=path, bad=said["problems"], **counts)), soft_wrap=True)
    return Exit.FAILURES if bad else Exit.DONE if healthy else Exit.UNHEALTHY


def _listed(path: Path) -> Iterator[Listing | Problem]:
    """The rows; what is wrong with one is said at once, for there may be more than anybody wants to keep."""
    for row in read_listings(path):
        if isinstance(row, Problem):
            complain(row.detail)
        yield row


def _document(path: Path, found: Run) -> dict[str, Any]:
    """The contract of `import --json` (docs/schema/import.json)."""
    counts = {name: found.counts.get(name, 0) for name in COUNTS}
    return {"file": str(path), "run": found.id, **counts, "problems": sum(found.problems.values())}
