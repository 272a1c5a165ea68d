"""Huawei AppGallery, by the interface of its web pages. Whoever asks for a code gets one; every question carries it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response

from crawler.families.app_store import ChineseStore, not_understood, refused, whole
from crawler.families.json_page import at, read_json, said, things
from crawler.families.readable import sent_at
from crawler.spider import Yield
from index.model import Listing

SITE, API = "https://appgallery.huawei.com", "https://web-drcn.hispace.dbankcloud.com/edge"
APP = re.compile(r"/app/(C\d{3,20})(?=[/?#]|$)")
A_PAGE, MOST_PAGES = 25, 8
CODE = "interface-code"


class HuaweiAppgallery(ChineseStore):
    """Asked by keyword or package name; the store shows no list of its apps."""

    name = "huawei_appgallery"
    access = "unproven"
    proof = "synthetic"
    format_confirmed = "2026-11-22"
    abuse_contact = "https://consumer.huawei.com/cn/support/content/zh-cn00700290/"
    native_id_rule = "Huawei's id of the app (C and digits)"
    starts = (f"{SITE}/",)
    walks = False
    recheck_steps = 1

    async def start(self) -> AsyncIterator[Any]:
        """The first question asks for the code."""
        yield self.post(f"{API}/webedge/getInterfaceCode", {"params": {}, "zone": "", "locale": "zh"}, self.parse_code)

    def parse_code(self, response: Response) -> Iterator[Yield]:
        """The code, which goes with the time at which it was given; then what the run is about."""
        code, moment = read_json(response), sent_at(response)
        if not isinstance(code, str) or not 10 < len(code) < 4000 or moment is None:
            yield not_understood(response, "no code, or no date", code)
            return
        for request in self.asked():
            request.headers[CODE] = f"{code}_{int(moment.timestamp() * 1000)}"
            yield request

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The app whose page `address` is."""
        yield from (self._detail(appId=found) for found in APP.findall(address))

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """A page of hits, among apps that the store thinks related."""
        yield self._hits(query, 1)

    def look_up(self, package: str, address: str) -> Iterator[scrapy.Request]:
        """One app."""
        yield self._detail(pkgName=package)

    def _detail(self, **key: str) -> scrapy.Request:
        about = {"locale": "zh_CN", "countryCode": "CN", "orderApp": 1}
        return self.post(f"{API}/webedge/appinfo", {**key, **about}, self.parse)

    def _hits(self, query: str, page: int) -> scrapy.Request:
        asked = {"method": "internal.getTabDetail", "serviceType": 20, "reqPageNum": page, "maxResults": A_PAGE,
                 "uri": f"searchApp|{query}", "version": "10.0.0", "zone": "", "locale": "zh"}  # fmt: skip
        url = f"{API}/uowap/index?{urlencode(asked)}"
        return scrapy.Request(url, self.parse_hits, cb_kwargs={"query": query, "page": page})

    def parse_hits(self, response: Response, query: str, page: int) -> Iterator[Yield]:
        """Requests for each app, which may stand one level deeper, and for the next page as long as there are some."""
        answer = read_json(response)
        if whole(at(answer, "rtnCode")) != 0 or not isinstance(at(answer, "layoutData"), list):
            yield _amiss(response, answer)
        rows = [row for layout in things(answer, "layoutData") for row in things(layout, "dataList")]
        names = dict.fromkeys(said(app, "appid") for row in rows for app in (row, *things(row, "list")))
        onward = [self._detail(appId=name) for name in names if APP.fullmatch(f"/app/{name}")]
        onward += [self._hits(query, page + 1)] if onward and page < MOST_PAGES else []
        code = response.request.headers.get(CODE, "") if response.request else ""
        yield from (request.replace(headers={**request.headers, CODE: code}) for request in onward)

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """One app."""
        answer = read_json(response)
        yield self.listing(answer) or self.listing(at(answer, "appInfo")) or _amiss(response, answer)

    def listing(self, app: Any) -> Listing | None:
        """One app; what is made for HarmonyOS has no APK."""
        name, package = said(app, "appId"), said(app, "pkgName")
        harmony = package.startswith("com.atomicservice.") or at(app, "minHmosApiLevel") is not None
        return self.app(
            package,
            native_id=name if APP.fullmatch(f"/app/{name}") else None,
            url=f"{SITE}/app/{name}",
            title=at(app, "name"),
            description=[at(app, "briefDes"), at(app, "description")],
            seller=said(app, "developerName") or said(app, "supplier"),
            bio=[at(app, part) for part in ("devEnName", "supplier", "privacyUrl")],
            price=at(app, "price"),
            version=at(app, "version"),
            version_code=at(app, "versionCode"),
            notes=at(app, "newFeatures") or at(app, "upgradeMsg"),
            icon_url=at(app, "icon"),
            download_urls=None if harmony else f"https://appgallery.cloud.huawei.com/appdl/{name}",
            sample_sha256=at(app, "sha256"),
            sample_size=at(app, "size"),
            published_at=at(app, "releaseDate"),
            counters={"rating": at(app, "hot"), "ratings": at(app, "rateNum"), "downloads": at(app, "downCount")},
        )


def _amiss(response: Response, answer: Any) -> Yield:
    """1002 is what the store answers to a question without a code, or with a stale one."""
    code = f"rtnCode {said(answer, 'rtnCode')}"
    return refused(response, code) if code.endswith(" 1002") else not_understood(response, code, answer)
