"""One unit on one screen: why it is one, who is in it, why it is suspected, genuine beside observed, what nobody could
see, what would clear it, what was said before, and what can be typed next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.padding import Padding
from rich.text import Text

from console.triage.again import relisting_lines, relistings
from console.triage.allowing import covered
from console.triage.desk import Desk
from console.triage.words import member_style, state_text, verdict_of, why_unit
from console.words import chance
from index.allowed import AllowedList
from index.messages import language, t
from index.plain import line
from index.profiles import load_profiles
from index.protocol import Stored
from index.taxonomy import taxonomy
from takedown.answers import Answer
from takedown.columns import unseen
from takedown.comparing import compared
from takedown.notice import Compared
from takedown.targets import Targets
from takedown.triage_state import MemberState, UnitState

MEMBERS, EVIDENCE, SAID = 6, 5, 4
"""Lines of each part; `--all` shows everything."""


def unit_page(desk: Desk, state: UnitState, *, everything: bool = False) -> Iterator[Any]:
    """Everything a person needs to agree or not."""
    most = None if everything else MEMBERS
    head = desk.index.get(state.unit.head)
    value: dict[str, Any] = head.value if head else {}
    yield Text.assemble(
        verdict_of(state), "  ", (line(str(value.get("title") or "?"), 70), "bold"), "  ", state_text(state.state)
    )
    yield Text(_facts(state), style="dim")
    yield from _part("why_unit", [Text(line(one)) for one in why_unit(desk.index, state.unit)])
    yield from _part("changed", changes(state.members))
    yield from _part("allowed", (Text(line(one)) for one in _allowed(desk, state)))
    yield from _part("again", relisting_lines(relistings(desk, state), most))
    yield from _part("members", _members(desk, state, most))
    yield from _part("evidence", _evidence(value, None if everything else EVIDENCE))
    yield from _part("genuine", _genuine(desk, state, head))
    yield from _part("unseen", [Text(line("；".join(_unseen(value))))] if value.get("unseen") else [])
    yield from _part("clears", [Text(t(f"cli.show.clears.{state.unit.group}"))])
    yield from _part("said", _said(desk, state, None if everything else SAID))
    yield Text("")
    yield from _next(state)


def _part(name: str, lines: Iterable[Text]) -> Iterator[Any]:
    held = list(lines)
    if held:
        yield Text(t(f"triage.part.{name}"), style="bold cyan")
        yield from (Padding(each, (0, 0, 0, 2)) for each in held)


def _facts(state: UnitState) -> str:
    unit = state.unit
    facts = [
        unit.id,
        t("triage.fact.priority", priority=f"{unit.priority:.2f}"),
        t("triage.fact.members", count=len(unit.members), places=len(unit.marketplaces)),
        t(f"cli.show.group.{unit.group}"),
        t("triage.fact.brand", brand=unit.brand) if unit.brand else "",
        t("triage.fact.assigned", to=state.assigned) if state.assigned else "",
        t("triage.fact.held", by=state.held.by, until=state.held.until[11:16]) if state.held else "",
    ]
    return "  ".join(line(fact) for fact in facts if fact)


def _allowed(desk: Desk, state: UnitState) -> Iterator[str]:
    """Entries of the allow-list that cover a member today, whatever was stored when it was judged."""
    if desk.let_pass.isdisjoint(state.unit.members):
        return
    for entry in desk.allowed.entries.values():
        if not covered(desk.index, AllowedList([entry]), desk.day).isdisjoint(state.unit.members):
            said = entry.allowed
            reason = t(f"learning.reason.{said.reason}")
            yield t("triage.allowed_by", reason=reason, by=entry.by, expires=said.expires)


def changes(members: Iterable[MemberState]) -> Iterator[Text]:
    """What reopened them, before anything else."""
    told = dict.fromkeys(difference for member in members for difference in member.differences)
    for one in told:
        was = line(one.was, 60) or t("triage.unknown_before")
        yield Text.assemble(f"{t(f'triage.field.{one.field}')}: ", (was, "red"), " → ", (line(one.now, 60), "green"))


def _members(desk: Desk, state: UnitState, most: int | None) -> Iterator[Text]:
    """The head first, then those that wait, then the others."""
    waiting = set(state.wanted)
    order = sorted(state.members, key=lambda one: (one.finding != state.unit.head, one.finding not in waiting))
    for one in order[:most]:
        hit = desk.index.get(one.finding)
        listing = desk.index.get(str(hit.value["listing_id"])) if hit else None
        shown: dict[str, Any] = listing.value if listing else {}
        named = (shown.get("title"), shown.get("seller"), shown.get("package_name"), shown.get("price"))
        text = Text(f"{one.finding[:13]} ")
        text.append_text(member_style(one, excluded=one.finding in state.excluded))
        text.append(f" {line(str(shown.get('marketplace') or '?'), 30)}  ", style="dim")
        text.append("  ".join(line(str(part), 40) for part in named if part))
        yield text
        if one.finding == state.unit.head:
            yield Text(line(str(shown.get("url") or ""), 160), style="dim")
    if most is not None and len(order) > most:
        yield Text(t("triage.more_members", count=len(order) - most, unit=state.unit.id), style="dim")


def _evidence(value: dict[str, Any], most: int | None) -> Iterator[Text]:
    """The gravest violation with what speaks for and against it, strongest first, each with its quote."""
    violations: Sequence[Any] = value.get("violations") or ()
    for violation in violations[: 2 if most else None]:
        entry = taxonomy().get(str(violation["id"]))
        name = f"{violation['id']} {entry.name(language()) if entry else ''}".strip()
        yield Text(f"{name}  {chance(violation['probability'])}", style="yellow")
        told = _told(violation.get("evidence") or ())
        yield from told[:most]
        if most is not None and len(told) > most:
            yield Text(t("triage.more_evidence", count=len(told) - most), style="dim")


def _told(evidence: Iterable[dict[str, Any]]) -> list[Text]:
    """Each sentence once, the weightiest first, with every place where its words stand."""
    places: dict[str, dict[str, None]] = {}
    for one in sorted(evidence, key=lambda one: -abs(one.get("share") or one.get("strength") or 0)):
        sign = "−" if (one.get("strength") or 0) < 0 else "+"
        sentence = f"{sign} {line(str(one.get(language()) or one.get('observed') or ''), 300)}"
        held = places.setdefault(sentence, {})
        if one.get("quote"):
            held[f"“{line(str(one['quote']), 40)}” {one.get('field')}"] = None
    return [
        Text.assemble(sentence, (f"  {', '.join(held)}" if held else "", "dim")) for sentence, held in places.items()
    ]


def _genuine(desk: Desk, state: UnitState, head: Stored | None) -> Iterator[Text]:
    """Observed beside genuine; what nobody collected is said to be so."""
    profile = load_profiles(desk.place.brands).get(state.unit.brand or "")
    listing = desk.index.get(str(head.value["listing_id"])) if head else None
    if profile is None or head is None or listing is None:
        return
    target = Targets(desk.index).make(head, listing, desk.index.supplied([listing.id]).get(listing.id, []))
    for one in compared([target], profile):
        yield _line(one)


def _line(one: Compared) -> Text:
    mark = {True: ("≠", "red"), False: ("=", "green"), None: ("?", "dim")}[one.differs]
    genuine = line(one.genuine, 60) if one.genuine else t("triage.not_collected")
    return Text.assemble(f"{t(f'triage.compared.{one.part}')}: {line(one.observed, 60)} ", mark, f" {genuine}")


def _unseen(value: dict[str, Any]) -> list[str]:
    return [unseen(str(name), language()).rstrip("。.") for name in value.get("unseen") or ()]


def _said(desk: Desk, state: UnitState, most: int | None) -> Iterator[Text]:
    """What people said about it, newest first."""
    names = desk.answers.units_of(state.unit.members)
    told = sorted((answer for name in names for answer in desk.answers.units[name]), key=lambda one: -one.seq)
    for answer in told[:most]:
        yield Text(line(said(answer)))


def said(answer: Answer) -> str:
    """One version in one line."""
    one = answer.decision
    parts = [
        t(
            "triage.said",
            version=answer.version,
            at=one.decided_at,
            by=one.decided_by,
            kind=t(f"triage.kind.{one.kind}"),
        ),
        t(f"learning.reason.{one.reason}") if one.reason else "",
        t("triage.until", until=one.until) if one.until else "",
        _fact(one.fact),
        f"→ {one.to}" if one.to else "",
        t("triage.undoes", version=one.undoes) if one.undoes else "",
        t("triage.about", count=len(one.finding_ids)),
        f"“{one.note}”" if one.note else "",
    ]
    return " · ".join(part for part in parts if part)


def _fact(fact: str) -> str:
    if not fact or fact in {"change", "gone"}:
        return t(f"triage.fact_of.{fact}") if fact else ""
    return t("triage.fact_of.seen", what=unseen(f"unseen.{fact}", language()).rstrip("。."))


def _next(state: UnitState) -> Iterator[Text]:
    """What can be typed, ready to copy."""
    name = state.unit.id[:13]
    if (before := state.proposed) is not None:
        joined = sum(one.state == "joined" for one in state.members)
        yield Text(t("triage.same_proposed", count=joined, kind=t(f"triage.kind.{before.kind}")))
        yield Text(f"  copycatch triage {before.kind} {name}", style="bold")
        return
    more = f" --version {state.version}" if state.state in {"confirmed", "dismissed"} else ""
    if state.excluded and state.state == "open":
        more = "".join(f" --only {one[:13]}" for one in state.wanted[:3])
    yield Text(f"copycatch triage confirm {name}{more}", style="bold")
    yield Text(f"copycatch triage dismiss {name} --reason own|licensed|discussion|not_ai|…{more}", style="bold")
    yield Text(
        f"copycatch triage wait {name} --until +7 | --fact sample    escalate {name} --note …{more}", style="dim"
    )
