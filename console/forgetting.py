"""Deletion of a person's data: found everywhere, blotted out or deleted, and written down as a removal."""

from __future__ import annotations

from dataclasses import dataclass

from console.retention import Stores
from index.archive.chain import ChainError
from index.archive.tombstones import NotSealedError, remove
from index.archive.verify import runs_in
from index.blobs import Blobs
from index.model import Capture
from index.redacting import Redaction
from takedown.forgetting import Found, forget, naming


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """Where the person was found."""

    listings: tuple[str, ...]
    """Whose texts name them; they are blotted out there, and their pages go."""
    bound: tuple[str, ...]
    """Listings that stay as they are: held, or subject of an open notice."""
    records: Found
    pages: int
    """Different pages of these listings."""


def look(stores: Stores, redaction: Redaction) -> Mentioned:
    """Finds the person. Raises IndexUnavailable, ReadError."""
    said = stores.index.mentions(redaction.words)
    bound = said & stores.kept.bound
    free = sorted(said - bound)
    return Mentioned(
        listings=tuple(free),
        bound=tuple(sorted(bound)),
        records=naming(stores.records, redaction, stores.kept.notices),
        pages=len(_digests(stores, free)),
    )


def carry_out(
    stores: Stores, redaction: Redaction, found: Mentioned, *, at: str, by: str, reason: str
) -> tuple[int, tuple[str, ...]]:
    """Removes it: records of pages that went, and runs whose archive could not be changed now.

    Whoever was stopped runs it again. Raises IndexUnavailable, Overtaken, OSError.
    """
    pages, failed = _pages(stores, found.listings, at=at, reason=reason)
    stores.index.redact(found.listings, redaction.words)
    what = f"a person: {len(found.listings)} listings, {len(found.records.seqs)} records, {pages} archived records"
    forget(stores.records, redaction, stores.kept.notices, at=at, by=by, reason=reason, what=what)
    return pages, failed


def _digests(stores: Stores, listings: list[str] | tuple[str, ...]) -> set[str]:
    """SHA-256 of pages of these listings that no listing needs which must stay as it is."""
    bound = {one.sha256 for one in stores.captures(stores.kept.bound)}
    return {one.sha256 for one in stores.captures(listings)} - bound


def _pages(stores: Stores, listings: tuple[str, ...], *, at: str, reason: str) -> tuple[int, tuple[str, ...]]:
    captures: list[Capture] = list(stores.captures(listings))
    digests = _digests(stores, listings)
    shown = {one.screenshot for one in captures if one.screenshot}
    shown -= {one.screenshot for one in stores.captures(stores.kept.bound)}
    pictures = Blobs(stores.place.pictures)
    for digest in sorted(shown):
        pictures.path(digest).unlink(missing_ok=True)
    gone, failed, folder = 0, [], stores.place.archive
    for run in runs_in(folder) if folder.is_dir() and digests else ():
        try:
            done = remove(folder, run, lambda record: record.payload in digests, reason=reason, at=at)
            gone += done.records
        except (NotSealedError, ChainError):
            failed.append(run)
    return gone, tuple(failed)
