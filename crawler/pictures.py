"""Pictures of listings: the second step after judging. Free of Scrapy: fetching and reading are handed in.

Whatever a picture says is judged with the other texts of its listing. Nothing is fetched for listings under the
sexual-material rule or about minors, nor where as much as a word of theirs stands in the text. The picture itself is
dropped when it was read, and kept (home's `pictures/`, by SHA-256) only where evidence quotes it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from apk_analysis.fingerprint import Problem
from crawler.rejudge import Change, Rejudge, as_judgement, as_listing
from crawler.sexual import considered
from crawler.subjects import NOBODY
from crawler.tally import Tally
from detection.fields import fields
from detection.judge import judge
from detection.normalise import fold
from detection.pictures import PictureText
from detection.spotting import Spotter
from detection.terms import lexicon
from index.allowed import AllowedList
from index.blobs import Blobs
from index.media import RULED
from index.model import Judgement, Listing, Picture
from index.profiles import Profile
from index.protocol import Index, Stored
from index.registry.model import Registry
from index.times import utc

MOST = 8
"""Pictures of one listing that are read."""
WITHHELD = (*RULED, "p2-7", "p1-6c")
"""Violations under which no picture is touched: sexual material, and whatever concerns minors."""
FROM_PICTURES = ("image_text[", "qr_text[")

Fetch = Callable[[str], Awaitable[Path | Problem]]
"""Address -> the picture as a file of our own, or what went wrong."""


class Read(Protocol):
    """Reads a picture file: its text and codes, or, as an icon, how it looks."""

    async def __call__(self, path: Path, *, icon: bool) -> PictureText: ...  # noqa: D102 - the class says it


def permitted(listing: Listing, judgement: Judgement) -> bool:
    """Whether the pictures of a listing that was judged so may be fetched. In doubt they may not."""
    if considered(judgement, WITHHELD):
        return False
    return not any(not seen.weak for seen in _trade_words().spot(list(fields(listing))))


@cache
def _trade_words() -> Spotter:
    """Trade words of sexual material, in every disguise, whatever stands beside them: news needs no pictures either."""
    rules = [rule for rule in lexicon().rules if rule.violation.startswith(RULED)]
    return Spotter(frozenset(fold(word) for rule in rules for word in rule.words), ())


class PictureStep:
    """Reads the pictures of one run."""

    def __init__(
        self,
        index: Index,
        profiles: Mapping[str, Profile],
        *,
        run_id: str,
        fetch: Fetch,
        read: Read,
        blobs: Blobs,
        registry: Registry | None = None,
        allowed: AllowedList = NOBODY,
    ) -> None:
        """`blobs`: where pictures that are evidence go."""
        self.tally = Tally()
        self._index = index
        self._rejudge = Rejudge(index, profiles, run_id, registry, allowed)
        self._fetch = fetch
        self._read = read
        self._blobs = blobs

    async def batch(self, listings: Sequence[Stored]) -> list[Change]:
        """Reads what nobody read yet, judges the listings again, and tells what changed. Raises IndexUnavailable."""
        files: dict[str, Path] = {}
        try:
            wanted = self._wanted(listings)
            read = await asyncio.gather(*(self._picture(url, files, icon=icon) for url, icon in wanted.items()))
            if not read:
                return []
            self._index.put_pictures(read)
            changes = self._rejudge.batch(listings)
            self._keep(listings, {picture.url: picture for picture in read}, files)
            return changes
        finally:
            for path in files.values():
                path.unlink(missing_ok=True)

    def _wanted(self, listings: Sequence[Stored]) -> dict[str, bool]:
        """Addresses of pictures to fetch now, and whether each is an icon. What could not be had before is tried again,
        what is broken is not.
        """
        urls: dict[str, bool] = {}
        for known in self._rejudge.known(listings):
            listing = known.subject.listing
            if not listing.image_urls and listing.icon_url is None:
                continue
            self.tally.count("listings")
            if permitted(listing, judge(known.subject)):
                urls |= dict.fromkeys((listing.icon_url,) if listing.icon_url else (), True)
                urls |= dict.fromkeys(listing.image_urls[:MOST], False)
            else:
                self.tally.count("withheld")
        known_now = self._index.pictures(urls)
        return {url: icon for url, icon in urls.items() if url not in known_now or known_now[url].sha256 is None}

    async def _picture(self, url: str, files: dict[str, Path], *, icon: bool) -> Picture:
        got = await self._fetch(url)
        if isinstance(got, Problem):
            self.tally.problem(got)
            return Picture(url=url, read_at=utc(), problem=got.kind)
        files[url] = got
        said = await self._read(got, icon=icon)
        self.tally.count("icons" if icon else "pictures")
        self.tally.count("with_text", bool(said.text))
        self.tally.count("with_codes", bool(said.codes))
        if said.problem:
            self.tally.problem(said.problem)
        digest = await asyncio.to_thread(_sha256, got)
        return Picture(
            url=url,
            read_at=utc(),
            sha256=digest,
            text=said.text,
            codes=said.codes,
            icon=said.icon,
            problem=said.problem,
        )

    def _keep(self, listings: Sequence[Stored], read: Mapping[str, Picture], files: Mapping[str, Path]) -> None:
        """Keeps the pictures that evidence quotes, unless what they say brought their listing under the rule."""
        for before in listings:
            stored = self._index.get(before.id)
            if stored is None:
                continue
            listing, judgement = as_listing(stored), as_judgement(stored)
            if judgement.verdict == "benign" or not permitted(listing, judgement):
                continue
            pieces = [one for violation in judgement.violations for one in violation.evidence]
            quotes = {one.quote for one in pieces if (one.field or "").startswith(FROM_PICTURES)}
            for url in listing.image_urls:
                if url in files and any(quote in text for quote in quotes for text in _texts(read[url])):
                    self._blobs.write(files[url].read_bytes())
                    self.tally.count("kept")


def _texts(picture: Picture) -> tuple[str, ...]:
    return (picture.text, *picture.codes)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
