"""Pages are asked for only when they are due, and under the condition that they have changed (RFC 9110, section 13)."""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from functools import cached_property
from hashlib import blake2b

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.desk import LEASE_KEY
from crawler.ledger import Ledger
from crawler.page import Answer, Page
from crawler.recall import Recall, Unchanged

CONDITIONS = ("If-None-Match", "If-Modified-Since")
LONGEST = 500
"""Bytes of a validator that are kept."""
WEAK = 1.0
"""Seconds within which a page may change twice under one Last-Modified (RFC 9110, section 8.8.2.2)."""


class Conditional:
    """Downloader middleware nearest to the engine: it sees answers unpacked, after redirects and retries.

    Raises Unchanged in place of an answer that would say nothing new; the ledger then takes what is remembered.
    Requests that say which listing they are about (meta 'listing': a recheck) are always answered by their server. So
    are those of a browser, once they are due: what scripts fetch besides the page is not in it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Conditional:  # noqa: D102 - Scrapy's factory
        return cls(crawler)

    @cached_property
    def _ledger(self) -> Ledger:
        """Made after this middleware is."""
        return Ledger.of(self._crawler)

    def process_request(self, request: scrapy.Request) -> None:
        """Adds the conditions, each hop of a redirect its own. Raises Unchanged for a page that is not due."""
        page, recall = self._page(request)
        if page is None:
            return
        if not page.asked:  # neither a redirect nor a retry
            if recall is not None:
                page.known = recall.of(page)
                if recall.resting(page):
                    raise Unchanged(f"{request.url} is not due for another look")
            page.asked = True
            self._ledger.spending.asked += 1
        for name in CONDITIONS if recall is not None else ():
            request.headers.pop(name, None)
        if page.known is not None and page.known.said.url == request.url and not request.meta.get("playwright"):
            said = page.known.said
            for name, value in zip(CONDITIONS, (said.etag, said.modified), strict=True):
                if value:
                    request.headers[name] = value

    def process_response(self, request: scrapy.Request, response: Response) -> Response:
        """Notes how to tell the page again. Raises Unchanged for a page that is as it was."""
        page, recall = self._page(request)
        if page is None or recall is None:
            return response
        known = page.known
        if response.status == 304 and known is not None and any(request.headers.get(name) for name in CONDITIONS):
            raise Unchanged(f"{response.url} has not changed")
        if response.status == 200:
            page.answer = _answer(response, request.meta.get("captured", ()))
            rendered = request.meta.get("playwright")
            if known and not rendered and (known.said.url, known.said.digest) == (response.url, page.answer.digest):
                raise Unchanged(f"{response.url} says the same as before")
        return response

    def _page(self, request: scrapy.Request) -> tuple[Page | None, Recall | None]:
        """The page that is asked for, if it is one; and what remembers it, if it is one that can be remembered."""
        if LEASE_KEY not in request.meta:
            return None, None
        desk = self._ledger.desk
        lasting = request.method == "GET" and not request.meta.get("listing")
        return desk.page(request.meta[LEASE_KEY]), desk.recall if lasting else None


def _answer(response: Response, captured: Iterable[Response]) -> Answer:
    """`captured`: what the page's scripts were answered. It belongs to the page, which may be their shell only."""
    said = blake2b(response.body, digest_size=16)
    for answer in captured:
        said.update(answer.body)
    etag, modified, date = (response.headers.get(name) or b"" for name in ("ETag", "Last-Modified", "Date"))
    return Answer(
        url=response.url,
        digest=said.digest(),
        etag=etag if len(etag) <= LONGEST else b"",
        modified=modified if _strong(modified, date) else b"",
    )


def _strong(modified: bytes, date: bytes) -> bool:
    """Whether a page that changed again would have got another date."""
    try:
        moments = [parsedate_to_datetime(text.decode("ascii")) for text in (modified, date)]
        return (moments[1] - moments[0]).total_seconds() > WEAK
    except (ValueError, TypeError, UnicodeDecodeError):
        return False
