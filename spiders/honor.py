"""Honor's store (荣耀应用市场), by its search, whose hits tell all of an app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import scrapy
from scrapy.http import Response

from crawler.families.app_store import ChineseStore, below, listed, not_understood
from crawler.families.json_page import at, read_json, said, things
from crawler.families.readable import sent_at
from crawler.spider import Yield
from index.model import Listing

SITE = "https://appmarket-api-drcn.hispace.hihonorcloud.com"
SEARCH = f"{SITE}/market/searchapi/v2/app/list"
PICTURES = "https://appimg-drcn.hihonorcdn.com"
CLIENT = 160014302
"""Version of the client that the interface is asked as."""
A_PAGE, MOST = 16, 96
ANY = [*range(300, 429), 500]
"""Answers without a page are answers to the question for the time."""


class Honor(ChineseStore):
    """Asked by keyword or package name; no list of all apps is known."""

    name = "honor"
    access = "unproven"
    proof = "synthetic"
    format_confirmed = "2026-11-22"
    abuse_contact = "https://developer.honor.com/cn/"
    starts = (f"{SITE}/",)
    walks = False
    recheck_steps = 1

    async def start(self) -> AsyncIterator[Any]:
        """Questions carry the time; whatever the server answers here, it tells its own."""
        yield scrapy.Request(self.starts[0], self.parse_time, meta={"handle_httpstatus_list": ANY})

    def parse_time(self, response: Response) -> Iterator[Yield]:
        """The time at which the server answered; then what the run is about."""
        moment = sent_at(response)
        if moment is None:
            yield not_understood(response, "no date")
            return
        for request in self.asked():
            asked = {**request.cb_kwargs, "time": int(moment.timestamp() * 1000)}
            yield self._hits(**asked).replace(meta=request.meta)

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """Hits, page by page; the time is filled in when it is known."""
        yield self._hits(query)

    def look_up(self, package: str, address: str) -> Iterator[scrapy.Request]:
        """The search for the package, of which only that app counts."""
        yield self._hits(package, only=package)

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The app that the address of a listing names."""
        yield from (self._hits(package, only=package) for package in parse_qs(urlsplit(address).query).get("pName", []))

    def _hits(self, query: str, start: int = 0, time: int = 0, only: str = "") -> scrapy.Request:
        asked = {"key": query, "pSize": A_PAGE, "start": start,
                 "tInfo": {"timestamp": time, "cpu": "arm64-v8a", "apkVer": CLIENT}}  # fmt: skip
        headers = {"x-uuid": uuid4().hex, "traceid": uuid4().hex, "apkver": str(CLIENT), "areaid": "CN"}
        return self.post(SEARCH, asked, self.parse, headers, query=query, start=start, time=time, only=only)

    def parse(
        self, response: Response, query: str = "", start: int = 0, time: int = 0, only: str = "", **_: Any
    ) -> Iterator[Yield]:
        """Hits, and the next page of a keyword as long as there are some."""
        answer = read_json(response)
        apps = at(answer, "data", "appLst")
        if not isinstance(apps, list):
            yield not_understood(response, said(answer, "code") or "no list", answer)
        for app in things(answer, "data", "appLst"):
            if (not only or said(app, "pName") == only) and (listing := self.listing(app)) is not None:
                yield listing
        if apps and not only and start + A_PAGE < MOST:
            yield self._hits(query, start + A_PAGE, time)

    def listing(self, app: dict[str, Any]) -> Listing | None:
        """One app. There is no page for people; the address asks the interface."""
        package = said(app, "pName")
        return self.app(
            package,
            url=f"{SEARCH}?pName={package}",
            title=at(app, "name"),
            description=[at(app, "brief"), at(app, "description"), ("备案号", at(app, "registrationNumber"))],
            seller=said(app, "developer") or said(app, "company"),
            bio=at(app, "company"),
            version=at(app, "verName"),
            version_code=at(app, "verCode"),
            notes=at(app, "verUptDes"),
            image_urls=below(PICTURES, said(app, "shotImg").split(",")),
            icon_url=below(PICTURES, at(app, "imgUrl")),
            download_urls=[*listed(at(app, "downUrl")), *(at(file, "downUrl") for file in things(app, "apks"))],
            sample_size=at(app, "fileSize"),
            published_at=at(app, "verUptTime"),
            counters={"rating": at(app, "stars"), "downloads": at(app, "downNum")},
        )
