"""Xiaomi's store (小米应用商店): its search, which tells the signing key of an app, and the categories of its site."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import scrapy
from scrapy.http import Response
from w3lib.url import add_or_replace_parameters

from crawler.families.app_store import ChineseStore, below, healthy, not_understood, whole
from crawler.families.json_page import at, read_json, said, things
from crawler.spider import Yield
from index.digests import HEX_MD5
from index.model import Listing

SITE = "https://app.mi.com"
SEARCH = "https://app.market.xiaomi.com/apm/search"
PICTURES = "https://file.market.xiaomi.com/mfc/thumbnail/png/w480q80/"
PHONE = {"ref": "input", "co": "CN", "la": "zh", "sdk": 30, "os": "V12.5.1", "model": "generic",
         "resolution": "1080*2260", "densityScaleFactor": "2.75", "marketVersion": 147}  # fmt: skip
"""The search answers phones; these values are of no phone in particular."""
CATEGORIES = (5, 27, 2, 10, 12, 13, 7)
"""Tools, films and sound, chats, office, learning, entertainment, books."""
A_PAGE, MOST_PAGES = 30, 10


class Xiaomi(ChineseStore):
    """Walked by categories, whose apps are then asked for one by one: only the search tells all of an app."""

    name = "xiaomi"
    access = "unproven"
    proof = "synthetic"
    format_confirmed = "2026-11-22"
    abuse_contact = "https://dev.mi.com/"
    starts = (f"{SITE}/",)
    expect = healthy(400, 4200)

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The categories; or the app whose page `address` is."""
        package = parse_qs(urlsplit(address).query).get("id", [""])[0]
        yield from self.look_up(package, address) if package else map(self._category, CATEGORIES)

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """The first page of hits; the search wants to know a device, and every question comes from one of its own."""
        asked = {"keyword": query, "page": 0, **PHONE, "imei": blake2b(query.encode(), digest_size=16).hexdigest()}
        yield scrapy.Request(f"{SEARCH}?{urlencode(asked)}", self.parse)

    def look_up(self, package: str, address: str) -> Iterator[scrapy.Request]:
        """The search for the package, of which only that app counts."""
        for request in self.search(package, address):
            yield request.replace(cb_kwargs={"only": package})

    def _category(self, category: int, page: int = 0) -> scrapy.Request:
        asked = urlencode({"page": page, "categoryId": category, "pageSize": A_PAGE})
        about = {"category": category, "page": page}
        return scrapy.Request(f"{SITE}/categotyAllListApi?{asked}", self.parse_category, cb_kwargs=about)

    def parse_category(self, response: Response, category: int, page: int) -> Iterator[Yield]:
        """A page of a category, and the next one as long as it holds apps."""
        answer = read_json(response)
        if not isinstance(at(answer, "data"), list):
            yield not_understood(response, "no list", answer)
        packages = [package for app in things(answer, "data") if (package := said(app, "packageName"))]
        for package in packages:
            yield from self.look_up(package, SITE)
        if packages and page + 1 < MOST_PAGES:
            yield self._category(category, page + 1)

    def parse(self, response: Response, only: str = "", **_: Any) -> Iterator[Yield]:
        """Hits, of which those that are advertisements are apps all the same; and the next page of a keyword."""
        answer = read_json(response)
        name = "listApp" if at(answer, "listApp") is not None else "datas"
        if not isinstance(at(answer, name), list):
            yield not_understood(response, said(answer, "message") or "no list", answer)
        for app in things(answer, name):
            if (not only or said(app, "packageName") == only) and (listing := self.listing(app)) is not None:
                yield listing
        page = (whole(parse_qs(urlsplit(response.url).query).get("page", ["0"])[0]) or 0) + 1
        if not only and at(answer, "hasMore") is True and page < MOST_PAGES:
            yield scrapy.Request(add_or_replace_parameters(response.url, {"page": str(page)}), self.parse)

    def listing(self, app: dict[str, Any]) -> Listing | None:
        """One app. The hash of its key is the MD5 of the certificate in hexadecimal, not that of the certificate."""
        number, package = whole(at(app, "appId")) or whole(at(app, "id")), said(app, "packageName")
        icons = [at(app, "icon"), at(app, "hdIcon", "main")]
        return self.app(
            package,
            url=f"{SITE}/details?id={package}",
            title=at(app, "displayName"),
            description=[at(app, "briefShow"), at(app, "introduction"), ("备案号", at(app, "icpNumber"))],
            seller=at(app, "publisherName"),
            version=at(app, "versionName"),
            version_code=at(app, "versionCode"),
            notes=at(app, "changeLog"),
            image_urls=below(PICTURES, said(app, "screenshot").split(",")),
            icon_url=below(PICTURES, icons),
            download_urls=f"{SITE}/download/{number}" if number else None,
            sample_size=at(app, "apkSize"),
            declared_signers=[f"{HEX_MD5}{said(app, 'releaseKeyHash')}"],
            published_at=at(app, "updateTime"),
            counters={"rating": at(app, "ratingScore"), "ratings": at(app, "ratingTotalCount")},
        )
