"""`copycatch recheck`: looks at known listings again: there, gone, moved, off the shelf, or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from console.declared_views import seen_from, show_views
from console.exits import Exit
from console.live import RunDisplay
from console.opening import reading
from console.rechecks import Wanted, again, asked, due, orders, seen
from console.terminal import JsonFlag, complain, emit, home, out, remark, table
from crawler.remarks import by_the_way, spoken
from crawler.run import crawl
from index.messages import language as reader
from index.messages import t
from index.model import Run
from index.plain import line
from index.settings import load_settings

COLUMNS = ("state", "standing", "title", "marketplace", "detail")
STYLES = {"seen": "yellow", "gone": "green", "off_shelf": "green", "moved": "green", "blocked": "bold red"}


def run(
    given: Annotated[
        list[str] | None, typer.Argument(metavar="QUERY|ID", help=t("cli.recheck.given"), show_default=False)
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help=t("cli.recheck.all"))] = False,
    limit: Annotated[int | None, typer.Option(min=1, help=t("cli.recheck.limit"), show_default=False)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=t("cli.recheck.dry_run"))] = False,
    view: Annotated[bool, typer.Option("--view", help=t("view.option"))] = False,
    vantage: Annotated[str | None, typer.Option("--vantage", help=t("view.vantage"), show_default=False)] = None,
    language: Annotated[str | None, typer.Option("--language", help=t("view.language"), show_default=False)] = None,
    json: JsonFlag = False,
) -> int:
    """Looks at what is named, or at what is due, and says what was seen of each."""
    settings = seen_from(load_settings(), vantage, language, view=view)
    place = home()
    with reading() as index:
        wanted = asked(index, given) if given else due(index, place, datetime.now(UTC), everything=everything)
    wanted = wanted[:limit]
    if dry_run or not wanted:
        _list(wanted, json=json)
        return Exit.DONE
    with RunDisplay(quiet=json) as display:
        asked_for = [replace(order, view=view) for order in orders(wanted)]
        runs = crawl(asked_for, home=place, settings=settings, progress=display.show, again=True)
    with reading() as index:
        if view:
            show_views(index, wanted, {each.id for each in runs}, json=json)
            return _code(runs, [])
        found = list(seen(index, wanted, (each.id for each in runs)))
        known = again(index, place, (one.id for one in wanted))
    found = [{**one, "again": known.get(str(one["listing_id"]))} for one in found]
    if json:
        for one in found:
            emit(one)
    else:
        _print(found)
    return _code(runs, found)


def _list(wanted: list[Wanted], *, json: bool) -> None:
    for one in wanted:
        if json:
            emit(one)
        else:
            out().print(line(f"{one.id}  {t(f'recheck.why.{one.why}')}  {one.title}  {one.url}"), soft_wrap=True)
    if not wanted:
        remark(t("recheck.nothing"))


def _print(found: list[dict[str, Any]]) -> None:
    rows = []
    for one in found:
        state, known = one["state"] or "error", one["standing"]
        sure = "recheck.sure" if known.sure else "recheck.unsure"
        stands = t(sure, state=t(f"page.state.{known.state}")) if known.state else "-"
        detail = t(one["detail"]) if one["detail"].startswith("page.") else one["detail"]
        cells = (Text(t(f"page.state.{state}"), style=STYLES.get(state, "red")), stands)
        rows.append((*cells, one["title"], one["marketplace"], detail or one["url"]))
    headings = [t(f"recheck.column.{name}") for name in COLUMNS]
    out().print(table(headings, rows, wide={headings[2]: 2, headings[4]: 3}))
    for relisting in (one["again"] for one in found if one["again"]):
        out().print(Text(line(relisting.zh if reader() == "zh" else relisting.en), style="bold yellow"), soft_wrap=True)


def _code(runs: list[Run], found: list[dict[str, Any]]) -> int:
    """3 where a marketplace refused us or could not be read; else 1 where single looks saw nothing that counts."""
    for each in runs:
        for stored in each.remarks:
            (remark if by_the_way(stored) else complain)(f"{each.marketplace}: {spoken(stored)}")
    if any(each.outcome != "healthy" for each in runs):
        return Exit.UNHEALTHY
    return Exit.FAILURES if any(one["state"] in {None, "error", "blocked"} for one in found) else Exit.DONE
