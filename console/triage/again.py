"""Members of a unit that probably are what somebody confirmed before, come again."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from console.triage.desk import Desk
from index.messages import language, t
from index.plain import line
from index.profiles import load_profiles
from takedown.relisting import Relisting, Relistings
from takedown.triage_state import UnitState

MEMBERS = 200
"""Of a unit; those that wait come first."""


def relistings(desk: Desk, state: UnitState) -> list[Relisting]:
    """Of the members, those that wait first."""
    names = dict.fromkeys((*state.wanted, *state.unit.members))
    hits = [desk.index.get(name) for name in list(names)[:MEMBERS]]
    listings = dict.fromkeys(str(hit.value["listing_id"]) for hit in hits if hit is not None)
    known = Relistings(desk.index, desk.records, load_profiles(desk.place.brands), listings, desk.answers)
    return list(known.of(listings).values())


def relisting_lines(found: list[Relisting], most: int | None) -> Iterator[Text]:
    """What came again, by which ties, and which notices there were."""
    lang = language()
    for one in found[:most]:
        yield Text(line(getattr(one, lang), 300))
        ties = "；".join(getattr(tie, lang) for tie in one.ties)
        notices = t("groups.notices", ids=", ".join(one.notices)) if one.notices else ""
        if beside := "  ".join(part for part in (ties, notices) if part):
            yield Text(f"  {line(beside, 300)}", style="dim")
    if most is not None and len(found) > most:
        yield Text(t("groups.more", count=len(found) - most), style="dim")
