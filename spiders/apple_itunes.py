"""Apple's stores for iPhone, iPad and Mac, by the public search and look-up interface; one storefront per country."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response

from crawler.families.app_store import AppStore, healthy, listed, not_understood
from crawler.families.json_page import at, read_json, said, things
from crawler.spider import Yield
from index.model import Listing

API = "https://itunes.apple.com"
KINDS = ("software", "macSoftware")
"""The interface searches apps for iPhone and iPad, and those for Mac, one by one."""
PLACE = re.compile(r"//[^/]+/([a-z]{2})(?=/|$)")
NUMBER = re.compile(r"/id(\d{5,12})(?=[/?#]|$)")


class AppleItunes(AppStore):
    """Walked by the charts of each storefront; apps cannot be downloaded from here."""

    name = "apple_itunes"
    country = "US"
    proof = "recorded"
    format_confirmed = "2026-11-28"
    abuse_contact = "https://www.apple.com/legal/intellectual-property/dispute-forms/app-store/"
    native_id_rule = (
        "country of the storefront and Apple's number of the app: names, texts and prices differ by country"
    )
    starts = tuple(f"https://apps.apple.com/{country}/" for country in ("cn", "us", "hk", "tw", "sg", "jp"))
    delay = 3.0  # about 20 requests a minute are allowed
    concurrency = 1
    expect = healthy(300, 1200)

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The chart of a storefront; or, for the page of an app or of a developer, what it shows."""
        country, numbers = _country(address), NUMBER.findall(address)
        chart = f"{API}/{country}/rss/topfreeapplications/limit=100/json"
        if not numbers:
            yield scrapy.Request(chart, self.parse_chart, cb_kwargs={"country": country}, dont_filter=True)
        kinds = [{}] if "/app/" in address else [{"entity": kind} for kind in KINDS]
        yield from (self._ask("lookup", country, id=number, **kind) for number in numbers[:1] for kind in kinds)

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """The keyword in the storefront of `address`."""
        for kind in KINDS:
            yield self._ask("search", _country(address), term=query, entity=kind, limit=200)

    def look_up(self, package: str, address: str) -> Iterator[scrapy.Request]:
        """The bundle id in the storefront of `address`; bundle ids are often the package names of other systems."""
        for kind in KINDS:
            yield self._ask("lookup", _country(address), bundleId=package, entity=kind)

    def _ask(self, what: str, country: str, **question: object) -> scrapy.Request:
        asked = urlencode({"country": country, **question})
        return scrapy.Request(f"{API}/{what}?{asked}", self.parse, cb_kwargs={"country": country})

    def parse_chart(self, response: Response, country: str) -> Iterator[Yield]:
        """A chart: a request for what its apps are. A chart of one app holds it without a list."""
        answer = read_json(response)
        entries = listed(at(answer, "feed", "entry"))
        numbers = [number for entry in entries if (number := said(entry, "id", "attributes", "im:id")).isdecimal()]
        if numbers:
            yield self._ask("lookup", country, id=",".join(numbers), entity="software")
        else:
            yield not_understood(response, "no chart", answer)

    def parse(self, response: Response, country: str = "us", **_: Any) -> Iterator[Yield]:
        """The apps of an answer; other things that Apple sells, and developers, are passed over."""
        answer = read_json(response)
        if not isinstance(at(answer, "results"), list):
            yield not_understood(response, said(answer, "errorMessage") or "no results", answer)
        elif not answer["results"]:
            yield from self.absent(response)
        for app in things(answer, "results"):
            if said(app, "wrapperType") in {"software", ""} and (listing := self.listing(app, country)):
                yield listing

    def listing(self, app: dict[str, Any], country: str) -> Listing | None:
        """One app. The seller is the legal entity; the name that the store shows above it is in the bio."""
        number, seller, maker = said(app, "trackId"), said(app, "sellerName"), said(app, "artistName")
        price = said(app, "formattedPrice") or f"{said(app, 'price')} {said(app, 'currency')}".strip()
        return self.app(
            at(app, "bundleId"),
            native_id=f"{country}/{number}" if number.isdecimal() else None,
            url=f"https://apps.apple.com/{country}/app/id{number}",
            title=at(app, "trackName"),
            description=at(app, "description"),
            seller=seller or maker,
            bio=[maker, at(app, "sellerUrl")],
            price=price,
            version=at(app, "version"),
            notes=at(app, "releaseNotes"),
            image_urls=[*listed(at(app, "screenshotUrls")), *listed(at(app, "ipadScreenshotUrls"))],
            icon_url=[at(app, f"artworkUrl{size}") for size in (512, 100, 60)],
            sample_size=at(app, "fileSizeBytes"),
            published_at=at(app, "currentVersionReleaseDate") or at(app, "releaseDate"),
            counters={"rating": at(app, "averageUserRating"), "ratings": at(app, "userRatingCount")},
        )


def _country(address: str) -> str:
    found = PLACE.search(address)
    return found[1] if found else "us"
