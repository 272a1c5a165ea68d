"""The marketplaces of this home: single sites that are open to everybody, and what the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from crawler.runs import Order
from crawler.spider import MarketplaceSpider
from index.messages import t
from index.reading import ReadError
from index.settings import MarketplaceSettings, Settings

Spiders = Mapping[str, type[MarketplaceSpider]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One marketplace that can be crawled."""

    name: str
    """As in a listing's `marketplace`: 'discuz:bbs.example.org', 'apple_itunes'."""
    spider: type[MarketplaceSpider]
    start: tuple[str, ...] = ()
    """Addresses; empty for the spider's own."""
    own: MarketplaceSettings | None = None
    """What the settings say of it."""

    exempt: bool = False
    """Whether the operator has a written exemption from its robots rules."""

    @property
    def searches(self) -> bool:
        """Whether it may be asked for keywords: where robots rules forbid it, only with an exemption."""
        return self.spider.searches() and (self.spider.robots == "obeyed" or self.exempt)

    @property
    def walks(self) -> bool:
        """Whether it can be walked without a query; where robots rules forbid it, only if the settings say so."""
        return self.spider.walks and (self.spider.robots == "obeyed" or self.exempt or self.own is not None)

    @property
    def answers(self) -> bool:
        """Whether it can be asked; one that only looks packages up is rather walked, where that is possible."""
        return self.searches or (self.spider.looks_up() and not self.spider.walks)

    def walk(self, *, limit: int | None = None, since: str | None = None) -> Order:
        """The order to crawl it as `--all` does: what the settings ask for, else everything."""
        queries = self.own.queries if self.own else ()
        return Order(spider=self.spider.name, start=self.start, queries=queries, limit=limit, since=since)


def places(settings: Settings, spiders: Spiders, *, unproven: bool = False) -> list[Place]:
    """All, each name once; what the settings say of a single site takes the place of what it would be without.

    `unproven`: with single sites whose format nobody has confirmed. Raises ReadError for a spider that is not there,
    for an engine without an address, and for an address that is none.
    """
    wanted = {"open", "unproven"} if unproven else {"open"}
    found = {
        name: Place(name=name, spider=spider)
        for name, spider in spiders.items()
        if settings.crawl.shipped and spider.one_site and spider.starts and spider.access in wanted
    }
    for number, each in enumerate(settings.marketplaces, start=1):
        where = f"[[marketplaces]] {t('mistake.entry', number=number)}"
        if each.spider not in spiders:
            raise ReadError(t("mistake.no_spider", where=where, name=repr(each.spider), known=", ".join(spiders)))
        spider = spiders[each.spider]
        if not each.start and not spider.starts:
            raise ReadError(t("mistake.needs_start", where=where, name=each.spider))
        for address in each.start:
            if urlsplit(address).scheme not in {"http", "https"} or not urlsplit(address).hostname:
                raise ReadError(t("mistake.no_address", where=where, got=repr(address[:200])))
        for place in _of(each, spider):
            found[place.name] = place
    exempt = {host.lower() for host in settings.crawl.robots_exempt}
    return [replace(place, exempt=not exempt.isdisjoint(_hosts(place))) for place in found.values()]


def _hosts(place: Place) -> set[str]:
    parts = [urlsplit(address) for address in place.start or place.spider.starts]
    return {host for part in parts for host in (part.netloc.lower(), part.hostname or "")}


def _of(each: MarketplaceSettings, spider: type[MarketplaceSpider]) -> list[Place]:
    parts: dict[str, list[str]] = {}
    for address in each.start or spider.starts:
        parts.setdefault(spider.marketplace(address), []).append(address)
    return [
        Place(name=name, spider=spider, start=tuple(addresses) if each.start else (), own=each)
        for name, addresses in parts.items()
    ]
