"""`copycatch watch`: which words each marketplace is asked for, why, and when it last was."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from console.exits import Exit
from console.terminal import JsonFlag, emit, home, out, remark, table
from console.watching import watching
from crawler.watch.asking import Asking
from crawler.watch.words import Word, spelling
from index.messages import language, t
from index.settings import load_settings
from index.taxonomy import taxonomy
from index.times import utc

COLUMNS = ("marketplace", "word", "why", "asked", "now")


def run(
    name: Annotated[str | None, typer.Argument(help=t("watch.marketplace"), show_default=False)] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help=t("watch.all_words"))] = False,
    json: JsonFlag = False,
) -> int:
    """Nothing is asked and nothing is written down."""
    with watching(home(), load_settings(), name) as (asked, turns):
        rows = [
            _document(asking, word, turns.asked(asking.place.name))
            for asking in asked
            for word in ((asking.all_words if every else asking.words) or [None])
        ]
    if json:
        for row in rows:
            emit(row)
        return Exit.DONE
    out().print(table([t(f"watch.column.{column}") for column in COLUMNS], map(_row, rows)))
    for asking in asked:
        if asking.all_words:
            said = {"total": len(asking.all_words), "per_run": asking.per_run, "runs": asking.runs}
            remark(t("watch.sums", name=asking.place.name, **said))
    return Exit.DONE


def _document(asking: Asking, word: Word | None, asked: dict[str, float]) -> dict[str, object]:
    """The contract of `watch --json` (docs/schema/watch.json); `word` is null where it is only walked."""
    last = asked.get(spelling(word.text)) if word else None
    return {
        "marketplace": asking.place.name,
        "spider": asking.place.spider.name,
        "word": word.text if word else None,
        "kind": word.kind if word else None,
        "because": list(word.because) if word else [],
        "asked_at": None if last is None else utc(last),
        "now": word is None or word in asking.words,
    }


def _row(document: dict[str, object]) -> list[str | Text]:
    word, reasons = document["word"], document["because"]
    assert isinstance(reasons, list)  # noqa: S101 - for the type checker
    return [
        str(document["marketplace"]),
        t("watch.walked") if word is None else str(word),
        ", ".join(map(_reason, reasons)),
        t("watch.never") if document["asked_at"] is None else str(document["asked_at"]),
        t("watch.walks" if word is None else "watch.now" if document["now"] else "watch.later"),
    ]


def _reason(why: str) -> str:
    if why == "settings":
        return t("watch.own")
    violation = taxonomy().get(why)
    return f"{why} {violation.name(language())}" if violation else why
