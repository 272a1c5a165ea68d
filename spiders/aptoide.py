"""Aptoide: a store of stores, where everybody may upload; its API names the signer of every file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response
from w3lib.url import add_or_replace_parameters

from crawler.families.app_store import MD5, AppStore, healthy, listed, next_data, not_understood, whole
from crawler.families.json_page import at, read_json, said, things
from crawler.families.readable import readable
from crawler.spider import Yield
from index.model import Listing

API = "https://ws75.aptoide.com/api/7"
UNAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
A_PAGE, MOST = 50, 300
"""Apps of one answer, and of one search."""


class Aptoide(AppStore):
    """Walked by the newest apps of its main store; asked by keyword, package name, or MD5 of an APK."""

    name = "aptoide"
    country = "PT"
    proof = "recorded"
    format_confirmed = "2026-11-28"
    abuse_contact = "https://en.aptoide.com/company/legal"
    native_id_rule = "name of the store within Aptoide, and package name: several stores may carry one package"
    hosts = ("aptoide.com",)
    expect = healthy(100, 600)
    starts = (f"{API}/listApps?store_name=apps&limit={A_PAGE}",)

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """A list of the API, or a page of the web site."""
        yield scrapy.Request(address, self.parse_list if "/api/" in address else self.parse, dont_filter=True)

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """A query of 32 hexadecimal digits is the MD5 of an APK."""
        md5, asked = query.strip().lower(), urlencode({"query": query, "limit": A_PAGE})
        search = scrapy.Request(f"{API}/apps/search?{asked}", self.parse_list)
        yield self._ask(apk_md5sum=md5) if MD5.fullmatch(md5) else search

    def look_up(self, package: str, address: str) -> Iterator[scrapy.Request]:
        """The app that the API prefers; the search finds the same package in other stores."""
        yield self._ask(package_name=package)
        yield from self.search(package, address)

    def recheck(self, listing: Listing) -> Iterator[scrapy.Request]:
        """In the store where it was."""
        store, _, package = listing.native_id.rpartition("/")
        yield self._ask(package_name=package, store_name=store)

    def _ask(self, **key: object) -> scrapy.Request:
        return scrapy.Request(f"{API}/app/getMeta?{urlencode(key)}", self.parse_app)

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """The page of an app: the app, and requests for the newest file of each other store that carries it."""
        data = at(next_data(readable(response)), "props", "pageProps")
        yield self.listing(at(data, "app")) or not_understood(response, "no app in the data of the page")
        stores = {said(file, "store"): whole(at(file, "id")) for file in reversed(list(things(data, "versions")))}
        stores.pop(said(data, "app", "store", "name"), None)
        yield from (self._ask(app_id=number) for number in stores.values() if number)

    def parse_list(self, response: Response, **_: Any) -> Iterator[Yield]:
        """A search or a chart: requests for each app, since only its own answer names the signer, and the next page."""
        answer = read_json(response)
        found = at(answer, "datalist") or at(answer, "responses", "listApps", "datasets", "all", "data")
        if not isinstance(found, dict):
            yield not_understood(response, said(answer, "info", "status"), answer)
            return
        yield from (self._ask(app_id=number) for app in things(found, "list") if (number := whole(at(app, "id"))))
        seen, onward, total = (whole(at(found, name)) or 0 for name in ("offset", "next", "total"))
        if at(found, "list") and seen < onward < min(MOST, total):
            yield scrapy.Request(add_or_replace_parameters(response.url, {"offset": str(onward)}), self.parse_list)

    def parse_app(self, response: Response, **_: Any) -> Iterator[Yield]:
        """One app. That it is not carried is an answer, not a problem."""
        answer = read_json(response)
        listing, codes = self.listing(at(answer, "data")), {said(error, "code") for error in things(answer, "errors")}
        amiss = [not_understood(response, said(answer, "info", "status"), answer)]
        yield from [listing] if listing else self.absent(response) if "APP-1" in codes else amiss

    def listing(self, app: Any) -> Listing | None:
        """From the API or from a page, which spells two of the fields otherwise."""
        file, maker, media, stats = (at(app, name) for name in ("file", "developer", "media", "stats"))
        owner, store, package = at(file, "signature", "owner"), said(app, "store", "name"), said(app, "package")
        uname, key = said(app, "uname"), urlencode({"package_name": package, "store_name": store})
        return self.app(
            package,
            native_id=f"{store}/{package}" if store and package else None,
            url=f"https://{uname}.en.aptoide.com/app" if UNAME.fullmatch(uname) else f"{API}/app/getMeta?{key}",
            title=at(app, "name"),
            description=[at(media, "summary"), at(media, "description")],
            seller=at(maker, "name"),
            bio=[*(at(maker, part) for part in ("website", "email", "privacy")), store, _name(owner)],
            version=at(file, "vername"),
            version_code=at(file, "vercode"),
            notes=at(media, "news"),
            image_urls=[*listed(at(media, "screenshots")), at(app, "graphic")],
            icon_url=at(app, "icon"),
            download_urls=[at(file, part) for part in ("path", "path_alt", "pathAlt")],
            sample_md5=at(file, "md5sum"),
            sample_size=at(file, "filesize"),
            declared_signers=[at(file, "signature", "sha1")],
            published_at=at(file, "added") or at(app, "updated"),
            counters={"rating": at(stats, "rating", "avg"), "ratings": at(stats, "rating", "total"),
                      "downloads": at(stats, "downloads")},
        )  # fmt: skip


def _name(owner: Any) -> str:
    """The subject of the certificate: 'CN=..', also where it comes as an object."""
    return ", ".join(f"{part}={said(owner, part)}" for part in owner) if isinstance(owner, dict) else said(owner)
