"""One web page by itself, as it might be taken for a brand's own: title, forms, downloads, filing number."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import clean_url, path_of
from crawler.spider import MarketplaceSpider, Yield
from detection.site import listing_of, read_site


class WebPageSpider(MarketplaceSpider):
    """Start it at the addresses that are suspected; it follows no link."""

    name = "web_page"
    kind = "site"
    proof = "synthetic"
    format_confirmed = "2026-11-28"
    interval = "1d"
    native_id_rule = "path and query of the address, after redirects"

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """The page as one listing."""
        site = read_site(response.body, response.url, content_type=_said(response))
        if not site.title and not site.text:
            yield Problem(part="page", kind="nothing_found", detail=f"{response.url}: neither title nor text")
            return
        url = clean_url(response.url) or response.url
        yield replace(
            listing_of(site, marketplace=self.marketplace(response.url)), url=url, native_id=path_of(url) or "/"
        )


def _said(response: Response) -> str | None:
    header = response.headers.get("Content-Type")
    return header.decode("latin-1") if header else None
