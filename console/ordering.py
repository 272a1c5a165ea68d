"""What is to be crawled, from the command line and the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from console.exits import CommandError
from crawler.declarations import declared
from crawler.places import places
from crawler.runs import Order
from index.messages import t
from index.settings import Settings


def order_for(
    name: str,
    settings: Settings,
    *,
    start: Sequence[str] = (),
    queries: Sequence[str] = (),
    limit: int | None = None,
    since: str | None = None,
) -> Order:
    """What was asked for; where no address was given, what the settings say of a marketplace of that name."""
    for address in start:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise CommandError(t("cli.crawl.bad_start", given=address))
    spiders = declared()
    known = [] if start else places(settings, spiders)
    named = [each for each in known if each.name == name and each.own]
    if named:
        order = named[0].walk(limit=limit, since=since)
        return replace(order, queries=tuple(queries) or order.queries)
    if name not in spiders:
        raise CommandError(t("cli.crawl.unknown", name=name, known=", ".join(spiders)))
    if not start and not spiders[name].starts:
        if own := [each.name for each in known if each.spider.name == name]:
            raise CommandError(t("crawl.one_of_own", name=name, names=", ".join(own)))
        raise CommandError(t("cli.crawl.needs_start", name=name))
    if not queries and not start and not spiders[name].walks:
        raise CommandError(t("cli.crawl.needs_query", name=name))
    return Order(spider=name, start=tuple(start), queries=tuple(queries), limit=limit, since=since)


def all_orders(settings: Settings, *, limit: int | None, since: str | None, unproven: bool) -> list[Order]:
    """The marketplaces of a single site that can be walked, and all that the settings name."""
    found = places(settings, declared(), unproven=unproven)
    if not found:
        raise CommandError(t("cli.crawl.nothing"))
    return [place.walk(limit=limit, since=since) for place in found if place.walks or place.own]
