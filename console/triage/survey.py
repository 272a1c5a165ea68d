"""All units of the index, and what is known of what somebody decided about: one pass, kept until the index moves.

Kept in a file of the home, which may be deleted at any time: an analyst asks for the next unit hundreds of times a day.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from typing import Any

from crawler.rejudge import as_listing
from index.home import Home
from index.open import index_file
from index.protocol import Index, IndexUnavailable, Stored
from index.reading import ReadError, decode, encode
from index.records import Decisions
from index.standing import ABSENT, standing
from index.times import utc
from index.wording import flat, skeleton
from takedown.answers import Answers
from takedown.cuts import cuts
from takedown.material import material
from takedown.triage_state import Now
from takedown.units.joining import Joining, Member, Unit, Words

PROPOSED = "verdict:violation OR verdict:lead"
FILE = "units.cache"
LAYOUT = 2
_BATCH = 500
_TEXTS = 4096
"""Texts kept while they are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The units as they were at one time."""

    layout: int
    stamp: str
    """Of the index and the cuts it was made from."""
    at: str
    took: float
    """Seconds that it took to make."""
    units: tuple[Unit, ...]
    """The highest priority first."""
    now: dict[str, Now]
    """Finding that somebody decided about -> what is known of it."""


def survey(index: Index, decisions: Decisions, answers: Answers, place: Home, url: str | None = None) -> Survey:
    """The units as they are. Raises IndexUnavailable, ReadError."""
    stamp = _stamp(decisions, place, url)
    kept = kept_survey(place)
    if kept is not None and kept.stamp == stamp:
        return kept  # the index has not moved, so nothing that was decided since can have changed either
    made = _made(index, decisions, answers, stamp)
    _keep(place, made)
    return made


def kept_survey(place: Home) -> Survey | None:
    """The last survey, however old; None where none is, or one of another layout."""
    try:
        found = decode(Survey, (place.path / FILE).read_bytes())
    except (OSError, ReadError):
        return None
    return found if found.layout == LAYOUT else None


def _keep(place: Home, made: Survey) -> None:
    """Written aside and put in place at once; a home that cannot be written to does without."""
    path = place.path / FILE
    aside = path.with_name(f"{FILE}.{os.getpid()}")
    try:
        aside.write_bytes(encode(made))
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)


def _stamp(decisions: Decisions, place: Home, url: str | None) -> str:
    """Changes when anything was written to the index, or cut. Of an index elsewhere nobody knows: every ten minutes."""
    told = blake2b(repr(sorted(cuts(decisions))).encode(), digest_size=16)
    try:
        file = index_file(place, url)
    except IndexUnavailable:
        told.update(utc()[:15].encode())
        return told.hexdigest()
    for path in (file, file.with_name(file.name + "-wal")):
        if path.exists():
            state = path.stat()
            told.update(f"{state.st_size} {state.st_mtime_ns} ".encode())
    return told.hexdigest()


def _made(index: Index, decisions: Decisions, answers: Answers, stamp: str) -> Survey:
    at, begun = utc(), time.monotonic()
    decided = answers.findings()
    joining = Joining(counts=index.tie_counts, words=_words(index), apart=sorted(cuts(decisions)))
    now: dict[str, Now] = {}
    hits = _hits(index, decided)
    while some := list(islice(hits, _BATCH)):
        ties = index.ties({str(hit.value["listing_id"]) for hit in some})
        for hit in some:
            carried = ties.get(str(hit.value["listing_id"]), ())
            joining.add(_member(hit, carried))
            if hit.id in decided:
                now[hit.id] = now_of(index, hit, carried)
    units = tuple(joining.units())
    return Survey(layout=LAYOUT, stamp=stamp, at=at, took=time.monotonic() - begun, units=units, now=now)


def _hits(index: Index, decided: Iterable[str]) -> Iterator[Stored]:
    """What is proposed, and what somebody decided about, also where nothing is proposed any more."""
    left = set(decided)
    for hit in index.scan(PROPOSED):
        left.discard(hit.id)
        yield hit
    for name in sorted(left):
        if (known := index.get(name)) is not None and known.kind == "findings":
            yield known


def _member(hit: Stored, ties: Sequence[str]) -> Member:
    value: dict[str, Any] = hit.value
    return Member(
        finding=hit.id,
        listing=value["listing_id"],
        marketplace=value["marketplace"],
        group=value["group"],
        brand=value.get("brand"),
        verdict=value["verdict"],
        priority=value["priority"],
        first_seen=hit.first_seen,
        sample=value.get("sample_sha256"),
        ties=tuple(ties),
    )


def now_of(index: Index, hit: Stored, ties: Sequence[str] | None = None) -> Now:
    """What is known of a finding, as far as answers rest on it."""
    name = str(hit.value["listing_id"])
    carried = ties if ties is not None else index.ties([name]).get(name, ())
    listing = index.get(name)
    known = standing(index.observations(name), listing.last_seen if listing else "")
    unseen: Any = hit.value.get("unseen") or ()
    return Now(
        material=material(hit.value, listing.value if listing else {}, carried),
        unseen=tuple(unseen),
        gone=known.sure and known.state in {*ABSENT, "off_shelf"},
    )


def _words(index: Index) -> Any:
    @lru_cache(_TEXTS)
    def words(name: str) -> Words | None:
        stored = index.get(name)
        if stored is None:
            return None
        listing = as_listing(stored)
        bare = skeleton(listing) if listing.source_kind == "site" else ""
        return Words(seller=(listing.seller or "").strip(), text=flat(listing.description), bare=bare)

    return words
