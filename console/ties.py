"""Ties of a stored listing, asked of the index."""

from __future__ import annotations

from crawler.rejudge import Rejudge
from detection.ties import Tie, ties
from index.profiles import Profile
from index.protocol import Index, Stored


def ties_of(index: Index, stored: Stored) -> tuple[Tie, ...]:
    """What ties it to others. Raises IndexUnavailable, ReadError for a damaged object."""
    profiles: dict[str, Profile] = {}
    (known,) = Rejudge(index, profiles, run_id="").known([stored])
    counts = index.tie_counts(known.ties) if known.ties else {}
    return ties(known.ties, known.subject.neighbours, counts, stored.id)
