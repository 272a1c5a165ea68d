"""`copycatch index rescore`: judges the index anew and lists what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.text import Text

from console.exits import Exit
from console.terminal import JsonFlag, emit, err, home, out, remark, table
from console.words import verdict
from crawler.rejudge import Change
from crawler.rescore import Rescored
from crawler.rescore import rescore as judge_anew
from index.messages import t
from index.settings import load_settings

COUNTS = ("listings", "new", "dropped", "verdict")
SHOWN = 200
"""Changes that are listed; all of them are in the index and its history."""


def rescore(
    *,
    query: Annotated[str, typer.Option("--query", help=t("rescore.query"), show_default=False)] = "*",
    json: JsonFlag = False,
) -> int:
    """Judges everything that the query finds anew."""
    shown: list[Change] = []
    done = judge_anew(home=home(), settings=load_settings(), query=query, tell=_telling(shown))
    if json:
        emit(_document(done, shown))
        return Exit.DONE
    if done.resumed:
        remark(t("rescore.resumed"))
    print_changes(shown)
    counts = counts_of(done.run.counts, COUNTS)
    out().print(t("rescore.result", **counts))
    if (rest := sum(counts.values()) - counts["listings"] - len(shown)) > 0:
        out().print(t("rescore.more", count=rest))
    return Exit.DONE


def _telling(shown: list[Change]) -> Callable[[list[Change], int], None]:
    def tell(changes: list[Change], done: int) -> None:
        shown.extend(changes[: SHOWN - len(shown)])
        if err().is_terminal:
            remark(f"{t('rescore.label')}: {done}")

    return tell


def counts_of(counts: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    """The named counts; 0 for what was not counted."""
    return {name: counts.get(name, 0) for name in names}


def print_changes(changes: Sequence[Change]) -> None:
    """A table of findings that changed; nothing where none did."""
    if changes:
        columns = [t(f"rescore.column.{name}") for name in ("what", "before", "after", "finding", "title")]
        out().print(table(columns, map(_row, changes[:SHOWN]), wide={columns[4]: 1}))


def _row(change: Change) -> tuple[str | Text, ...]:
    before = verdict(change.before) if change.before else ""
    return t(f"rescore.what.{change.what}"), before, verdict(change.after), change.finding_id, change.title


def shown_changes(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Changes as JSON."""
    named = ("listing_id", "finding_id", "title", "group", "brand", "before", "after")
    return [{"what": one.what, **{name: getattr(one, name) for name in named}} for one in changes[:SHOWN]]


def _document(done: Rescored, shown: list[Change]) -> dict[str, Any]:
    """The contract of `index rescore --json` (docs/schema/index_rescore.json)."""
    return {
        "run": done.run.id,
        "resumed": done.resumed,
        "counts": done.run.counts,
        "changes": shown_changes(shown),
    }
