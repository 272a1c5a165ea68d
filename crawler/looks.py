"""What a second look at a known listing saw: there, gone, moved, or there but off the shelf. Pure.

Nothing is concluded from a page that was not understood. Words that say so count only where the page itself speaks: in
short lines that are neither links nor part of what the seller wrote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import scrapy
from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import clean_url, path_of
from crawler.families.page_text import text_of
from crawler.families.readable import encoding_of
from index.ids import listing_id
from index.model import Listing, ObservationState
from index.plain import line

STEP = "listing_step"
"""Meta key of requests that a page about a listing led to: how many steps from it."""
SHORT = 40
"""Characters of a line in which a page says something about itself."""
MOST_LINES = 5000
LARGEST = 4 << 20
"""Bytes of a page that are read for words."""
DOWNLOAD_GONE = "page.download_gone"
"""Detail, by message id: it could be downloaded before, and cannot be now."""
OFF = re.compile(
    r"下架|停止下载|暂停下载|不提供下载|无法下载|停止销售|暂停销售|停售|已售出|卖掉了|宝贝不在了|停止运营|停止服务"
    r"|no longer (?:available|for sale|offered|sold)|(?:currently|temporarily|permanently) unavailable"
    r"|(?:item|product|app|listing|download) (?:is |has been |was )?(?:not available|unavailable|removed|withdrawn)"
    r"|removed from sale|delisted|taken down|discontinued|download (?:is )?disabled|listing (?:has )?ended",
    re.IGNORECASE,
)
GONE = re.compile(
    r"不存在|已被?删除|已移除|已失效|找不到|未找到|已关闭|已撤销|(?:error|错误)\s?404|404\s?(?:error|错误|页)"
    r"|not found|(?:does not|doesn.t|not) exist|(?:was|been) (?:deleted|removed)|no longer exists|page (?:is )?gone",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(r"your (?:country|region|location)|地区|地區|国家", re.IGNORECASE)
"""Not available to us is not gone."""
DISCONTINUED = re.compile(rb"schema\.org/Discontinued\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Saw:
    """What a look saw of one listing."""

    listing_id: str
    state: ObservationState
    detail: str = ""


@dataclass(slots=True)
class Look:
    """One page on which known listings are looked for. `known`: id -> the listing as it was."""

    known: dict[str, Listing]
    response: Response
    steps: int
    """How many requests deep a look may go."""
    _found: dict[str, Listing] = field(default_factory=dict)
    _problems: list[Problem] = field(default_factory=list)
    _onward: bool = False

    @property
    def name(self) -> str | None:
        """The listing that the page was asked for; None for a page that shows many (an index, a list)."""
        name = self.response.meta.get("listing")
        return name if isinstance(name, str) and name in self.known else None

    def takes(self, thing: Any) -> bool:
        """Notes what the callback yields; whether it is of any use here. Other listings and further pages are not."""
        if isinstance(thing, Listing):
            name = listing_id(thing.marketplace, thing.native_id)
            if name in self.known:
                self._found[name] = thing
            return name in self.known
        if isinstance(thing, scrapy.Request):
            step = self.response.meta.get(STEP, 0) + 1
            if step > self.steps:
                return False
            self._onward = True
            thing.meta[STEP] = step
            if self.name is not None:
                thing.meta["listing"] = self.name
            return True
        if isinstance(thing, Problem):
            self._problems.append(thing)
        return True

    def found(self, name: str) -> Listing | None:
        """The listing as the page shows it now; None where it does not."""
        return self._found.get(name)

    def saw(self) -> Iterator[Saw]:
        """What can be said of each listing after the callback ended."""
        lines = list(dict.fromkeys(_lines(self.response))) if self._found or self.name else []
        for name, now in self._found.items():
            yield self._there(name, now, lines)
        if self.name is not None and self.name not in self._found and not self._onward:
            yield self._not_there(self.name, lines)

    def _there(self, name: str, now: Listing, lines: list[str]) -> Saw:
        if said := self._said_by_spider("off_shelf"):
            return Saw(name, "off_shelf", said)
        own = {one.strip() for text in _texts(now) for one in text.splitlines()}
        spoken = [] if _is_json(self.response) else lines  # there, texts of other things look like those of the page
        words = next((one for one in spoken if OFF.search(one) and one not in own and not ELSEWHERE.search(one)), None)
        if words is None and DISCONTINUED.search(self.response.body[:LARGEST]):
            words = "schema.org/Discontinued"
        if words is None and self.known[name].download_urls and not now.download_urls:
            words = DOWNLOAD_GONE
        return Saw(name, "seen") if words is None else Saw(name, "off_shelf", line(words, 200))

    def _not_there(self, name: str, lines: list[str]) -> Saw:
        before, address = self.known[name], self.response.url
        for kind, state in (("not_found", "gone"), ("off_shelf", "off_shelf")):
            if said := self._said_by_spider(kind):
                return Saw(name, state, said)  # type: ignore[arg-type] # both are states
        words = [one for one in lines if not ELSEWHERE.search(one)]
        titled = _titled(before.title, _text(self.response))
        if not titled and (said := next((one for one in words if GONE.search(one)), "")):
            return Saw(name, "gone", line(said, 200))
        if said := next((one for one in words if OFF.search(one)), ""):
            return Saw(name, "off_shelf" if titled else "gone", line(said, 200))
        if titled:
            return Saw(name, "seen", "by its title")
        if "redirect_urls" in self.response.meta and _elsewhere(address, before.url):
            return Saw(name, "moved", line(address, 500))
        detail = self._problems[0].detail if self._problems else f"{address}: nothing about the listing"
        return Saw(name, "error", line(detail, 500))

    def _said_by_spider(self, kind: str) -> str:
        """Particulars of a problem of that kind that the callback yielded: the spider knows how its source says it."""
        return next((line(problem.detail, 200) or kind for problem in self._problems if problem.kind == kind), "")


def _texts(listing: Listing) -> Iterable[str]:
    """All that others wrote into the page."""
    yield from (listing.title, listing.description, listing.notes, listing.bio, listing.seller or "")
    yield from (*listing.options, *listing.reviews, *listing.questions)


def _is_json(response: Response) -> bool:
    return response.body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in {b"{", b"["}


def _text(response: Response) -> str:
    """What a reader sees beside links; of JSON, its texts."""
    body = response.body[:LARGEST]
    said = body.decode(encoding_of(body, response.headers.get("Content-Type")), "replace")
    if _is_json(response):
        try:
            return "\n".join(_strings(json.loads(said)))
        except (ValueError, RecursionError):
            return ""
    return text_of(said, without="a, nav, footer")


def _lines(response: Response) -> Iterator[str]:
    for number, one in enumerate(_text(response).splitlines()):
        if number >= MOST_LINES:
            return
        if 0 < len(said := one.strip()) <= SHORT:
            yield said


def _strings(value: Any) -> Iterator[str]:
    """Every text in a JSON document, without recursion."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _titled(title: str, text: str) -> bool:
    """Whether the page carries the listing's title as its own text."""
    wanted = " ".join(title.split()).casefold()
    return len(wanted) > 3 and wanted in " ".join(text.split()).casefold()


def _elsewhere(address: str, before: str) -> bool:
    """Whether two addresses name different pages, whatever their host and scheme."""
    return path_of(clean_url(address) or address) != path_of(clean_url(before) or before)
