"""Carrying one listing: validate, deduplicate, judge the text, archive, look into the sample, judge again, index.

Free of Scrapy: the crawl and `copycatch import` walk through the same code. Listings are taken in batches ("turns"), so
that the neighbours of a batch are asked in one call and a batch is stored in one transaction.

The page is archived when its listing is a finding or a lead, or when its sample is looked into; a benign listing leaves
its fields and no page. (Every page of every crawl would fill a disk within days and prove nothing.)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Protocol

from apk_analysis.fingerprint import Fingerprint, Problem
from crawler.admission import admitted
from crawler.rejudge import PAGE_UNSEEN
from crawler.subjects import NEIGHBOURS_UNSEEN, NOBODY, Known, Unasked, subjects
from crawler.tally import Tally
from detection.judge import findings, judge, judge_all
from index.allowed import AllowedList
from index.ids import listing_id
from index.model import Capture, Finding, Judgement, Listing
from index.profiles import Profile
from index.protocol import Index, IndexUnavailable, Judged, Put
from index.reading import ReadError, encode
from index.registry.model import Registry
from index.times import utc

logger = logging.getLogger(__name__)

TURN = 0.02
"""Seconds within which listings are taken together."""
BATCH = 200
"""Listings of one transaction."""
CROWDED = 1000
"""So many listings may be under way before whoever brings more has to wait."""
SAMPLES_AT_ONCE = 2
UNREAD = frozenset({"zip", "container", "worker"})
"""Parts of a sample whose problems mean that it could not be looked into; they count among the run's problems."""


Picturing = Callable[[], Awaitable[object]]


@dataclass(slots=True, eq=False, kw_only=True)
class Look:
    """A listing under way."""

    listing: Listing
    archive: Callable[[], Capture | None]
    """Archives the page it was found on; once, however often it is called."""
    picture: Picturing | None
    """Takes a picture of that page, where it stands rendered."""
    stored: asyncio.Future[bool]
    """Done when the listing is in the index; False: something of it could not be had or judged."""
    id: str = ""
    content: bytes = b""
    ties: tuple[str, ...] = ()
    judgement: Judgement | None = None
    fingerprint: Fingerprint | None = None
    capture: Capture | None = None
    whole: bool = True
    """False: its sample could not be had, or something could not be judged."""


class SampleSource(Protocol):
    """Decides about samples and fetches them."""

    def wanted(self, listing: Listing, judgement: Judgement) -> bool:
        """Whether the sample behind the listing is to be fetched."""

    async def fingerprint(self, listing: Listing) -> Fingerprint | Problem:
        """Fetches and analyses the sample, or says what went wrong."""


class Carrier:
    """Carries the listings of one run into the index."""

    def __init__(
        self,
        *,
        index: Index,
        run_id: str,
        tally: Tally,
        profiles: dict[str, Profile],
        registry: Registry | None = None,
        allowed: AllowedList = NOBODY,
        samples: SampleSource | None = None,
        limit: int | None = None,
        newer_than: str | None = None,
        containing: Sequence[str] = (),
        fields: Sequence[str] = (),
        supplied: bool = False,
        told: Callable[[Judged, Put], None] = lambda _judged, _put: None,
    ) -> None:
        """`samples` None: none is fetched. `newer_than`: listings whose date is earlier are left out; those without a
        date are not. `containing`: so are listings with none of these words, where there are any. `fields`: whose fill
        rate the run's health wants to know. `supplied`: the listings were brought to us, perhaps without an address,
        and what pages there are were saved by others: all are archived, and none counts as a look of ours. `told` hears
        of everything that was stored.
        """
        self.index = index
        self._run_id = run_id
        self._tally = tally
        self._profiles = profiles
        self._registry = registry
        self._allowed = allowed
        self._samples = samples
        self._limit = limit
        self._newer_than = newer_than
        self._containing = tuple(word.casefold() for word in containing)
        self._fields = fields
        self._supplied = supplied
        self._told = told
        self._inbox: list[Look] = []
        self._outbox: list[Look] = []
        self._under_way: dict[str, bytes] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._inside: set[asyncio.Task[None]] = set()
        self._few = asyncio.Semaphore(SAMPLES_AT_ONCE)

    @property
    def crowded(self) -> bool:
        """Whether whoever brings listings should wait for the last one before bringing more."""
        return len(self._under_way) >= CROWDED

    def carry(
        self, listing: Listing, archive: Callable[[], Capture | None], picture: Picturing | None = None
    ) -> asyncio.Future[bool] | None:
        """Takes a listing in. The future is done when it is in the index, and fails with IndexUnavailable. Its result
        is False when something of the listing could not be had or judged, so that it is worth the same look again.

        None: it was refused (counted as a problem), is too old, holds no word that is asked for, is a duplicate within
        the run, or the run has enough.
        """
        try:
            listing, cut = admitted(listing, addressed=not self._supplied)
        except ReadError as error:
            logger.warning("%s", error)
            self._tally.problem("listing_invalid")
            return None
        if cut:
            self._tally.problem("text_cut")
        if self._newer_than and listing.published_at and listing.published_at < self._newer_than:
            self._tally.count("older")
            return None
        if self._containing and not _contains(listing, self._containing):
            self._tally.count("unmatched")
            return None
        name, content = listing_id(listing.marketplace, listing.native_id), _content(listing)
        if content in (self._tally.seen.get(name), self._under_way.get(name)):
            self._tally.count("duplicates")
            return None
        if self._limit is not None and self._tally.counters["listings"] + len(self._under_way) >= self._limit:
            return None
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._under_way[name] = content
        look = Look(listing=listing, archive=archive, picture=picture, stored=future, id=name, content=content)
        look.capture = archive() if self._supplied else None
        self._inbox.append(look)
        self._soon()
        return future

    async def drain(self) -> None:
        """Returns when nothing is under way."""
        while self._inbox or self._outbox or self._inside:
            self._turn()
            if self._inside:
                await asyncio.wait(self._inside, return_when=asyncio.FIRST_COMPLETED)

    def cancel_samples(self) -> None:
        """Gives up samples under way; their listings stay unstored, so that their pages are fetched again."""
        for task in self._inside:
            task.cancel()

    def _soon(self) -> None:
        if len(self._inbox) + len(self._outbox) >= BATCH:
            self._turn()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TURN, self._turn)

    def _turn(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        looks, self._inbox = self._inbox, []
        try:
            self._judge(looks)
            for look in looks:
                if self._pictured(look) or self._sampled(look):
                    self._begin_inside(look)
                else:
                    self._outbox.append(look)
            self._store()
        except Exception as error:  # noqa: BLE001 - whoever brought the listings learns of it, and decides
            for look in (*looks, *self._outbox):
                self._fail(look, error)
            self._outbox = []

    def _judge(self, looks: Sequence[Look]) -> None:
        judged = [(look.listing, look.fingerprint) for look in looks]
        away = False
        try:
            known = subjects(self.index, self._profiles, judged, self._registry, allowed=self._allowed)
        except IndexUnavailable as error:  # judged by themselves; their pages are read again when it is back
            logger.warning("%s", error)
            known = subjects(Unasked(), self._profiles, judged, self._registry, allowed=self._allowed)
            away = True
        for look, known_of, judgement in zip(looks, known, _judgements(known), strict=True):
            look.ties, look.listing = known_of.ties, known_of.subject.listing
            if judgement is not None:
                look.judgement = self._seen(judgement, look, away=away)
                look.whole &= not away
            else:
                self._tally.problem("judging_failed")
                look.whole = False
                look.judgement = look.judgement or Judgement(verdict="benign", unseen=("crawl.judging_failed",))

    def _seen(self, judgement: Judgement, look: Look, *, away: bool) -> Judgement:
        """The judgement; it says so where there are only somebody's words and nobody saw a page, and where the index
        could not be asked.
        """
        if away:
            judgement = replace(judgement, unseen=(*judgement.unseen, NEIGHBOURS_UNSEEN))
        if self._supplied and look.capture is None and look.fingerprint is None:
            return replace(judgement, unseen=(*judgement.unseen, PAGE_UNSEEN))
        return judgement

    def _sampled(self, look: Look) -> bool:
        return self._samples is not None and self._samples.wanted(look.listing, _verdict(look))

    def _pictured(self, look: Look) -> bool:
        return look.picture is not None and _verdict(look).verdict != "benign"

    def _begin_inside(self, look: Look) -> None:
        task = asyncio.get_running_loop().create_task(self._look_inside(look))
        self._inside.add(task)
        task.add_done_callback(self._inside.discard)

    async def _look_inside(self, look: Look) -> None:
        try:
            if look.picture is not None and self._pictured(look):
                await look.picture()
            if self._sampled(look):
                await self._look_into_sample(look)
            self._archive(look)
        except BaseException as error:
            self._fail(look, error)
            if not isinstance(error, Exception):
                raise
            return
        self._outbox.append(look)
        self._soon()

    async def _look_into_sample(self, look: Look) -> None:
        assert self._samples is not None  # noqa: S101 - else none is wanted
        async with self._few:
            result = await self._samples.fingerprint(look.listing)
        if isinstance(result, Problem):
            said = {"event": "problem", "problem": result.kind, "part": result.part, "listing": look.id}
            logger.info("%s: %s", result.kind, result.detail, extra=said)
            self._tally.problem(result)
            look.whole = False
        else:
            self._tally.count("samples")
            look.fingerprint = result
            self._compare(look.listing, result)
            self._judge([look])

    def _compare(self, listing: Listing, fingerprint: Fingerprint) -> None:
        stated = ((listing.sample_sha256, fingerprint.sha256), (listing.sample_md5, fingerprint.md5))
        if any(said and said.lower() != seen for said, seen in stated):
            self._tally.problem("sample_hash_differs")
        for problem in fingerprint.problems:
            if problem.part in UNREAD:
                self._tally.problem(problem)

    def _store(self) -> None:
        looks, self._outbox = self._outbox, []
        for start in range(0, len(looks), BATCH):
            batch = looks[start : start + BATCH]
            try:
                judged = [self._judged(look) for look in batch]
                puts = self.index.put(judged, run_id=self._run_id, at=utc())
            except Exception:
                self._outbox = looks[start:]
                raise
            for look, one, put in zip(batch, judged, puts, strict=True):
                self._tally.count(put.outcome)
                self._note(one, put)
                self._told(one, put)
                self._stored(look)

    def _note(self, one: Judged, put: Put) -> None:
        """Counts and logs what was found and was not known before."""
        if put.outcome == "unchanged":
            return
        if one.judgement.verdict == "violation" and (put.outcome == "new" or "verdict" in put.changed):
            self._tally.count("new_violations")
        for finding in one.findings:
            said = {"event": "finding", "listing": put.id, "finding": finding.id, "group": finding.group}
            said["verdict"] = finding.verdict
            logger.info("%s: %s of %s", put.outcome, finding.id, put.id, extra=said)

    def _judged(self, look: Look) -> Judged:
        judgement = _verdict(look)
        found: tuple[Finding, ...] = ()
        if judgement.verdict != "benign" and look.capture is None:
            self._archive(look)
        try:
            found = findings(look.listing, judgement, fingerprint=look.fingerprint, capture=look.capture)
        except Exception:
            logger.exception("the findings of %s failed", look.listing.url)
            self._tally.problem("judging_failed")
        self._tally.count("findings", len(found))
        return Judged(
            listing=look.listing,
            judgement=judgement,
            findings=found,
            sample=look.fingerprint,
            ties=look.ties,
            capture=None if self._supplied else look.capture,
        )

    def _archive(self, look: Look) -> None:
        try:
            look.capture = look.archive()
        except OSError:
            raise  # the disk is full or gone: the run has to stop
        except Exception:
            logger.exception("archiving %s failed", look.listing.url)
            self._tally.problem("archive_failed")

    def _stored(self, look: Look) -> None:
        self._under_way.pop(look.id, None)
        if self._tally.sighted(look.id, look.content):
            self._tally.count("listings")
            self._tally.count(_verdict(look).verdict)
            for name in self._fields:
                if getattr(look.listing, name):
                    self._tally.filled(name)
        if not look.stored.done():
            look.stored.set_result(look.whole)

    def _fail(self, look: Look, error: BaseException) -> None:
        self._under_way.pop(look.id, None)
        if not look.stored.done():
            if isinstance(error, asyncio.CancelledError):
                look.stored.cancel()
            else:
                look.stored.set_exception(error)


def _verdict(look: Look) -> Judgement:
    assert look.judgement is not None  # noqa: S101 - set by the first step of every turn
    return look.judgement


def _contains(listing: Listing, words: Sequence[str]) -> bool:
    """Whether what names the listing, or its text, holds one of the words (casefolded)."""
    said = (listing.title, listing.description, listing.seller or "", listing.package_name or "")
    text = "\n".join(said).casefold()
    return any(word in text for word in words)


def _content(listing: Listing) -> bytes:
    """Digest of what matters: counters change with every look."""
    return blake2b(encode(replace(listing, counters={})), digest_size=8).digest()


def _judgements(known: Sequence[Known]) -> list[Judgement | None]:
    """One each; None where it could not be judged: a detector's defect must not cost us the listing, nor the others."""
    try:
        return list(judge_all([one.subject for one in known]))
    except Exception:  # noqa: BLE001 - one of them: which one is found out below
        return [_judgement(one) for one in known]


def _judgement(known: Known) -> Judgement | None:
    try:
        return judge(known.subject)
    except Exception:  # whatever a detector stumbles over: it is logged, counted, and said of the listing
        logger.exception("judging %s failed", known.subject.listing.url)
        return None
