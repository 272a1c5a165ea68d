"""Tencent's 应用宝 (sj.qq.com): pages of the web store, and the interface that its pages for phones use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import scrapy
from scrapy.http import Response

from crawler.families.app_store import ChineseStore, healthy, listed, next_data, not_understood, whole
from crawler.families.json_page import at, read_json, said, things
from crawler.families.readable import readable
from crawler.spider import Yield
from index.model import Listing

SITE, DETAIL = "https://sj.qq.com", "https://upage.html5.qq.com/wechat-apkinfo"
LIBRARY = "https://yybadaccess.3g.qq.com/v2/dc_pcyyb_official"
HITS = "YYB_HOME_SEARCH_NORMAL"  # begins the names of cards with hits; advertisements stand in other cards
NO_APPS = {"7", "8"}  # kinds of games that run on computers or in the cloud
A_PAGE, MOST = 24, 480


class TencentMyapp(ChineseStore):
    """Walked by its library of apps; asked by keyword or package. Every app is then asked for by its package."""

    name = "tencent_myapp"
    access = "unproven"
    proof = "synthetic"
    format_confirmed = "2026-11-22"
    abuse_contact = "https://kf.om.qq.com/"
    starts = (f"{SITE}/",)
    expect = healthy(200, 1000)

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The library; or the app whose page `address` is."""
        package = urlsplit(address).path.rpartition("/appdetail/")[2]
        yield from self.look_up(package, address) if "/appdetail/" in address else [self._library(0)]

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """One page with all hits."""
        yield scrapy.Request(f"{SITE}/search?q={quote(query)}", self.parse_search)

    def look_up(self, package: str, address: str) -> Iterator[scrapy.Request]:
        """One app; the interface answers for one package at a time."""
        yield self.post(DETAIL, {"packagename": package}, self.parse)

    def _library(self, offset: int) -> scrapy.Request:
        asked = {
            "head": {"cmd": "dc_pcyyb_official", "authInfo": {"businessId": "AuthName"},
                     "deviceInfo": {"platformType": 1}, "hostAppInfo": {"scene": "app_center"}},
            "body": {"bid": "yybhome", "offset": 0, "size": 10, "preview": False,
                     "listS": {"region": {"repStr": ["CN"]}, "cate_alias": {"repStr": ["all"]}},
                     "listI": {"limit": {"repInt": [A_PAGE]}, "offset": {"repInt": [offset]}},
                     "layout": "YYB_HOME_APP_LIBRARY_LIST"},
        }  # fmt: skip
        return self.post(
            LIBRARY, asked, self.parse_library, {"Content-Type": "text/plain;charset=UTF-8"}, offset=offset
        )

    def parse_search(self, response: Response) -> Iterator[Yield]:
        """Hits; the start page comes instead where an address is not understood."""
        data = next_data(readable(response))
        if said(data, "page") != "/search":
            yield not_understood(response, f"page {said(data, 'page')!r}")
            return
        for card in things(data, "props", "pageProps", "dynamicCardResponse", "data", "components"):
            if (said(card, "cardId") or said(card, "data", "cardid")).startswith(HITS):
                yield from self._apps(card)

    def parse_library(self, response: Response, offset: int) -> Iterator[Yield]:
        """A page of the library, and the next one as long as it holds apps."""
        answer = read_json(response)
        asked = [request for card in things(answer, "data", "components") for request in self._apps(card)]
        yield from asked
        if not isinstance(at(answer, "data", "components"), list):
            yield not_understood(response, said(answer, "ret"), answer)
        elif asked and offset + A_PAGE < MOST:
            yield self._library(offset + A_PAGE)

    def _apps(self, card: dict[str, Any]) -> Iterator[scrapy.Request]:
        for item in things(card, "data", "itemData"):
            if (package := said(item, "pkg_name")) and said(item, "game_type") not in NO_APPS:
                yield from self.look_up(package, SITE)

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """What the store says of the package that was asked for; no record: it does not carry it."""
        answer = read_json(response)
        records = at(answer, "app_detail_records")
        if not isinstance(records, dict) or whole(at(answer, "ret")) != 0:
            yield not_understood(response, said(answer, "ret") or "no records", answer)
            return
        yield from (listing for record in listed(list(records.values())) if (listing := self.listing(record)))
        yield from () if records else self.absent(response)

    def listing(self, record: Any) -> Listing | None:
        """One app; what was taken off still has its page, without a download."""
        app, file, rating = (at(record, part) for part in ("app_info", "apk_all_data", "app_rating_info"))
        package = said(app, "package_name") or said(file, "package_name")
        return self.app(
            package,
            url=f"{SITE}/appdetail/{package}",
            title=at(app, "name") or at(file, "name"),
            description=[at(app, "editor_intro"), at(app, "desc"), ("备案号", at(app, "icp_number"))],
            seller=said(app, "developer") or said(app, "author"),
            bio=[("运营者", at(app, "operator")), at(app, "author"), at(app, "privacy_agreement")],
            version=at(file, "version_name"),
            version_code=at(file, "version_code"),
            notes=at(file, "feature"),
            image_urls=at(file, "snapshot_bigs"),
            icon_url=[at(file, "logo256"), at(app, "logo_big")],
            download_urls=at(file, "url") if whole(at(app, "online_status")) != 0 else None,
            sample_sha256=at(file, "sha256"),
            sample_md5=at(file, "apk_md5"),
            sample_size=at(file, "size_byte"),
            published_at=at(file, "update_time"),
            counters={"rating": at(rating, "average_rating"), "ratings": at(rating, "rating_count"),
                      "downloads": at(app, "download_cnt_total")},
        )  # fmt: skip
