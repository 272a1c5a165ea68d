"""RuStore, by the interface of its web catalogue. Downloads take a signed question: what it says is all there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response

from crawler.families.app_store import AppStore, not_understood, whole
from crawler.families.json_page import at, read_json, said, things
from crawler.spider import Yield
from index.model import Listing

SITE = "https://www.rustore.ru/catalog/app"
API = "https://backapi.rustore.ru/applicationData"
HEADERS = {"ruStoreVerCode": "1096"}
"""Without a version the interface answers 400."""
PAGE = re.compile(r"/catalog/app/([\w.]{3,255})(?=[/?#]|$)", re.ASCII)
A_PAGE, MOST_PAGES = 20, 5


class Rustore(AppStore):
    """Asked by keyword or package name. Its `signature` is of an unknown kind, and hence is compared with nothing."""

    name = "rustore"
    country = "RU"
    access = "unproven"
    proof = "synthetic"
    format_confirmed = "2026-11-22"
    abuse_contact = "https://www.rustore.ru/help/legal/"
    starts = ("https://www.rustore.ru/",)
    walks = False

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The app whose page `address` is."""
        yield from (self._detail(package) for package in PAGE.findall(address))

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """Hits, page by page."""
        yield self._hits(query, 0)

    def look_up(self, package: str, address: str) -> Iterator[scrapy.Request]:
        """One app."""
        yield self._detail(package)

    def _hits(self, query: str, page: int) -> scrapy.Request:
        asked = urlencode({"pageNumber": page, "pageSize": A_PAGE, "query": query})
        about = {"query": query, "page": page}
        return scrapy.Request(f"{API}/apps?{asked}", self.parse_hits, headers=HEADERS, cb_kwargs=about)

    def _detail(self, package: str) -> scrapy.Request:
        return scrapy.Request(f"{API}/overallInfo/{package}", self.parse, headers=HEADERS)

    def parse_hits(self, response: Response, query: str, page: int) -> Iterator[Yield]:
        """Requests for each hit, and for the next page."""
        answer = read_json(response)
        if said(answer, "code") != "OK" or not isinstance(at(answer, "body", "content"), list):
            yield not_understood(response, f"code {said(answer, 'code')}", answer)
        names = [
            name
            for app in things(answer, "body", "content")
            if PAGE.fullmatch(f"/catalog/app/{(name := said(app, 'packageName'))}")
        ]
        yield from map(self._detail, names)
        if names and page + 1 < min(MOST_PAGES, whole(at(answer, "body", "totalPages")) or 0):
            yield self._hits(query, page + 1)

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """One app."""
        answer = read_json(response)
        yield self.listing(at(answer, "body")) or not_understood(response, f"code {said(answer, 'code')}", answer)

    def listing(self, app: Any) -> Listing | None:
        """One app; who gathers apps of others names them as the source."""
        package = said(app, "packageName")
        pictures = sorted(things(app, "fileUrls"), key=lambda file: whole(at(file, "ordinal")) or 0)
        return self.app(
            package,
            url=f"{SITE}/{package}",
            title=at(app, "appName"),
            description=[at(app, "shortDescription"), at(app, "fullDescription")],
            seller=at(app, "companyName"),
            bio=[at(app, "website"), at(app, "email"), at(app, "aggregatorInfo", "companyName")],
            price=at(app, "price"),
            version=at(app, "versionName"),
            version_code=at(app, "versionCode"),
            lang="ru",
            notes=at(app, "whatsNew"),
            image_urls=[at(file, "fileUrl") for file in pictures],
            icon_url=at(app, "iconUrl"),
            sample_size=at(app, "fileSize"),
            published_at=at(app, "appVerUpdatedAt") or at(app, "firstPublishedAt"),
            counters={"rating": at(app, "rating", "average"), "ratings": at(app, "rating", "votes"),
                      "downloads": at(app, "downloads")},
        )  # fmt: skip
