"""What an index can do, in words of the domain. Two engines will implement it behind one contract test-suite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from apk_analysis.fingerprint import Fingerprint, Sketch
from index.model import Capture, Finding, Judgement, Listing, Observation, Picture, Run, Supplied, Verdict, View

Kind = Literal["findings", "listings", "samples"]


class IndexUnavailable(Exception):  # noqa: N818 - a state of affairs
    """The index cannot be read or written: disk full, read-only home, damaged file, newer schema: the message says."""


class QueryError(ValueError):
    """The query cannot be understood; the message names the place and, for a misspelt field, the nearest known ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """What became of one listing that was put."""

    id: str
    outcome: Literal["new", "changed", "unchanged", "kept"]
    """'kept': a team's index is away, and the listing waits on this machine; what becomes of it is not known yet."""
    changed: tuple[str, ...] = ()
    """Names of changed fields; counters are updated but never named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One hit: the object as a JSON-like mapping with id, first_seen and last_seen, whatever its kind."""

    id: str
    kind: Kind
    value: dict[str, object]
    first_seen: str
    last_seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One value that hits have in a field."""

    value: str
    """As it is searched: folded."""
    count: int
    """Hits that have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A listing and what was said about it, put together in one transaction."""

    listing: Listing
    judgement: Judgement
    findings: tuple[Finding, ...] = ()
    sample: Fingerprint | None = None
    """None when none was looked at this time; what is known of an earlier one stays."""
    ties: tuple[str, ...] = ()
    """Tie keys the listing carries now ('signer:ab12', 'contact:qq:123'); they replace the earlier ones."""
    capture: Capture | None = None
    """The page, where it was archived: a page that differs from the last one becomes an observation of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """How a listing stands, for deciding when it is looked at again."""

    verdict: Verdict
    first_seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """A sample that is like another."""

    id: str
    """SHA-256."""
    similarity: float
    """0 to 1. Of icons the share of equal bits, of code the features of both in those of either (Jaccard)."""
    exact: bool = True
    """False where it was estimated, because one of the two holds more than its sketch does."""


class Index(Protocol):
    """Thread-safe is not promised: one object per thread. Many processes at once are."""

    def put(self, judged: Sequence[Judged], *, run_id: str, at: str) -> list[Put]:
        """Upserts listings with judgement, findings and sample; moves last_seen; keeps the history of changed fields.

        Findings of the listing that are not among `findings` any more are kept and marked as no longer proposed
        (`verdict` 'benign'), never deleted.
        """

    def see_again(self, listing_ids: Iterable[str], *, at: str) -> dict[str, Glance]:
        """Moves last_seen of listings whose page has not changed, and of the findings they still have; never backwards.

        Listings that are not there are left out of the answer.
        """

    def rejudge(self, judged: Sequence[Judged], *, run_id: str, at: str) -> list[Put]:
        """As `put`, for listings that are there and that nobody looked at again: last_seen stays.

        A listing that a crawl changed meanwhile is left alone ('unchanged'). Only texts of pictures may be new.
        """

    def put_pictures(self, pictures: Sequence[Picture]) -> None:
        """Stores what pictures say, by address."""

    def pictures(self, urls: Iterable[str]) -> dict[str, Picture]:
        """Address -> what is known of the picture there; those that nobody read are left out."""

    def put_sample(self, fingerprint: Fingerprint, *, at: str) -> None:
        """Stores what is known of a sample."""

    def sample(self, sha256: str, analyser_version: int) -> Fingerprint | None:
        """The stored fingerprint of that analyser version, so that the same bytes are analysed once."""

    def get(self, any_id: str) -> Stored | None:
        """A listing, finding or sample (its SHA-256) by id; an unambiguous prefix of at least 8 digits will do."""

    def history(self, listing_id: str) -> list[dict[str, object]]:
        """Changed fields, oldest first: at, field, old, new."""

    def search(
        self, query: str, *, kind: Kind = "findings", sort: str | None = None, limit: int = 20, offset: int = 0
    ) -> list[Stored]:
        """Hits in order. `sort` is a field, '-field' for descending, None for newest first, 'relevance' for best first.

        Ties are broken by id. Raises QueryError.
        """

    def count(self, query: str, *, kind: Kind = "findings") -> int:
        """Number of hits. Raises QueryError."""

    def facet(self, query: str, field: str, *, kind: Kind = "findings", limit: int = 20) -> list[Facet]:
        """What the hits have in a keyword field, the most frequent values first, ties in order of the value.

        Raises QueryError, also for fields of other types.
        """

    def scan(self, query: str, *, kind: Kind = "findings") -> Iterator[Stored]:
        """All hits in constant memory, in order of id. Raises QueryError."""

    def neighbours(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """Tie key ('signer:ab12', 'contact:qq:123') -> ids of listings that carry it, newest first, at most 50 each."""

    def tie_counts(self, keys: Iterable[str]) -> dict[str, int]:
        """Tie key -> how many listings carry it. A tie seen on hundreds ties nobody together."""

    def ties(self, listing_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Listing id -> the tie keys it carries, in order; listings without any are left out."""

    def similar_icons(self, dhash: str, *, distance: int = 8, limit: int = 10) -> list[Similar]:
        """Samples whose launcher icon differs in at most `distance` (0 to 11) of 64 bits, nearest first, ties by id.

        Raises ValueError for what is no hash or too far.
        """

    def similar_code(self, sketch: Sketch, *, limit: int = 10) -> list[Similar]:
        """Samples whose own code shares most with that of the sketch, best first, ties by id.

        Found by bands: two that share half of their features are hardly ever missed, at a fifth one in five is.
        """

    def observe(self, observations: Sequence[Observation]) -> None:
        """Appends observations."""

    def observations(self, listing_id: str) -> list[Observation]:
        """What looks at one listing saw, oldest first; those with a capture are the history of its page."""

    def put_views(self, views: Sequence[View]) -> None:
        """Stores second looks; the newest few of each listing are kept."""

    def views(self, listing_ids: Iterable[str]) -> dict[str, list[View]]:
        """Listing id -> its second looks, newest first; listings without any are left out."""

    def put_supplied(self, supplied: Sequence[Supplied]) -> None:
        """Notes who brought listings. The same file by the same supplier is noted once; the first word stays."""

    def supplied(self, listing_ids: Iterable[str]) -> dict[str, list[Supplied]]:
        """Listing id -> who brought it, oldest first; listings that nobody brought are left out."""

    def addresses(self, urls: Iterable[str]) -> dict[str, str]:
        """Address -> id of the listing there that was first seen; those where none is are left out."""

    def delete(self, listing_ids: Sequence[str]) -> int:
        """Deletes listings with their findings, history, looks, views and suppliers, for good; says how many there
        were. What people decided is kept apart, and stays.
        """

    def mentions(self, words: Sequence[str]) -> set[str]:
        """Ids of listings of which anything that is kept says one of these words, exactly as it is written."""

    def redact(self, listing_ids: Sequence[str], words: Sequence[str]) -> None:
        """Blots these words out of all that is kept of these listings and of any picture (`index.redacting`), for good.

        A later crawl that finds the same page as before leaves it so.
        """

    def record_run(self, run: Run) -> None:
        """Upserts the run by id."""

    def runs(self, marketplace: str | None = None, *, limit: int = 20) -> list[Run]:
        """Newest first."""

    def status(self) -> dict[str, object]:
        """engine, place, schema_version, counts per kind, bytes."""

    def close(self) -> None:
        """Releases files. The object is not used afterwards."""
