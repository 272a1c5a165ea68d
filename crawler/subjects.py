"""Listings with all that the index knows beside them: texts of their pictures, and neighbours. Asked for in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol

from apk_analysis.fingerprint import Fingerprint
from detection.subject import Subject
from detection.ties import tie_keys
from index.allowed import AllowedList, scopes
from index.ids import listing_id
from index.model import AllowedHit, Listing, Picture, View
from index.profiles import Profile
from index.registry.model import Registry
from index.times import utc

LISTING = frozenset(one.name for one in fields(Listing))
NOBODY = AllowedList()
"""An allow-list without entries."""
MOST_CODES = 50
"""Of one listing."""


NEIGHBOURS_UNSEEN = "unseen.neighbours"
"""Said of what was judged while the index could not be asked."""


class Asked(Protocol):
    """What an index is asked about listings that are to be judged."""

    def neighbours(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """As in `index.protocol.Index`."""

    def pictures(self, urls: Iterable[str]) -> dict[str, Picture]:
        """As there."""

    def views(self, listing_ids: Iterable[str]) -> dict[str, list[View]]:
        """As there."""

    def history(self, listing_id: str) -> list[dict[str, object]]:
        """As there."""


class Unasked:
    """Stands for an index that cannot be asked: nothing is known."""

    def neighbours(self, keys: Iterable[str]) -> dict[str, list[str]]:  # noqa: D102, ARG002 - see above
        return {}

    def pictures(self, urls: Iterable[str]) -> dict[str, Picture]:  # noqa: D102, ARG002 - see above
        return {}

    def views(self, listing_ids: Iterable[str]) -> dict[str, list[View]]:  # noqa: D102, ARG002 - see above
        return {}

    def history(self, listing_id: str) -> list[dict[str, object]]:  # noqa: D102, ARG002 - see above
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A subject with the tie keys that made its neighbours."""

    subject: Subject
    ties: tuple[str, ...]


def subjects(
    index: Asked,
    profiles: Mapping[str, Profile],
    looks: Sequence[tuple[Listing, Fingerprint | None]],
    registry: Registry | None = None,
    seen_at: Sequence[str] = (),
    *,
    allowed: AllowedList = NOBODY,
) -> list[Known]:
    """A subject for every listing and its sample; `seen_at`: when each was last seen, by default now.

    Raises IndexUnavailable.
    """
    pictured = with_pictures(index, [listing for listing, _ in looks])
    samples = [sample for _, sample in looks]
    ties = [tuple(tie_keys(listing, sample)) for (listing, *_), sample in zip(pictured, samples, strict=True)]
    wanted = {key for keys in ties for key in keys}
    found = index.neighbours(wanted) if wanted else {}
    names = [listing_id(listing.marketplace, listing.native_id) for listing, *_ in pictured]
    views = index.views(names)
    made = []
    for number, ((listing, read, icon), sample, keys) in enumerate(zip(pictured, samples, ties, strict=True)):
        own = names[number]
        looked = seen_at[number] if seen_at else utc()
        others = {key: [other for other in found.get(key, ()) if other != own] for key in keys}
        subject = Subject(
            listing=listing,
            fingerprint=sample,
            profiles=profiles,
            neighbours={key: ids for key, ids in others.items() if ids},
            pictures_read=read,
            icon=icon,
            registry=registry,
            allowed=allowed_today(allowed, listing, sample) if allowed else (),
            views=_telling(index, own, listing, views[own], looked) if own in views else (),
        )
        made.append(Known(subject=subject, ties=keys))
    return made


def allowed_today(entries: AllowedList, listing: Listing, sample: Fingerprint | None) -> tuple[AllowedHit, ...]:
    """The entries that it falls under today: by verified signers only."""
    reached = scopes(
        listing,
        sample=sample.sha256 if sample else None,
        signers=[signer.sha256 for signer in sample.signature.signers] if sample else (),
        package=(sample.package if sample else None) or listing.package_name,
    )
    return entries.hits(reached, utc()[:10])


def _telling(index: Asked, name: str, listing: Listing, views: Sequence[View], looked: str) -> tuple[View, ...]:
    """The views before the newest look, with what has changed since then as it is now: that is no difference."""
    history = index.history(name)
    told = []
    for view in views:
        if view.at >= looked:
            continue  # the page may just have changed; the next look tells
        changed = {str(one["field"]) for one in history if str(one["at"]) >= view.at} & LISTING
        now = {field: getattr(listing, field) for field in changed}
        told.append(replace(view, listing=replace(view.listing, **now)) if view.listing and now else view)
    return tuple(told)


def with_pictures(index: Asked, listings: Sequence[Listing]) -> list[tuple[Listing, bool | None, str | None]]:
    """The listings with what is known of their pictures, whether that is all of them (None: nobody read any), and the
    descriptor of the icon that the page shows.

    Texts that came with a listing stay before those that were read.
    """
    urls = {url for listing in listings for url in (*listing.image_urls, listing.icon_url) if url}
    known = index.pictures(urls) if urls else {}
    return [
        (
            *_told(listing, [known[url] for url in listing.image_urls if url in known]),
            known[listing.icon_url].icon if listing.icon_url in known else None,
        )
        for listing in listings
    ]


def _told(listing: Listing, pictures: Sequence[Picture]) -> tuple[Listing, bool | None]:
    if not pictures:
        return listing, None
    texts = dict.fromkeys((*listing.image_text, *(picture.text for picture in pictures if picture.text)))
    codes = dict.fromkeys((*listing.qr_text, *(code for picture in pictures for code in picture.codes)))
    read = sum(picture.problem is None for picture in pictures) == len(listing.image_urls)
    return replace(listing, image_text=tuple(texts), qr_text=tuple(codes)[:MOST_CODES]), read
