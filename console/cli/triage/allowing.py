"""The allow-list: what is no case until a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from console.acting import AsFlag, acting
from console.exits import CommandError, Exit
from console.terminal import JsonFlag, emit, out, remark, table
from console.triage.allowing import covered, scopes_of
from console.triage.desk import Desk, desk
from index.allowed import Allowed, AllowedList, AllowedReason, Entry, Scope, ScopeKind
from index.ids import allowed_id
from index.messages import t
from index.model import Group

LASTS = timedelta(days=365)
Expires = Annotated[
    str | None, typer.Option("--expires", metavar="2027-06-30", help=t("triage.expires"), show_default=False)
]
COLUMNS = ("id", "covers", "for", "reason", "expires", "by", "findings")


def allow(
    given: Annotated[str, typer.Argument(metavar="ID", help=t("triage.allow_id"), show_default=False)], *,
    scope: Annotated[ScopeKind, typer.Option("--scope", help=t("triage.allow_scope"))],
    reason: Annotated[AllowedReason, typer.Option("--reason", help=t("triage.reason"))],
    expires: Expires = None,
    note: Annotated[str, typer.Option("--note", help=t("triage.note_option"), show_default=False)] = "",
    end: Annotated[bool, typer.Option("--end", help=t("triage.allow_end"))] = False,
    name: AsFlag = None, json: JsonFlag = False,
) -> int:  # fmt: skip
    """Puts what a finding falls under on the list, moves the day, or takes it off again."""
    with desk(acting(name, "decide")) as place:
        value, group, brand = _meant(place, given, scope)
        last = expires or (place.now.date() + LASTS).isoformat()
        try:
            said = Allowed(
                scope=Scope(kind=scope, value=value), reason=reason, expires=date.fromisoformat(last).isoformat(),
                group=group, brand=brand, note=note, ended=end,
            )  # fmt: skip
        except ValueError as error:
            raise CommandError(t("triage.no_day", given=last)) from error
        entry = _write(place, said)
        _tell(place, [entry], json=json)
    return Exit.DONE


def _meant(place: Desk, given: str, scope: ScopeKind) -> tuple[str, Group, str | None]:
    """The value that the named finding, or the head of the named unit, has in that scope."""
    hit = place.index.get(given if given.startswith("f") else place.find(given).unit.head)
    if hit is None or hit.kind != "findings":
        raise CommandError(t("triage.unknown", id=given))
    value: dict[str, Any] = hit.value
    listing = place.index.get(value["listing_id"])
    values = scopes_of(place.index, listing, hit).get(scope, ()) if listing else ()
    if not values:
        raise CommandError(t("triage.no_common_scope", scope=t(f"triage.scope.{scope}")))
    return values[-1], value["group"], value.get("brand")


def _write(place: Desk, said: Allowed) -> Entry:
    """The newest version of the entry; the same command again writes none."""
    name = allowed_id(said.scope.kind, said.scope.value, said.group or "", said.brand or "")
    known = place.allowed.entries.get(name)
    if known is not None and known.allowed == said:
        return known
    if known is None and said.ended:
        raise CommandError(t("triage.not_allowed_yet"))
    after = known.version if known else 0
    record = place.records.append("allowed", name, said, at=place.at, by=place.person.name, after=after)
    return Entry(id=name, version=record.version, by=record.by, at=record.at, allowed=said)


def allowed(*, name: AsFlag = None, json: JsonFlag = False) -> int:
    """The list, with what each entry covers now; those that are over stand at the end."""
    with desk(acting(name, "decide")) as place:
        known = sorted(
            place.allowed.entries.values(), key=lambda one: (not one.allowed.counts(place.day), one.allowed.expires)
        )
        if not json and not known:
            remark(t("triage.nothing_allowed"))
        else:
            _tell(place, known, json=json)
    return Exit.DONE


def _tell(place: Desk, entries: list[Entry], *, json: bool) -> None:
    told = [_document(place, entry) for entry in entries]
    if json:
        emit({"entries": told})
        return
    headings = [t(f"triage.allowed_column.{column}") for column in COLUMNS]
    rows = []
    for one in told:
        ends = one["expires"] if one["counts"] else f"{one['expires']} {t('triage.allowed_over')}"
        scope, group, why = (
            t(f"triage.scope.{one['scope']['kind']}"),
            one["group"],
            t(f"learning.reason.{one['reason']}"),
        )
        about = " ".join((t(f"cli.show.group.{group}"), one["brand"] or "")) if group else "*"
        covers = f"{scope} {one['scope']['value']}"
        rows.append((one["id"][:13], covers, about, why, ends, one["by"], str(len(one["findings"]))))
    out().print(table(headings, rows, wide={headings[1]: 3}))


def _document(place: Desk, entry: Entry) -> dict[str, Any]:
    said = entry.allowed
    return {
        "id": entry.id,
        "version": entry.version,
        "scope": {"kind": said.scope.kind, "value": said.scope.value},
        "group": said.group,
        "brand": said.brand,
        "reason": said.reason,
        "expires": said.expires,
        "counts": said.counts(place.day),
        "ended": said.ended,
        "by": entry.by,
        "at": entry.at,
        "note": said.note,
        "findings": sorted(covered(place.index, AllowedList([entry]), place.day)),
    }


RUN: dict[str, Callable[..., int]] = {"allow": allow, "allowed": allowed}
