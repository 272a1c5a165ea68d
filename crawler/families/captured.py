"""Shops whose pages get what they show as JSON: Chromium renders the page, the answers to its scripts are read.

The same callback reads the page, each answer (`crawler.browser_download` hands them over as responses of their own),
and pages and answers that somebody saved.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import scrapy
from scrapy.http import HtmlResponse, Response
from scrapy.settings import BaseSettings

from apk_analysis.fingerprint import Problem
from crawler.browser import browser_settings, require_browser
from crawler.families.addresses import clean_url
from crawler.families.json_page import at, read_json
from crawler.families.readable import readable
from crawler.spider import Access, Expect, MarketplaceSpider, Yield
from index.model import Listing

NUMBER = re.compile(r"\d{4,20}", re.ASCII)
MOST_TRIES = 20
"""Places at which an object is looked for in a page's scripts."""
ASKS_AGAIN = "FAIL_SYS_TOKEN"
"""An mtop call without a token: refused once, then repeated by the page itself."""
DELETED = re.compile(r"ITEM_(?:DEL|NOT_FOUND|NOT_EXIST)|宝贝不存在|已被删除")
TIMES = {"": 1, "k": 1_000, "千": 1_000, "w": 10_000, "万": 10_000, "亿": 100_000_000}
COUNT = re.compile(r"(\d{1,12}(?:\.\d{1,4})?)\s*([kw千万亿]?)", re.IGNORECASE)


class CapturedPages(MarketplaceSpider):
    """A member says which answers it wants, and reads them (`read_answer`) and what stands in pages (`read_page`)."""

    country = "CN"
    access: ClassVar[Access] = "browser"
    robots = "exempt"
    interval = "1d"
    delay = 5.0
    concurrency = 1
    shows_all: ClassVar[bool] = False
    one_site = True
    walks: ClassVar[bool] = False
    recheck_by = "start"
    expect = Expect(listings=(1, None), fill={"title": 1.0, "price": 0.8, "seller": 0.8})
    answers: ClassVar[str] = ""
    """Pattern of the addresses of the answers that hold listings; empty: all stands in the page."""
    cards: ClassVar[str] = ""
    """CSS of what rendering waits for where no answer is wanted."""
    more: ClassVar[str] = ""
    """CSS of what is pressed for the next leaf, where leaves have no addresses."""
    item: ClassVar[str]
    """Address of an item, with {} for its number."""
    leaves: ClassVar[int] = 3
    """Leaves of a search that are looked at."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Raises BrowserMissing before anything is fetched."""
        super().update_settings(settings)
        settings.setdict(browser_settings(require_browser()), priority="spider")

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """One page, of an item or a list."""
        yield self.rendered(address).replace(dont_filter=True)

    def rendered(self, url: str, callback: Callable[..., Any] | None = None) -> scrapy.Request:
        """A request that Chromium renders, in the operator's session."""
        meta: dict[str, Any] = {"playwright": True, "login": self.name}
        if self.answers:
            meta["capture"] = self.answers
        if self.cards:
            meta["wait_for"] = self.cards
        if self.more:
            meta["press"] = [self.more, self.leaves - 1]
        return scrapy.Request(url, callback=callback or self.parse, meta=meta)

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """A page, or an answer that a page got."""
        if response.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
            yield from self._parse_page(readable(response))
            return
        value = read_json(response)
        yield from [value] if isinstance(value, Problem) else self.read_answer(value, response)

    def _parse_page(self, page: HtmlResponse) -> Iterator[Yield]:
        found = False
        for thing in self.read_page(page):
            found = True
            yield thing
        answers = page.meta.get("captured", ()) if page.request else ()
        if not found and not any(_is_content(answer) for answer in answers):
            detail = f"{page.url}: no listing in the page, and no answer that held one came with it"
            yield Problem(part="page", kind="not_understood", detail=detail)

    def read_page(self, page: HtmlResponse) -> Iterator[Yield]:  # noqa: ARG002 - members read it
        """Listings that stand in the page itself; none by default."""
        yield from ()

    def read_answer(self, value: Any, response: Response) -> Iterator[Yield]:
        """Listings in an answer."""
        raise NotImplementedError(f"{self.name} reads no answers: {response.url}")

    def made(self, number: str, title: str, *, url: str = "", **more: Any) -> Listing | None:
        """A listing of this shop; None for what has no number or no title."""
        title = " ".join(title.split())
        if not NUMBER.fullmatch(number) or not title:
            return None
        return Listing(
            marketplace=self.name,
            native_id=number,
            url=url or self.item.format(number),
            title=title,
            source_kind=self.kind,
            lang="zh-CN",
            **more,
        )

    def listings(self, made: Iterator[Listing | None], where: str) -> Iterator[Yield]:
        """Each listing once; what could not be read is one problem for all."""
        seen: set[str] = set()
        unread = 0
        for listing in made:
            if listing is None:
                unread += 1
            elif listing.native_id not in seen:
                seen.add(listing.native_id)
                yield listing
        if unread:
            yield Problem(part="page", kind="malformed_card", detail=f"{where[:400]}: {unread} without number or title")


def _is_content(answer: Response) -> bool:
    return ASKS_AGAIN.encode() not in answer.body[:2000]


def mtop_data(value: Any, response: Response) -> Any:
    """`data` of an mtop answer; a Problem where it did not succeed; None where the page is about to ask again."""
    said = at(value, "ret")
    first = str(said[0]) if isinstance(said, list) and said else ""
    if first.startswith("SUCCESS"):
        return at(value, "data")
    if ASKS_AGAIN in first and "captured" in response.flags:
        return None
    kind = "not_found" if DELETED.search(first) else "not_understood"
    return Problem(part="page", kind=kind, detail=f"{response.url[:300]}: {first or 'no ret'}"[:500])


def assigned(page: HtmlResponse, *names: str) -> Any:
    """The JSON object that a script of the page assigns to one of `names`; None where none does.

    Looked for in so many places at most, since each may be a large one that is broken at its end.
    """
    text = page.text
    places = re.finditer(rf"(?<![\w$])(?:{'|'.join(map(re.escape, names))})\s{{0,20}}=\s{{0,20}}(?={{)", text)
    for _, place in zip(range(MOST_TRIES), places, strict=False):
        try:
            return json.JSONDecoder().raw_decode(text, place.end())[0]
        except (ValueError, RecursionError):
            continue
    return None


def picture(url: Any, base: str) -> str | None:
    """The address of a picture, of which shops write '//host/path'; None for anything else."""
    return clean_url(url, base) if isinstance(url, str) and url and not url.startswith("data:") else None


def pictures(urls: Any, base: str) -> tuple[str, ...]:
    """The same for a list, each once."""
    found = (picture(url, base) for url in (urls if isinstance(urls, list | tuple) else ())[:50])
    return tuple(dict.fromkeys(url for url in found if url))


def counted(text: Any) -> float | None:
    """'11623人付款', '1.2万+', 3000 as a number; None where there is none."""
    found = (
        COUNT.search(str(text)[:100]) if isinstance(text, str | int | float) and not isinstance(text, bool) else None
    )
    return float(found[1]) * TIMES[found[2].lower()] if found else None


def counters(**texts: Any) -> dict[str, float]:
    """The counters that can be read, by name."""
    return {name: number for name, text in texts.items() if (number := counted(text)) is not None}


def yuan(amount: Any) -> str | None:
    """'¥38' for the bare amount a shop's data hold; what carries a sign or words already stays as it is."""
    text = str(amount).strip() if isinstance(amount, str | int | float) and not isinstance(amount, bool) else ""
    return None if text in {"", "¥", "￥"} else f"¥{text}" if text[0].isdigit() else text
