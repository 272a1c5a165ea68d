"""`copycatch crawl`: visits marketplaces and carries what they list into the index."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import typer

from console.exits import CommandError, Exit
from console.runs import RunDisplay, print_runs
from console.terminal import JsonFlag, home, remark
from crawler.declarations import declared
from crawler.run import crawl
from crawler.runs import Order
from crawler.since import cutoff
from index.messages import t
from index.settings import Settings, load_settings


def run(
    name: Annotated[str | None, typer.Argument(help=t("cli.crawl.name"), show_default=False)] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help=t("cli.crawl.all"))] = False,
    unproven: Annotated[bool, typer.Option("--unproven", help=t("cli.crawl.unproven"))] = False,
    query: Annotated[list[str] | None, typer.Option("--query", help=t("cli.crawl.query"), show_default=False)] = None,
    start: Annotated[list[str] | None, typer.Option("--start", help=t("cli.crawl.start"), show_default=False)] = None,
    limit: Annotated[int | None, typer.Option(min=1, help=t("cli.crawl.limit"), show_default=False)] = None,
    since: Annotated[str | None, typer.Option(metavar="7d", help=t("cli.crawl.since"), show_default=False)] = None,
    json: JsonFlag = False,
) -> int:
    """Crawls, one run per marketplace, and says how each went."""
    settings = load_settings()
    try:
        cutoff(since)
    except ValueError:
        raise CommandError(t("cli.crawl.bad_since", given=since)) from None
    if everything == (name is not None):
        raise CommandError(t("cli.crawl.name_or_all"))
    if everything:
        if query or start:
            raise CommandError(t("cli.crawl.all_alone"))
        orders = _all(settings, limit, since, unproven=unproven)
    elif unproven:
        raise CommandError(t("cli.crawl.unproven_alone"))
    else:
        orders = [_order(str(name), start or [], query or [], limit, since)]
    place = home()
    with RunDisplay() as display:
        runs = crawl(orders, home=place, settings=settings, progress=display.show)
    print_runs(runs, json=json)
    if runs and all(run.outcome == "healthy" for run in runs):
        return Exit.DONE
    remark(t("cli.crawl.log", path=place.logs / "crawl.log"))
    return Exit.UNHEALTHY


def _order(name: str, start: list[str], queries: list[str], limit: int | None, since: str | None) -> Order:
    spiders = declared()
    if name not in spiders:
        raise CommandError(t("cli.crawl.unknown", name=name, known=", ".join(spiders)))
    if not start and not spiders[name].starts:
        raise CommandError(t("cli.crawl.needs_start", name=name))
    if not queries and not start and not spiders[name].walks:
        raise CommandError(t("cli.crawl.needs_query", name=name))
    for address in start:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise CommandError(t("cli.crawl.bad_start", given=address))
    return Order(spider=name, start=tuple(start), queries=tuple(queries), limit=limit, since=since)


def _all(settings: Settings, limit: int | None, since: str | None, *, unproven: bool) -> list[Order]:
    """The marketplaces of a single site, then what the settings name."""
    asked = {"open", "unproven"} if unproven else {"open"}
    own = [
        Order(spider=name, limit=limit, since=since)
        for name, spider in declared().items()
        if settings.crawl.shipped and spider.starts and spider.walks and spider.access in asked
    ]
    named = [_order(each.spider, [*each.start], [*each.queries], limit, since) for each in settings.marketplaces]
    if not own + named:
        raise CommandError(t("cli.crawl.nothing"))
    return own + named
