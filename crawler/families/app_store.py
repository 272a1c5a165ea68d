"""App stores: a spider says where each value stands in an answer, and here it becomes what a listing holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

import msgspec
import scrapy
from scrapy.http import HtmlResponse, JsonRequest, Response

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import MOST_ADDRESSES, clean_url
from crawler.families.json_page import number
from crawler.families.moments import moment, stamp
from crawler.families.page_text import plain
from crawler.spider import Expect, MarketplaceSpider
from index.digests import stated
from index.model import Listing, SourceKind

SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
MD5 = re.compile(r"[0-9a-f]{32}", re.ASCII)
DIGITS = re.compile(r"\d{9,14}", re.ASCII)
LARGEST_PAGE = 8 << 20
"""Bytes of a page whose embedded data are read."""
MOST_PARTS = 200
NOTHING: Mapping[str, str] = {}


def healthy(least: int, most: int | None = None) -> Expect:
    """A run of a store that saw so many apps, nearly all with what every store shows of an app."""
    fill = {"title": 1.0, "package_name": 0.95, "seller": 0.8, "icon_url": 0.8}
    return Expect(listings=(least, most), fill=fill)


class AppStore(MarketplaceSpider):
    """A member names its addresses, and reads what they answer. Charts and searches never show a whole store."""

    kind: ClassVar[SourceKind] = "app_store"
    one_site: ClassVar[bool] = True
    shows_all: ClassVar[bool] = False
    delay: ClassVar[float] = 2.0
    native_id_rule: ClassVar[str] = "package name"
    expect: ClassVar[Expect] = healthy(1)
    utc_offset: ClassVar[float] = 0
    """Hours, for dates that the store writes without a zone."""

    def asked(self) -> Iterator[scrapy.Request]:
        """What the run is about, for stores that have to be asked for something else first."""
        if self.known:
            yield from self.look_again(self.known)
            return
        for address in self.start_addresses or self.starts:
            yield from self._asked(address) if self.queries else self.first_requests(address)

    def recheck(self, listing: Listing) -> Iterator[scrapy.Request]:
        """As for a start at the page of the app."""
        yield from self.first_requests(listing.url)

    def absent(self, response: Response) -> Iterator[Problem]:
        """That the store does not carry what it was asked for: an answer, and news where it was there before."""
        if self.known:
            yield Problem(part="page", kind="not_found", detail=response.url[:500])

    def app(self, package: Any, *, url: str, native_id: Any = None, title: Any = None, **shown: Any) -> Listing | None:
        """The listing of an app from values as the answer holds them, of whatever type; None without package and id.

        What is no value for its field is left out: an answer may say anything anywhere.
        """
        named = plain(package)
        if not (name := plain(native_id) or named):
            return None
        if "published_at" in shown:
            shown["published_at"] = self._moment(shown["published_at"])
        if "bio" in shown:  # who is named as the maker and again as operator is named once
            shown["bio"] = [part for part in listed(shown["bio"]) if part != shown.get("seller")]
        return Listing(
            marketplace=self.name,
            native_id=name,
            url=clean_url(url) or url,
            title=" ".join(plain(title).split()) or named or name,
            source_kind=self.kind,
            package_name=named or None,
            **{field: CLEANED[field](value) if field in CLEANED else value for field, value in shown.items()},
        )

    def post(
        self, url: str, asked: Any, callback: Callable[..., Any], headers: Mapping[str, str] = NOTHING, **about: Any
    ) -> scrapy.Request:
        """A question in JSON, as the store's own pages ask it; `about` goes to the callback."""
        sent = {"Referer": self.starts[0], **headers}
        return JsonRequest(url, data=asked, callback=callback, headers=sent, cb_kwargs=about)

    def _moment(self, value: Any) -> str | None:
        if isinstance(value, str) and not DIGITS.fullmatch(value.strip()):
            return moment(value[:60], utc_offset=self.utc_offset)
        return stamp(number(value))


class ChineseStore(AppStore):
    """A store of mainland China; dates without a zone are Beijing time."""

    country: ClassVar[str | None] = "CN"
    utc_offset: ClassVar[float] = 8


def not_understood(response: Response, why: str, answer: Any = None) -> Problem:
    """An answer in a form that the spider does not know: its format has changed, or it is a refusal.

    `answer`: what was read of it; a problem of reading says more than we could.
    """
    if isinstance(answer, Problem):
        return answer
    return Problem(part="page", kind="not_understood", detail=f"{response.url}: {why}"[:500])


def refused(response: Response, why: str) -> Problem:
    """An answer that says, by a code of the store's own, that it does not answer us."""
    return Problem(part="page", kind="refusal", detail=f"{response.url}: {why}"[:500])


def next_data(page: HtmlResponse) -> Any:
    """What a page made with Next.js carries as its data; None where it carries none that can be read."""
    written = page.css("script#__NEXT_DATA__::text").get() if len(page.body) <= LARGEST_PAGE else None
    try:
        return msgspec.json.decode(written) if written else None
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


def listed(value: Any) -> list[Any]:
    """`value` as a list of bounded length; a single value is one part, nothing is none."""
    return list(value[:MOST_PARTS]) if isinstance(value, list | tuple) else [] if value is None else [value]


def below(base: str, names: Any) -> list[str]:
    """File names that are relative to `base`, as addresses; whole addresses stay as they are."""
    texts = (name.strip() for name in listed(names) if isinstance(name, str) and name.strip())
    return [text if "://" in text else f"{base.rstrip('/')}/{text.lstrip('/')}" for text in texts]


def whole(value: Any) -> int | None:
    """The whole number that the value is or spells; None below zero and beyond what the index holds."""
    found = number(value)
    return int(found) if found is not None and 0 <= found < 1 << 63 and found == int(found) else None


def _urls(values: Any) -> tuple[str, ...]:
    """The http addresses among texts, or objects with `url`."""
    texts = (part.get("url") if isinstance(part, dict) else part for part in listed(values))
    kept = (text.strip() for text in texts if isinstance(text, str) and text.strip())
    return tuple(dict.fromkeys(text for text in kept if clean_url(text)))[:MOST_ADDRESSES]


def _lines(texts: Any) -> str:
    """The texts that say something, one below the other, each once. A pair is a label and its text."""
    said = (
        f"{part[0]}：{text}" if isinstance(part, tuple) else text
        for part in listed(texts)
        if (text := plain(part[1] if isinstance(part, tuple) else part))
    )
    return "\n".join(dict.fromkeys(said))


def _parts(texts: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for part in listed(texts) if (text := plain(part))))


def _hash(value: Any, form: re.Pattern[str]) -> str | None:
    text = value.strip().lower() if isinstance(value, str) else ""
    return text if form.fullmatch(text) else None


def _counters(numbers: Mapping[str, Any]) -> dict[str, float]:
    known = {name: number(value) for name, value in numbers.items()}
    return {name: value for name, value in known.items() if value is not None and value >= 0}


def _digests(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(digest for value in listed(values) if (digest := stated(value))))


CLEANED: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("description", "bio", "notes"), _lines),
    **dict.fromkeys(("seller", "price", "version", "lang"), lambda value: plain(value) or None),
    **dict.fromkeys(("version_code", "sample_size"), whole),
    **dict.fromkeys(("image_urls", "download_urls"), _urls),
    **dict.fromkeys(("options", "reviews"), _parts),
    "icon_url": lambda value: next(iter(_urls(value)), None),
    "sample_sha256": lambda value: _hash(value, SHA256),
    "sample_md5": lambda value: _hash(value, MD5),
    "declared_signers": _digests,
    "counters": _counters,
}
"""Field of a listing -> how a value from an answer becomes one."""
