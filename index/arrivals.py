"""Listings on their way into an index, whatever the engine: what makes a difference, and what is called a change."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from hashlib import blake2b

from index.ids import listing_id
from index.model import Judgement, Listing
from index.protocol import Judged
from index.reading import encode

_TRACKED = tuple(f.name for f in fields(Listing) if f.name not in {"counters", "marketplace", "native_id"})
"""Listing fields that keep a history: not the numbers that move all the time, nor what makes the id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A listing as it is stored."""

    listing: Listing
    judgement: Judgement
    sample: str | None = None
    """SHA-256 of the sample that was last looked at."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One listing on its way in."""

    id: str
    judged: Judged
    content: bytes
    """Hash of all that makes a difference."""

    @property
    def sample(self) -> str | None:
        """SHA-256 of the sample that was looked at this time."""
        return self.judged.sample.sha256 if self.judged.sample else None

    def body(self, old: Body | None = None) -> Body:
        """What is stored of it; what is known of an earlier sample stays."""
        sample = self.sample or (old.sample if old else None)
        return Body(listing=self.judged.listing, judgement=self.judged.judgement, sample=sample)


def arrival(judged: Judged) -> Arrival:
    """The listing with its id and hash. Raises ValueError for findings of another listing."""
    listing, findings = judged.listing, judged.findings
    own_id = listing_id(listing.marketplace, listing.native_id)
    if any(finding.listing_id != own_id for finding in findings):
        raise ValueError(f"a finding put with {own_id} belongs to another listing")
    # The same page archived again is no change: only what the capture shows counts.
    shown = [finding.capture.sha256 if finding.capture else None for finding in findings]
    bare = [replace(finding, capture=None, first_seen="", last_seen="") for finding in findings]
    sample = (judged.sample.sha256, judged.sample.analyser_version) if judged.sample else None
    whole = encode((listing, judged.judgement, bare, shown, sample, judged.ties))
    return Arrival(own_id, judged, blake2b(whole, digest_size=16).digest())


def same_page(one: Listing, other: Listing) -> bool:
    """Whether two are the same apart from what was read in their pictures."""
    return _bare(one) == _bare(other)


def changes(old: Body, new: Body) -> dict[str, tuple[object, object]]:
    """Field -> what it was and is; of the judgement only what a person would call a change."""
    pairs = {name: (getattr(old.listing, name), getattr(new.listing, name)) for name in _TRACKED}
    pairs |= {name: (getattr(old.judgement, name), getattr(new.judgement, name)) for name in ("verdict", "brand")}
    pairs["sample"] = (old.sample, new.sample)
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _bare(listing: Listing) -> Listing:
    return replace(listing, image_text=(), qr_text=())
