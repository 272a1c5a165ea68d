"""Answering: confirm, dismiss, wait, escalate, assign, note, undo, cut."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from console.acting import AsFlag, acting
from console.exits import CommandError, Exit
from console.terminal import JsonFlag, complain, emit, out, remark
from console.triage.bulk import Plan, plan
from console.triage.deciding import Command, Done, decide
from console.triage.desk import Desk, desk
from console.triage.page import said
from index.allowed import ScopeKind
from index.messages import ids as message_ids
from index.messages import t
from index.plain import line
from index.records import Overtaken
from index.settings import load_settings
from takedown.decision import DecisionKind, DismissReason
from takedown.triage import TriageError, undo
from takedown.units.apart import cut_out, put_back

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help=t("triage.ids"), show_default=False)]
Query = Annotated[str | None, typer.Option("--query", help=t("triage.bulk"), show_default=False)]
Except = Annotated[list[str] | None, typer.Option("--except", help=t("triage.except"), show_default=False)]
Only = Annotated[list[str] | None, typer.Option("--only", help=t("triage.only"), show_default=False)]
ScopeFlag = Annotated[ScopeKind, typer.Option("--scope", help=t("triage.scope_option"))]
Note = Annotated[str, typer.Option("--note", help=t("triage.note_option"), show_default=False)]
Version = Annotated[int | None, typer.Option("--version", min=1, help=t("triage.version"), show_default=False)]
Take = Annotated[bool, typer.Option("--take", help=t("triage.take"))]
Reason = Annotated[DismissReason | None, typer.Option("--reason", help=t("triage.reason"), show_default=False)]
Until = Annotated[
    str, typer.Option("--until", metavar="2026-12-24|+7", help=t("triage.until_option"), show_default=False)
]
Which = Annotated[int | None, typer.Option("--version", min=1, help=t("triage.undo_version"), show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help=t("triage.yes"))]


def confirm(
    ids: Ids = None, *, query: Query = None, exceptions: Except = None, only: Only = None, scope: ScopeFlag = "offer",
    note: Note = "", version: Version = None, take: Take = False, yes: Yes = False, name: AsFlag = None,
    json: JsonFlag = False,
) -> int:  # fmt: skip
    """A person agrees."""
    command = _command("confirm", exceptions, only, scope=scope, note=note, version=version, take=take)
    return _answer(command, ids, query, name, yes=yes, json=json)


def dismiss(
    ids: Ids = None, *,
    reason: Reason = None,
    query: Query = None, exceptions: Except = None, only: Only = None, scope: ScopeFlag = "offer",
    note: Note = "", version: Version = None, take: Take = False, yes: Yes = False, name: AsFlag = None,
    json: JsonFlag = False,
) -> int:  # fmt: skip
    """No case, and why."""
    command = _command("dismiss", exceptions, only, reason=reason, scope=scope, note=note, version=version, take=take)
    return _answer(command, ids, query, name, yes=yes, json=json)


def wait(
    ids: Ids = None, *,
    until: Until = "",
    fact: Annotated[str, typer.Option("--fact", help=t("triage.fact_option"), show_default=False)] = "",
    query: Query = None, exceptions: Except = None, only: Only = None, note: Note = "", version: Version = None,
    take: Take = False, yes: Yes = False, name: AsFlag = None, json: JsonFlag = False,
) -> int:  # fmt: skip
    """Later: on a day, or once a fact is there."""
    if not until and not fact:
        raise CommandError(t("triage.wait_for_what"))
    if fact:
        _known_fact(fact)
    command = _command("wait", exceptions, only, note=note, version=version, take=take, until=_day(until), fact=fact)
    return _answer(command, ids, query, name, yes=yes, json=json)


def escalate(
    ids: Ids = None, *, note: Annotated[str, typer.Option("--note", help=t("triage.why_escalated"))],
    to: Annotated[str, typer.Option("--to", help=t("triage.to"), show_default=False)] = "",
    query: Query = None, exceptions: Except = None, only: Only = None, version: Version = None, take: Take = False,
    yes: Yes = False, name: AsFlag = None, json: JsonFlag = False,
) -> int:  # fmt: skip
    """Somebody else must decide."""
    command = _command("escalate", exceptions, only, note=note, version=version, take=take, to=_known_person(to))
    return _answer(command, ids, query, name, yes=yes, json=json)


def assign(
    ids: Ids = None, *,
    to: Annotated[str, typer.Option("--to", help=t("triage.assign_to"))], query: Query = None,
    exceptions: Except = None, yes: Yes = False, name: AsFlag = None, json: JsonFlag = False,
) -> int:  # fmt: skip
    """Says who looks at it; an empty name lifts that."""
    return _answer(_command("assign", exceptions, None, to=_known_person(to)), ids, query, name, yes=yes, json=json)


def note(
    ids: Ids = None, *, text: Annotated[str, typer.Option("--note", help=t("triage.note_option"))],
    name: AsFlag = None, json: JsonFlag = False,
) -> int:  # fmt: skip
    """Words for whoever comes next."""
    return _answer(_command("note", None, None, note=text), ids, None, name, yes=False, json=json)


def take_back(
    given: Annotated[str, typer.Argument(metavar="ID", help=t("triage.id"), show_default=False)], *,
    version: Which = None,
    note: Note = "", name: AsFlag = None, json: JsonFlag = False,
) -> int:  # fmt: skip
    """What stood before stands again."""
    with desk(acting(name, "decide")) as place:
        unit = place.find(given).unit.id
        written = undo(place.records, unit, at=place.at, by=place.person.name, version=version, note=note)
        _tell([Done(unit=unit, written=written)], json=json)
    return Exit.DONE


def cut(
    given: Annotated[str, typer.Argument(metavar="UNIT", help=t("triage.id"), show_default=False)],
    findings: Annotated[list[str], typer.Argument(metavar="FINDING", help=t("triage.cut_out"), show_default=False)],
    *, reason: Annotated[str, typer.Option("--reason", help=t("triage.cut_reason"))],
    mend: Annotated[bool, typer.Option("--mend", help=t("triage.cut_mend"))] = False,
    name: AsFlag = None, json: JsonFlag = False,
) -> int:  # fmt: skip
    """Takes findings out of a unit, for good; or takes that back."""
    with desk(acting(name, "decide")) as place:
        state = place.find(given)
        if mend:
            return _mend(place, state.unit.id, findings, reason, json=json)
        out_of = [member for each in findings for member in state.unit.members if member.startswith(each)]
        if not out_of or len(set(out_of)) == len(state.unit.members):
            raise CommandError(t("triage.cut_nothing", unit=state.unit.id))
        pairs = cut_out(place.records, state.unit.members, out_of, at=place.at, by=place.person.name, reason=reason)
        if json:
            emit({"unit": state.unit.id, "findings": sorted(set(out_of)), "pairs": pairs})
        else:
            out().print(t("triage.cut_done", count=len(set(out_of)), unit=state.unit.id), soft_wrap=True)
    return Exit.DONE


def _mend(place: Desk, unit: str, given: Iterable[str], reason: str, *, json: bool) -> int:
    names = sorted({hit.id for each in given if (hit := place.index.get(each)) is not None})
    pairs = put_back(place.records, names, at=place.at, by=place.person.name, reason=reason)
    if not pairs:
        raise CommandError(t("triage.nothing_cut"))
    if json:
        emit({"unit": unit, "findings": names, "pairs": pairs})
    else:
        out().print(t("triage.mended", count=len(names)), soft_wrap=True)
    return Exit.DONE


def _command(kind: DecisionKind, exceptions: list[str] | None, only: list[str] | None, **said: object) -> Command:
    return Command(kind=kind, exceptions=tuple(exceptions or ()), only=tuple(only or ()), **said)  # type: ignore[arg-type] # fields of Command


def _day(given: str) -> str:
    """A date to come, or '+7': so many days from now. Raises CommandError."""
    today = datetime.now(UTC).date()
    try:
        if not given:
            return ""
        day = today + timedelta(days=int(given[1:])) if given.startswith("+") else date.fromisoformat(given)
    except (ValueError, OverflowError) as error:
        raise CommandError(t("triage.no_day", given=given)) from error
    if day <= today:
        raise CommandError(t("triage.day_is_past", given=day.isoformat()))
    return day.isoformat()


def _known_person(name: str) -> str:
    """Raises CommandError for somebody who is not among the people of the settings, where these name any."""
    known = sorted(person.name for person in load_settings().people)
    if name and known and name not in known:
        raise CommandError(t("triage.unknown_person", name=line(name), known=", ".join(known)))
    return name


def _known_fact(given: str) -> None:
    """Raises CommandError for a fact that nobody could ever see come."""
    known = sorted({"change", "gone", *(name.partition(".")[2] for name in message_ids("unseen"))})
    if given not in known:
        raise CommandError(t("triage.unknown_fact", given=given, known=", ".join(known)))


def _answer(
    command: Command, ids: list[str] | None, query: str | None, name: str | None, *, yes: bool, json: bool
) -> int:
    """One unit, several, or all that a query finds: these are shown first."""
    if bool(ids) == bool(query):
        raise CommandError(t("triage.ids_or_query"))
    with desk(acting(name, "decide")) as place:
        if query is None:
            return _each(place, ids or [], command, json=json)
        found = plan(place, query, command)
        if not yes:
            _preview(place, found, command, json=json)
            return Exit.DONE
        return _all(place, found, command, json=json)


def _each(place: Desk, ids: Iterable[str], command: Command, *, json: bool) -> int:
    done = []
    for given in ids:
        done.append(decide(place, place.find(given), command))
        _tell(done[-1:], json=json)
    return Exit.DONE


def _all(place: Desk, found: Plan, command: Command, *, json: bool) -> int:
    """Every unit by itself: one that somebody was faster with is listed, and the others go on."""
    failed = 0
    for state in found.units:
        try:
            done = decide(place, state, replace(command, exceptions=()))
        except (CommandError, TriageError, Overtaken) as error:
            failed += 1
            complain(f"{state.unit.id}: {error}")
            continue
        _tell([done], json=json)
    for each in found.left_out:
        remark(t("triage.left_out", unit=each.unit, why=each.why, title=line(each.title, 40)))
    return Exit.FAILURES if failed else Exit.DONE


def _preview(place: Desk, found: Plan, command: Command, *, json: bool) -> None:
    if json:
        emit(
            {
                "preview": True,
                "kind": command.kind,
                "units": [{"unit": state.unit.id, "findings": list(state.unit.members)} for state in found.units],
                "left_out": [{"unit": each.unit, "title": each.title, "why": each.why} for each in found.left_out],
            }
        )
        return
    for state in found.units:
        head = place.index.get(state.unit.head)
        title = line(str(head.value.get("title") or "") if head else "", 60)
        out().print(
            t("triage.would", unit=state.unit.id[:13], count=len(state.unit.members), title=title), soft_wrap=True
        )
    for each in found.left_out:
        remark(t("triage.left_out", unit=each.unit[:13], why=each.why, title=line(each.title, 40)))
    kind = t(f"triage.kind.{command.kind}")
    out().print(
        t("triage.preview", units=len(found.units), findings=found.findings, left=len(found.left_out), kind=kind)
    )


def _tell(done: Iterable[Done], *, json: bool) -> None:
    for one in done:
        if json:
            emit(one.document())
        else:
            message = "triage.written" if one.written.made else "triage.written_before"
            out().print(line(t(message, unit=one.unit[:13], said=said(one.written.answer))), soft_wrap=True)


RUN: dict[str, Callable[..., int]] = {
    "confirm": confirm,
    "dismiss": dismiss,
    "wait": wait,
    "escalate": escalate,
    "assign": assign,
    "note": note,
    "undo": take_back,
    "cut": cut,
}
