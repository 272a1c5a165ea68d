"""All that a detector may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from apk_analysis.fingerprint import Fingerprint
from index.model import AllowedHit, Evidence, Listing, View
from index.profiles import Profile
from index.registry.model import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One listing with everything known beside it. Detectors read it and change nothing."""

    listing: Listing
    fingerprint: Fingerprint | None = None
    """None while the sample was not fetched; that is 'not seen', never 'nothing there'."""
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    """Brand profiles by id."""
    neighbours: Mapping[str, list[str]] = field(default_factory=dict)
    """Tie key -> ids of other listings that carry it."""
    registry: Registry | None = None
    """Our copies of the public registers, for looking up only; None when nothing was imported: 'not collected'."""
    pictures_read: bool | None = None
    """Whether all its pictures were read; None while nobody tried."""
    icon: str | None = None
    """Descriptor of the icon that the page itself shows; None while nobody read it."""
    views: tuple[View, ...] = ()
    """Second, declared looks that came before the newest one, as far as the listing has not changed since."""
    allowed: tuple[AllowedHit, ...] = ()
    """Entries of the allow-list that it falls under today. They change no evidence; findings say who allowed them."""
    day: str = field(default_factory=lambda: datetime.now(UTC).date().isoformat())
    """Day on which licences have to hold, ISO 8601."""


Detector = Callable[[Subject], Iterator[Evidence]]
"""Modules in detection/detectors/ offer one as `detect`."""
