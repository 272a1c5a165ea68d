"""`copycatch marketplaces`: which there are, how well each is known, and how the last run went."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import spiders
from console.exits import Exit
from console.opening import last_runs
from console.runs import NARROW
from console.terminal import JsonFlag, emit, out, table
from crawler.cases import count_cases
from crawler.declarations import declared
from index.messages import t

COLUMNS = ("name", "kind", "access", "proof", "cases", "format_confirmed", "interval", "healthy")
TESTS = Path(spiders.__file__).parent.parent / "tests/spiders"
"""Where the cases lie, in a source tree; an installed copy has none to count."""
WORDS = ("kind", "access", "proof")
SPARED = ("cases", "format_confirmed")
"""Left out of a table on a narrow terminal; --json always has them."""
KINDS = ("recorded", "synthetic")


def run(*, json: JsonFlag = False) -> int:
    """One line per marketplace: those of a single site, the engines, and every site of an engine that was crawled."""
    runs, cases = last_runs(), count_cases(TESTS) if TESTS.is_dir() else None
    rows = []
    for name, spider in declared().items():
        sites = [] if spider.one_site else sorted(place for place in runs if place.startswith(f"{name}:"))
        known = None if cases is None else {kind: cases.get(name, Counter())[kind] for kind in KINDS}
        rows += [_document(place, spider, runs.get(place), known) for place in (name, *sites)]
    if json:
        for row in rows:
            emit(row)
        return Exit.DONE
    console = out()
    columns = [name for name in COLUMNS if console.width >= NARROW or name not in SPARED]
    headings = [t(f"cli.marketplaces.column.{name}") for name in columns]
    cells = [[_cell(name, row[name]) for name in columns] for row in rows]
    console.print(table(headings, cells, wide={headings[0]: 1}, dense=True))
    return Exit.DONE


def _document(name: str, spider: Any, outcome: str | None, cases: dict[str, int] | None) -> dict[str, object]:
    """The contract of `marketplaces --json` (docs/schema/marketplaces.json); `healthy` is null before the first run,
    `cases` where there are none to count.
    """
    declared_there = {field: getattr(spider, field) for field in COLUMNS if field not in {"name", "cases", "healthy"}}
    finished = outcome if outcome in {"healthy", "unhealthy", "blocked"} else None
    healthy = None if finished is None else finished == "healthy"
    return {"name": name, **declared_there, "cases": cases, "healthy": healthy}


def _cell(name: str, value: object) -> str:
    if name in WORDS:
        try:
            return t(f"marketplaces.{name}.{str(value).replace(' ', '_')}")
        except LookupError:  # of a spider of the operator's own
            return str(value)
    if value is None or isinstance(value, bool):
        return t(f"cli.marketplaces.healthy.{'unknown' if value is None else 'yes' if value else 'no'}")
    if isinstance(value, dict):
        return t("cli.marketplaces.cases", **value)
    return str(value)
