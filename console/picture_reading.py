"""`copycatch index pictures`: text and codes in the pictures of listings, judged with the rest."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from console.exits import CommandError, Exit
from console.rescoring import counts_of, print_changes, shown_changes
from console.terminal import JsonFlag, emit, err, home, out, remark
from crawler.rejudge import Change
from index.messages import t
from index.model import Run
from index.settings import load_settings

COUNTS = ("listings", "withheld", "pictures", "icons", "with_text", "with_codes", "kept", "problems")


def pictures(
    *,
    query: Annotated[str, typer.Option("--query", help=t("pictures.query"), show_default=False)] = "*",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help=t("pictures.limit"), show_default=False)] = None,
    json: JsonFlag = False,
) -> int:
    """Fetches and reads the pictures that may be fetched."""
    from crawler.picture_run import PicturesMissing, read_pictures  # noqa: PLC0415 - loads Scrapy

    changes: list[Change] = []

    def tell(some: list[Change], counts: dict[str, int]) -> None:
        changes.extend(some)
        if err().is_terminal:
            remark(t("pictures.progress", **counts_of(counts, COUNTS)))

    try:
        run = read_pictures(home=home(), settings=load_settings(), query=query, limit=limit, tell=tell)
    except PicturesMissing:
        raise CommandError(t("pictures.missing"), Exit.MISSING) from None
    if json:
        emit(_document(run, changes))
        return _code(run)
    print_changes(changes)
    out().print(t("pictures.result", **counts_of(run.counts, COUNTS)), soft_wrap=True)
    if run.problems:
        kinds = ", ".join(f"{kind} × {count}" for kind, count in sorted(run.problems.items()))
        remark(f"{t('cli.crawl.problems')}: {kinds}")
    return _code(run)


def _code(run: Run) -> int:
    return Exit.FAILURES if run.problems or run.outcome != "healthy" else Exit.DONE


def _document(run: Run, changes: list[Change]) -> dict[str, Any]:
    """The contract of `index pictures --json` (docs/schema/index_pictures.json)."""
    counts = counts_of(run.counts, COUNTS)
    return {"run": run.id, "counts": counts, "problems": run.problems, "changes": shown_changes(changes)}
