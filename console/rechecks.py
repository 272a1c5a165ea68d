"""Which listings are due for another look, and what the looks saw."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.answers import answers
from console.exits import CommandError
from crawler.declarations import declared
from crawler.recheck import FALLBACK
from crawler.runs import Order
from index.home import Home
from index.messages import t
from index.model import Observation
from index.open import has_decisions, open_decisions
from index.profiles import load_profiles
from index.protocol import Index, Stored
from index.standing import APART, SILENT, Standing, standing
from takedown.decision import Decision
from takedown.relisting import Relisting, Relistings

NAMED = re.compile(r"[lf]1-\S*|[0-9a-f]{64}")
"""What can only be meant as an id."""
OPEN = "verdict:violation OR verdict:lead"
EVERY = {"confirmed": timedelta(hours=12), "violation": timedelta(hours=24), "lead": timedelta(hours=72)}
"""How long after the last look another one is due; the first that applies counts."""
REFUSED, ABSENT = timedelta(hours=6), timedelta(days=7)
"""The same where the last look was refused or failed, and of what is surely gone: it may come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A listing to look at again."""

    id: str
    marketplace: str
    url: str
    title: str
    why: str
    """'confirmed', 'violation', 'lead', 'unsure', 'gone', 'refused' or 'asked'."""


def asked(index: Index, given: Iterable[str]) -> list[Wanted]:
    """The listings that ids or queries (over findings) name, due or not. Raises CommandError and QueryError."""
    found: dict[str, Wanted] = {}
    for one in given:
        hit = index.get(one)
        if hit is not None and hit.kind == "samples":
            raise CommandError(t("page.no_listing"))
        if hit is None and NAMED.fullmatch(one):
            raise CommandError(t("cli.show.unknown", id=one))
        hits = [hit] if hit is not None else index.scan(one)
        for each in hits:
            listing = each if each.kind == "listings" else index.get(str(each.value["listing_id"]))
            if listing is not None:
                found.setdefault(listing.id, _wanted(listing, "asked"))
    return list(found.values())


def due(index: Index, place: Home, now: datetime, *, everything: bool = False) -> list[Wanted]:
    """Listings of findings that are open or confirmed, as far as they are due (or all of them)."""
    decided = _decided(place)
    reasons: dict[str, set[str]] = {}
    for hit in index.scan(OPEN):
        if hit.id not in decided:
            reasons.setdefault(str(hit.value["listing_id"]), set()).add(str(hit.value["verdict"]))
    for name, decision in decided.items():
        hit_of = index.get(name) if decision.kind == "confirm" else None
        if hit_of is not None and hit_of.kind == "findings":
            reasons.setdefault(str(hit_of.value["listing_id"]), set()).add("confirmed")
    found = []
    for name, given in sorted(reasons.items()):
        if (listing := index.get(name)) is not None:
            wait, why = waiting(index.observations(name), listing.last_seen, given)
            if everything or wait <= now:
                found.append(_wanted(listing, why))
    return found


def waiting(looks: Sequence[Observation], last_seen: str, given: set[str]) -> tuple[datetime, str]:
    """When the next look is due, and why then."""
    last = datetime.fromisoformat(max(looks[-1].at if looks else "", last_seen))
    known = standing(looks, last_seen)
    if looks and looks[-1].state in SILENT and looks[-1].at >= last_seen:
        return last + REFUSED, "refused"
    if known.state not in {None, "seen"}:
        return (last + ABSENT, "gone") if known.sure else (last + APART, "unsure")
    why = next(reason for reason in EVERY if reason in given)
    return last + EVERY[why], why


def orders(wanted: Iterable[Wanted]) -> list[Order]:
    """One order for each marketplace. What no spider serves is looked at as a web page."""
    spiders = declared()
    by_marketplace: dict[str, list[str]] = {}
    for one in wanted:
        by_marketplace.setdefault(one.marketplace, []).append(one.id)
    return [
        Order(spider=name if (name := place.partition(":")[0]) in spiders else FALLBACK, listings=tuple(sorted(ids)))
        for place, ids in sorted(by_marketplace.items())
    ]


def seen(index: Index, wanted: Iterable[Wanted], runs: Iterable[str]) -> Iterator[dict[str, object]]:
    """What the runs saw of each listing: the contract of `recheck --json` (docs/schema/recheck.json)."""
    of_these = set(runs)
    for one in wanted:
        looks = index.observations(one.id)
        look = next((look for look in reversed(looks) if look.run_id in of_these), None)
        hit = index.get(one.id)
        yield {
            "listing_id": one.id,
            "marketplace": one.marketplace,
            "url": one.url,
            "title": one.title,
            "why": one.why,
            "state": look.state if look else None,
            "detail": look.detail if look else "",
            "at": look.at if look else None,
            "run": look.run_id if look else None,
            "capture": look.capture if look else None,
            "standing": standing(looks, hit.last_seen if hit else "") if looks else _UNKNOWN,
        }


def again(index: Index, place: Home, listings: Iterable[str]) -> dict[str, Relisting]:
    """Of these, what a person confirmed before and that came again, at its address or elsewhere."""
    if not has_decisions(place):
        return {}
    names = list(listings)
    with closing(open_decisions(place, write=False)) as decisions:
        return Relistings(index, decisions, load_profiles(place.brands), only=names).of(names)


_UNKNOWN = Standing(state=None, sure=False, since="")


def _decided(place: Home) -> dict[str, Decision]:
    if not has_decisions(place):
        return {}
    decisions = open_decisions(place, write=False)
    try:
        return answers(decisions)
    finally:
        decisions.close()


def _wanted(listing: Stored, why: str) -> Wanted:
    value = listing.value
    return Wanted(
        id=listing.id,
        marketplace=str(value["marketplace"]),
        url=str(value["url"]),
        title=str(value["title"]),
        why=why,
    )
