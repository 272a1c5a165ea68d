"""Judging anew what the index knows: listings as they were seen, with the stored fingerprint and what pictures say.

Nothing is fetched, last_seen stays, decisions lie apart: only the allow-list is read from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from apk_analysis.fingerprint import Fingerprint
from crawler.subjects import NOBODY, Known, subjects
from detection.judge import findings, judge_all
from index.allowed import AllowedList
from index.model import Finding, Judgement, Listing
from index.profiles import Profile
from index.protocol import Index, Judged, Stored
from index.reading import read
from index.registry.model import Registry
from index.times import utc

PAGE_UNSEEN = "unseen.page"
"""Said of listings of which only somebody's words are there (`crawler.carry`)."""
LISTING = frozenset(field.name for field in fields(Listing))
FINGERPRINT = frozenset(field.name for field in fields(Fingerprint))
FINDING = frozenset(field.name for field in fields(Finding))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A finding that is said to be something else than before."""

    listing_id: str
    finding_id: str
    title: str
    group: str
    brand: str | None
    before: str | None
    """Its verdict; None where there was no such finding."""
    after: str

    @property
    def what(self) -> str:
        """'new', 'dropped' or 'verdict'."""
        if self.before in {None, "benign"}:
            return "new"
        return "dropped" if self.after == "benign" else "verdict"


class Rejudge:
    """Judges stored listings of one run, in batches."""

    def __init__(
        self,
        index: Index,
        profiles: Mapping[str, Profile],
        run_id: str,
        registry: Registry | None = None,
        allowed: AllowedList = NOBODY,
    ) -> None:
        self._index = index
        self._profiles = profiles
        self._run_id = run_id
        self._registry = registry
        self._allowed = allowed

    def batch(self, listings: Sequence[Stored]) -> list[Change]:
        """Judges the listings, stores what is said of them in one short transaction, and tells what changed.

        Raises IndexUnavailable, ReadError for a damaged object.
        """
        known = self.known(listings)
        judged, changes = [], []
        for stored, one, said in zip(listings, known, judge_all([one.subject for one in known]), strict=True):
            judgement = _as_seen(said, stored)
            before = self._findings(stored, judgement)
            new = self._proposed(one, judgement, before)
            judged.append(new)
            changes += [change for change in _changes(new, before) if change.before != change.after]
        self._index.rejudge(judged, run_id=self._run_id, at=utc())
        return changes

    def known(self, listings: Iterable[Stored]) -> list[Known]:
        """The subjects of stored listings."""
        known = list(listings)
        looks = [(as_listing(stored), self._sample(stored)) for stored in known]
        seen_at = [stored.last_seen for stored in known]
        return subjects(self._index, self._profiles, looks, self._registry, seen_at, allowed=self._allowed)

    def _sample(self, stored: Stored) -> Fingerprint | None:
        """The fingerprint of the sample that was looked at, by the newest analysis of it."""
        digest = stored.value.get("sample")
        found = self._index.get(digest) if isinstance(digest, str) else None
        if found is None or found.kind != "samples":
            return None
        return as_sample(found)

    def _findings(self, stored: Stored, judgement: Judgement) -> dict[str, Finding]:
        """What was proposed about the listing until now, by id; a listing that is and was benign has nothing."""
        was = stored.value.get("judgement")
        if judgement.verdict == "benign" and isinstance(was, dict) and was.get("verdict") == "benign":
            return {}
        found = self._index.search(f"listing_id:{stored.id}", limit=100)
        return {one.id: as_finding(one) for one in found}

    @staticmethod
    def _proposed(one: Known, judgement: Judgement, before: Mapping[str, Finding]) -> Judged:
        listing, sample = one.subject.listing, one.subject.fingerprint
        captures = [finding.capture for finding in before.values() if finding.capture is not None]
        capture = max(captures, key=lambda capture: capture.taken_at, default=None)
        found = findings(listing, judgement, fingerprint=sample, capture=capture)
        return Judged(listing=listing, judgement=judgement, findings=found, sample=sample, ties=one.ties)


def _as_seen(judgement: Judgement, stored: Stored) -> Judgement:
    """The judgement; whether anybody saw the page is no question of rules, and stays as it was."""
    before = stored.value.get("judgement")
    said = before.get("unseen") if isinstance(before, dict) else None
    if isinstance(said, list) and PAGE_UNSEEN in said and PAGE_UNSEEN not in judgement.unseen:
        return replace(judgement, unseen=(*judgement.unseen, PAGE_UNSEEN))
    return judgement


def as_listing(stored: Stored) -> Listing:
    """The listing as it was seen. Raises ReadError."""
    return read(Listing, {name: value for name, value in stored.value.items() if name in LISTING}, stored.id)


def as_sample(stored: Stored) -> Fingerprint:
    """What is known of a sample, by the newest analysis of it. Raises ReadError."""
    return read(Fingerprint, {n: v for n, v in stored.value.items() if n in FINGERPRINT}, f"sample {stored.id}")


def as_judgement(stored: Stored) -> Judgement:
    """What was last said about a listing. Raises ReadError."""
    return read(Judgement, stored.value.get("judgement"), stored.id)


def as_finding(stored: Stored) -> Finding:
    """A finding as it was stored. Raises ReadError."""
    return read(Finding, {name: value for name, value in stored.value.items() if name in FINDING}, stored.id)


def _changes(new: Judged, before: Mapping[str, Finding]) -> list[Change]:
    after = {finding.id: finding for finding in new.findings}
    told = []
    for ident in dict.fromkeys((*after, *before)):
        finding = after.get(ident) or before[ident]
        told.append(
            Change(
                listing_id=finding.listing_id,
                finding_id=ident,
                title=new.listing.title,
                group=finding.group,
                brand=finding.brand,
                before=before[ident].verdict if ident in before else None,
                after=after[ident].verdict if ident in after else "benign",
            )
        )
    return told
