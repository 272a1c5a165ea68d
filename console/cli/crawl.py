"""`copycatch crawl`: visits marketplaces and carries what they list into the index."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from console.exits import CommandError, Exit
from console.live import RunDisplay
from console.ordering import all_orders, order_for
from console.runs import print_runs
from console.terminal import JsonFlag, home, remark
from console.watching import watching
from crawler.budget import only_spent
from crawler.run import crawl
from crawler.runs import Order
from crawler.since import cutoff
from crawler.watch.asking import begin, end
from index.home import Home
from index.messages import t
from index.model import Run
from index.settings import Settings, load_settings

LONGEST_FILE = 16 << 20
"""Bytes of a file of addresses."""


def run(
    name: Annotated[str | None, typer.Argument(help=t("cli.crawl.name"), show_default=False)] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help=t("cli.crawl.all"))] = False,
    watch: Annotated[bool, typer.Option("--watch", help=t("watch.option"))] = False,
    unproven: Annotated[bool, typer.Option("--unproven", help=t("cli.crawl.unproven"))] = False,
    query: Annotated[list[str] | None, typer.Option("--query", help=t("cli.crawl.query"), show_default=False)] = None,
    start: Annotated[list[str] | None, typer.Option("--start", help=t("cli.crawl.start"), show_default=False)] = None,
    limit: Annotated[int | None, typer.Option(min=1, help=t("cli.crawl.limit"), show_default=False)] = None,
    since: Annotated[str | None, typer.Option(metavar="7d", help=t("cli.crawl.since"), show_default=False)] = None,
    again: Annotated[bool, typer.Option("--again", help=t("watch.again"))] = False,
    json: JsonFlag = False,
) -> int:
    """Crawls, one run per marketplace, and says how each went."""
    settings = load_settings()
    _check(name, everything=everything, watch=watch, unproven=unproven, given=bool(query or start), since=since)
    if watch:
        place = home()
        with watching(place, settings, name) as (asked, turns):
            begin(turns, asked)
            orders = [each.order(limit=limit, since=since) for each in asked]
            runs = _crawl(orders, place, settings, again=again, quiet=json)
            end(turns, asked, runs)
    else:
        if everything:
            orders = all_orders(settings, limit=limit, since=since, unproven=unproven)
        else:
            addresses = [address for given in start or [] for address in _addresses(given)]
            orders = [order_for(str(name), settings, start=addresses, queries=query or [], limit=limit, since=since)]
        place = home()
        runs = _crawl(orders, place, settings, again=again, quiet=json)
    print_runs(runs, json=json)
    for run in runs:
        if count := run.counts.get("not_due"):
            remark(t("watch.not_due", name=run.marketplace, count=count))
    if runs and all(run.outcome == "healthy" or only_spent(run) for run in runs):
        return Exit.DONE
    remark(t("cli.crawl.log", path=place.logs / "crawl.log"))
    return Exit.UNHEALTHY


def _check(name: str | None, *, everything: bool, watch: bool, unproven: bool, given: bool, since: str | None) -> None:
    """Raises CommandError for what does not go together."""
    try:
        cutoff(since)
    except ValueError:
        raise CommandError(t("cli.crawl.bad_since", given=since)) from None
    if watch and (everything or given):
        raise CommandError(t("watch.alone"))
    if not watch and everything == (name is not None):
        raise CommandError(t("cli.crawl.name_or_all"))
    if everything and given:
        raise CommandError(t("cli.crawl.all_alone"))
    if unproven and not everything:
        raise CommandError(t("cli.crawl.unproven_alone"))


def _crawl(orders: list[Order], place: Home, settings: Settings, *, again: bool, quiet: bool) -> list[Run]:
    with RunDisplay(quiet=quiet) as display:
        return crawl(orders, home=place, settings=settings, progress=display.show, again=again)


def _addresses(given: str) -> list[str]:
    """The address itself, or with '@FILE' those in the file: one per line, '#' begins a remark."""
    if not given.startswith("@"):
        return [given]
    with Path(given[1:]).open("rb") as file:
        raw = file.read(LONGEST_FILE + 1)
    if len(raw) > LONGEST_FILE:
        raise CommandError(t("cli.crawl.long_file", file=given[1:], most=LONGEST_FILE >> 20))
    lines = (line.strip() for line in raw.decode("utf-8-sig", "replace").splitlines())
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise CommandError(t("crawl.empty_list", file=given[1:]))
    return found
