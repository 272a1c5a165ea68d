"""vivo's store (vivo应用商店), by the interface that its pages for browsers use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import scrapy
from scrapy.http import Response

from crawler.families.app_store import ChineseStore, listed, not_understood, whole
from crawler.families.json_page import at, number, read_json, said, things
from crawler.spider import Yield
from index.model import Listing

API = "https://h5-api.appstore.vivo.com.cn"
PAGE = "https://h5coml.vivo.com.cn/h5coml/appdetail_h5/browser_v2/index.html"
A_PAGE, MOST_PAGES = 20, 5


class Vivo(ChineseStore):
    """Asked by keyword or package name; no list of all apps is known."""

    name = "vivo"
    access = "unproven"
    proof = "synthetic"
    format_confirmed = "2026-11-22"
    abuse_contact = "https://dev.vivo.com.cn/"
    native_id_rule = "vivo's number of the app"
    starts = (f"{API}/",)
    walks = False

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The app whose page `address` is."""
        found = dict(pair.partition("=")[::2] for pair in urlsplit(address).query.split("&")).get("appId", "")
        yield from [self._detail(found)] if found.isdecimal() else []

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """Hits, page by page."""
        yield self._hits(query, 1)

    def look_up(self, package: str, address: str) -> Iterator[scrapy.Request]:
        """The search for the package, of which only that app counts."""
        yield self._hits(package, 1, only=package)

    def _hits(self, query: str, page: int, only: str = "") -> scrapy.Request:
        asked = {"app_version": 2100, "page_index": page, "apps_per_page": A_PAGE, "target": "local", "cfrom": 2}
        about = {"query": query, "page": page, "only": only}
        url = f"{API}/h5appstore/search/result-list?{urlencode({**asked, 'key': query})}"
        return scrapy.Request(url, self.parse_hits, cb_kwargs=about)

    def _detail(self, name: str, only: str = "") -> scrapy.Request:
        return scrapy.Request(f"{API}/detailInfo?appId={name}", self.parse, cb_kwargs={"only": only} if only else {})

    def parse_hits(self, response: Response, query: str, page: int, only: str) -> Iterator[Yield]:
        """Requests for each hit, and for the next page."""
        answer = read_json(response)
        found = at(answer, "data", "appSearchResponse")
        if whole(at(answer, "code")) != 0 or at(found, "result") is not True:
            yield not_understood(response, f"code {said(answer, 'code')}", answer)
        for app in things(found, "value"):
            if (name := said(app, "id")).isdecimal() and said(app, "package_name") in {
                "",
                only or said(app, "package_name"),
            }:
                yield self._detail(name, only)
        if not only and at(found, "value") and page < min(MOST_PAGES, whole(at(found, "maxPage")) or 0):
            yield self._hits(query, page + 1)

    def parse(self, response: Response, only: str = "", **_: Any) -> Iterator[Yield]:
        """One app, which may stand one level deeper."""
        answer = read_json(response)
        listing = self.listing(answer) or self.listing(at(answer, "data"))
        if listing is None:
            yield not_understood(response, f"code {said(answer, 'code')}", answer)
        elif not only or listing.package_name == only:
            yield listing

    def listing(self, app: Any) -> Listing | None:
        """One app. Sizes are in KiB; what the store warns of can be seen and not be downloaded."""
        name, size = said(app, "id"), number(app, "size")
        usual = f"https://appstore.vivo.com.cn/appinfo/downloadApkFile?id={name}"
        warned = (whole(at(app, "problemLevel")) or 0) > 0
        return self.app(
            at(app, "package_name"),
            native_id=name if name.isdecimal() else None,
            url=f"{PAGE}?appId={name}",
            title=at(app, "title_zh") or at(app, "app_name"),
            description=[at(app, "app_remark"), at(app, "introduction"), ("备案号", at(app, "icpInfo"))],
            seller=at(app, "developer"),
            bio=[at(app, "privacyPolicyUrl"), at(app, "problemSearchTips")],
            version=at(app, "version_name"),
            version_code=at(app, "version_code"),
            notes=at(app, "updateDes"),
            image_urls=at(app, "screenshotList"),
            icon_url=at(app, "icon_url"),
            download_urls=None if warned else [*listed(at(app, "download_url")), usual],
            sample_md5=at(app, "md5"),
            sample_size=size * 1024 if size else None,
            published_at=at(app, "upload_time"),
            counters={"rating": at(app, "score"), "ratings": at(app, "raters_count"),
                      "downloads": at(app, "download_count")},
        )  # fmt: skip
