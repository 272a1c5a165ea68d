"""Relisting (重新上架): a listing by the operator, or of the sample, of one that a person confirmed, and what is new.

One sample, verified signer, contact or domain says so alone; icon, wording and code take two that are about different
things (`index.ties`). It is a fact to look at: whether the new listing is a case, a person says again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from index.messages import LANGUAGES, text
from index.profiles import Profile
from index.protocol import Index, Stored
from index.records import Decisions
from index.standing import ABSENT, standing
from index.ties import ALONE, TOGETHER, kind_of
from takedown.answers import Answers
from takedown.cuts import pair
from takedown.earlier import Confirmed, Earlier
from takedown.groups.group import short

How = Literal["relisted", "another", "back", "mention"]
"""relisted: first seen after the earlier one was surely gone. another: first seen after it was confirmed, which still
stands or of which nobody knows. back: the same listing, seen again after it was surely gone. mention: a page that
nobody suspects, with the contact or domain of an earlier one: a warning quotes these too."""
BY_SAMPLE = frozenset({"sample", "signer"})
"""Kinds that nobody can quote."""
GONE = frozenset({*ABSENT, "off_shelf"})
COMPARED = ("title", "seller", "package_name", "marketplace", "price", "version")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between the earlier listing and the new one."""

    field: str
    """One of `COMPARED`, 'signer' or 'sample' (SHA-256)."""
    before: str
    after: str
    """Empty on either side where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTie:
    """What both have."""

    kind: str
    value: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relisting:
    """One listing that was recognised."""

    how: How
    listing_id: str
    title: str
    marketplace: str
    url: str
    seen_at: str
    """When it was first seen; for 'back', when it was seen again."""
    earlier: Confirmed
    """The confirmed listing that it is nearest to: by the strongest tie, then the newest."""
    earlier_title: str
    earlier_marketplace: str
    earlier_url: str
    gone_at: str
    """Since when the earlier one is surely gone; empty where it is not, or nobody knows."""
    notices: tuple[str, ...]
    """Ids of notices about the earlier one."""
    also: tuple[str, ...]
    """Ids of further confirmed listings that it is tied to."""
    ties: tuple[SharedTie, ...]
    """Strongest first; none for 'back'."""
    changed: tuple[Change, ...]
    zh: str
    en: str
    """One sentence: what came again, of what, and what is new."""


class Relistings:
    """Recognises listings. One object answers many questions."""

    def __init__(
        self,
        index: Index,
        records: Decisions,
        profiles: Mapping[str, Profile],
        only: Iterable[str] | None = None,
        answers: Answers | None = None,
    ) -> None:
        """`only`: the listings that will be asked about, where these are few; `answers`: those of the records, where
        they were read already. Raises IndexUnavailable, ReadError.
        """
        self._index, self._records = index, records
        self._earlier = Earlier(index, records, profiles, None if only is None else list(only), answers)
        self._gone: dict[str, str] = {}

    def of(self, listing_ids: Iterable[str]) -> dict[str, Relisting]:
        """Listing -> what it is a relisting of; listings that are none are left out."""
        wanted = list(dict.fromkeys(listing_ids))
        carried = self._index.ties(wanted)
        found = {name: self._of(name, carried.get(name, ())) for name in wanted}
        return {name: relisting for name, relisting in found.items() if relisting}

    def every(self, since: str = "") -> list[Relisting]:
        """Those seen at `since` or later, newest first; without mere mentions."""
        held = self._earlier
        names = {name for key in held.holders for name in held.near.get(key, ())} | set(held.confirmed)
        found = [one for one in self.of(sorted(names)).values() if one.seen_at >= since and one.how != "mention"]
        return sorted(found, key=lambda one: (one.seen_at, one.listing_id), reverse=True)

    def _of(self, name: str, carried: Iterable[str]) -> Relisting | None:
        if name in self._earlier.dismissed:  # a person looked at it, and it is no case
            return None
        hit = self._index.get(name)
        if hit is None or hit.kind != "listings":
            return None
        back = self._back(hit) if name in self._earlier.confirmed else None
        return back or self._again(hit, carried)

    def _again(self, hit: Stored, carried: Iterable[str]) -> Relisting | None:
        shared = self._shared(hit.id, carried)
        matches = []
        for other, keys in shared.items():
            earlier = self._earlier.confirmed[other]
            gone = self._gone_at(other)
            how: How = "relisted" if gone and gone <= hit.first_seen else "another"
            if how == "relisted" or hit.first_seen > earlier.confirmed_at:
                matches.append((_rank(keys), how != "relisted", other, keys, how))
        if not matches:
            return None
        matches.sort(key=lambda one: one[:3])
        _, _, other, keys, how = matches[0]
        if BY_SAMPLE.isdisjoint(map(kind_of, keys)) and not self._earlier.held(hit).suspected:
            how = "mention"
        ties = tuple(_tie(key) for key in keys)
        also = tuple(match[2] for match in matches[1:])
        return self._made(how, hit, hit.first_seen, other, self._gone_at(other), ties=ties, also=also)

    def _shared(self, name: str, carried: Iterable[str]) -> dict[str, list[str]]:
        """Confirmed listing -> the keys by which this one is tied to it, strongest first."""
        held, found = self._earlier, dict[str, list[str]]()
        for key in held.telling(name, carried):
            for other in held.holders.get(key, ()):
                if other != name and pair(name, other) not in held.apart:
                    found.setdefault(other, []).append(key)
        return {other: sorted(keys, key=_place) for other, keys in found.items() if _enough(keys)}

    def _back(self, hit: Stored) -> Relisting | None:
        """The last time that it was surely gone and then seen again, if it is there now."""
        looks = self._index.observations(hit.id)
        again = len(looks)
        while again and looks[again - 1].state not in GONE:
            again -= 1
        before = standing(looks[:again])
        if not again or not before.sure:
            return None
        seen = [look.at for look in looks[again:] if look.state == "seen"]
        seen += [hit.last_seen] if hit.last_seen > looks[again - 1].at else []
        if not seen:
            return None
        return self._made("back", hit, min(seen), hit.id, before.since)

    def _gone_at(self, name: str) -> str:
        if name not in self._gone:
            hit = self._index.get(name)
            stands = standing(self._index.observations(name), hit.last_seen if hit else "")
            self._gone[name] = stands.since if stands.sure and stands.state in GONE else ""
        return self._gone[name]

    def _made(
        self,
        how: How,
        hit: Stored,
        seen_at: str,
        other: str,
        gone_at: str,
        *,
        ties: tuple[SharedTie, ...] = (),
        also: tuple[str, ...] = (),
    ) -> Relisting:
        earlier = self._index.get(other) or hit
        before: dict[str, Any] = earlier.value
        after: dict[str, Any] = hit.value
        changed = (
            () if how == "back" else tuple(_changes(before, after, self._index.ties([other, hit.id]), other, hit.id))
        )
        confirmed = self._earlier.confirmed[other]
        notices = {r.id: None for one in confirmed.finding_ids for r in self._records.about(one) if r.kind == "notice"}
        values = {
            "title": before["title"],
            "marketplace": before["marketplace"],
            "gone": gone_at,
            "at": confirmed.confirmed_at,
        }
        words = {lang: text(f"groups.how.{how}", lang, **values) + _new(changed, lang) for lang in LANGUAGES}
        return Relisting(
            how=how,
            listing_id=hit.id,
            title=after["title"],
            marketplace=after["marketplace"],
            url=after["url"],
            seen_at=seen_at,
            earlier=confirmed,
            earlier_title=before["title"],
            earlier_marketplace=before["marketplace"],
            earlier_url=before["url"],
            gone_at=gone_at,
            notices=tuple(notices),
            also=also,
            ties=ties,
            changed=changed,
            **words,
        )


def relisted(index: Index, records: Decisions, profiles: Mapping[str, Profile], *, since: str = "") -> list[Relisting]:
    """All relistings seen at `since` or later, newest first. Raises IndexUnavailable, ReadError."""
    return Relistings(index, records, profiles).every(since)


def _enough(keys: Iterable[str]) -> bool:
    kinds = {kind_of(key) for key in keys}
    return not kinds.isdisjoint(ALONE) or len({TOGETHER[kind] for kind in kinds}) > 1


def _place(key: str) -> tuple[int, str]:
    order = (*ALONE, *TOGETHER)
    return order.index(kind_of(key)), key


def _rank(keys: Iterable[str]) -> int:
    return min(_place(key)[0] for key in keys)


def _tie(key: str) -> SharedTie:
    kind, _, value = key.partition(":")
    words = {lang: text(f"groups.shared.{kind}", lang, value=short(value)) for lang in LANGUAGES}
    return SharedTie(kind=kind, value=value, **words)


def _changes(
    before: Mapping[str, Any], after: Mapping[str, Any], carried: Mapping[str, Iterable[str]], one: str, other: str
) -> Iterator[Change]:
    for field in COMPARED:
        old, new = str(before.get(field) or ""), str(after.get(field) or "")
        if old != new:
            yield Change(field=field, before=old, after=new)
    for field, kinds in (("signer", ("signer", "public_signer")), ("sample", ("sample",))):
        old, new = (
            ", ".join(sorted(key.partition(":")[2] for key in carried.get(name, ()) if kind_of(key) in kinds))
            for name in (one, other)
        )
        if old != new:
            yield Change(field=field, before=old, after=new)


def _new(changed: Iterable[Change], lang: str) -> str:
    fields = [text(f"groups.field.{one.field}", lang) for one in changed if one.before and one.after]
    if not fields:
        return ""
    return text("groups.changed", lang, fields=("、" if lang == "zh" else ", ").join(fields))
