"""Looking at units: the list, the next one, one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated, Literal

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from console.acting import AsFlag, acting
from console.exits import Exit
from console.terminal import JsonFlag, emit, out, remark
from console.triage.desk import Desk, desk
from console.triage.documents import unit_line, unit_whole
from console.triage.page import unit_page
from console.triage.words import short_verdict, state_text, why_short
from index.messages import t
from index.plain import line
from index.records import Overtaken
from takedown.leases import take
from takedown.material import evidence_hash
from takedown.triage_state import WANTED, UnitState
from takedown.units.joining import Unit

StateName = Literal[
    "wanted", "all", "open", "reopened", "due", "joined", "escalated", "waiting", "confirmed", "dismissed", "allowed"
]
COLUMNS = ("unit", "state", "verdict", "members", "about", "title", "why")
_SHORT = 11
LEAST = {"unit": _SHORT, "title": 14}
"""Characters that a narrow terminal leaves: an id that is cut cannot be copied."""
ROOMY = 100
"""Width of a terminal from which there is room for why several are one; `triage show` says it anyway."""


def units(
    query: Annotated[str | None, typer.Argument(help=t("triage.query"), show_default=False)] = None,
    *,
    state: Annotated[StateName, typer.Option("--state", help=t("triage.state_option"))] = "wanted",
    mine: Annotated[bool, typer.Option("--mine", help=t("triage.mine"))] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help=t("cli.search.limit"))] = 30,
    name: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """One line per unit, the highest priority first."""
    with desk(acting(name, "decide")) as place:
        hits = {hit.id for hit in place.index.scan(query)} if query else None
        wanted = (one for one in place.states() if _matches(place, one, state, hits, mine=mine))
        shown = list(islice(wanted, limit))
        total = len(shown) + sum(1 for _ in wanted)
        if json:
            emit({"query": query, "state": state, "total": total, "units": [unit_line(place, one) for one in shown]})
            return Exit.DONE
        if shown:
            out().print(_table(_row(place, one) for one in shown))
        remark(t("triage.shown", shown=len(shown), total=total))
    return Exit.DONE


def _matches(place: Desk, one: UnitState, state: StateName, hits: set[str] | None, *, mine: bool) -> bool:
    if mine and place.person.name not in {one.assigned, one.held.by if one.held else ""}:
        return False
    if hits is not None and hits.isdisjoint(one.unit.members):
        return False
    return state in {"all", one.state} or (state == "wanted" and one.state in WANTED)


def _row(place: Desk, one: UnitState) -> tuple[str | Text, ...]:
    head = place.index.get(one.unit.head)
    title = str(head.value.get("title") or "") if head else ""
    holder = f" @{one.held.by}" if one.held else f" →{one.assigned}" if one.assigned else ""
    named = state_text(one.state)
    named.append(holder, style="dim")
    count = t("triage.count", members=len(one.unit.members), places=len(one.unit.marketplaces))
    about = f"{t(f'cli.show.group.{one.unit.group}')} {one.unit.brand or ''}".rstrip()
    return one.unit.id[:_SHORT], named, short_verdict(one), count, about, line(title), why_short(one.unit)


def _table(rows: Iterable[Sequence[str | Text]]) -> Table:
    """One line per unit, however long its title is."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True, collapse_padding=True)
    columns = COLUMNS if out().width >= ROOMY else COLUMNS[:-1]
    for name in columns:
        wide = 1 if name == "title" else None
        made.add_column(
            t(f"triage.column.{name}"), no_wrap=True, overflow="ellipsis", ratio=wide, min_width=LEAST.get(name)
        )
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row[: len(columns)]))
    return made


def following(
    *,
    another: Annotated[bool, typer.Option("--another", help=t("triage.another"))] = False,
    query: Annotated[str | None, typer.Option("--query", help=t("triage.query"), show_default=False)] = None,
    name: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Takes the unit that comes next, and shows it: yours first, nobody else's."""
    with desk(acting(name, "decide")) as place:
        hits = {hit.id for hit in place.index.scan(query)} if query else None
        for one in _in_order(place, another=another):
            if hits is not None and hits.isdisjoint(one.unit.members):
                continue
            if _taken(place, one):
                _show(place, place.state(one.unit, place.survey(fresh=False)), everything=False, json=json)
                return Exit.DONE
    if json:
        emit({"unit": None})
    remark(t("triage.nothing_left"))
    return Exit.DONE


def _in_order(place: Desk, *, another: bool) -> Iterator[UnitState]:
    """What this person holds or was given, then the highest priority; what others hold or were given is passed over."""
    person = place.person.name
    own: list[Unit] = []
    rest: list[Unit] = []
    seen = place.survey(fresh=False)
    given = {name for name in place.answers.findings() if place.answers.assigned(name) == person}
    held = {name for name, lease in place.held.items() if lease.by == person}
    for unit in seen.units:
        mine = unit.id in held or not given.isdisjoint(unit.members)
        (own if mine else rest).append(unit)
    for unit in (*own, *rest):
        one = place.state(unit, seen)
        others = (one.held is not None and one.held.by != person) or one.assigned not in {"", person}
        passed = another and unit.id in held
        if not others and not passed and (one.state in WANTED or _is_for(place, one)):
            yield one


def _is_for(place: Desk, one: UnitState) -> bool:
    """Whether it was escalated to this person, or to any reviewer and this is one."""
    said = [member.answer.decision for member in one.members if member.answer and member.state == "escalated"]
    reviewer = {"reviewer", "admin"} & set(place.person.roles)
    return one.state == "escalated" and any(each.to == place.person.name or (reviewer and not each.to) for each in said)


def _taken(place: Desk, one: UnitState) -> bool:
    """Takes the lease, with what is shown; False where somebody was faster."""
    hits = [hit for name in one.unit.members if (hit := place.index.get(name)) is not None]
    try:
        held = take(
            place.records,
            one.unit.id,
            by=place.person.name,
            now=place.now,
            evidence=evidence_hash(hit.value for hit in hits),
        )
    except Overtaken:
        return False
    if held is not None:
        place.held[one.unit.id] = held
    return held is not None


def show(
    given: Annotated[str, typer.Argument(metavar="ID", help=t("triage.id"), show_default=False)],
    *,
    everything: Annotated[bool, typer.Option("--all", help=t("triage.all"))] = False,
    name: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """One unit; whoever holds it has seen it as it is now."""
    with desk(acting(name, "decide")) as place:
        one = place.find(given)
        if one.held is not None and one.held.by == place.person.name:
            _taken(place, one)
        _show(place, one, everything=everything, json=json)
    return Exit.DONE


def _show(place: Desk, one: UnitState, *, everything: bool, json: bool) -> None:
    if json:
        emit({"unit": unit_whole(place, one)})
        return
    console = out()
    for part in unit_page(place, one, everything=everything):
        console.print(part)


RUN: dict[str, Callable[..., int]] = {"list": units, "next": following, "show": show}
