"""`copycatch health`: how all marketplaces are, for people and for monitoring."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from typing import Annotated

import typer
from rich.text import Text

from console.backlog import tell_backlog
from console.exits import CommandError, Exit
from console.terminal import JsonFlag, complain, emit, home, out, remark, table
from crawler.alerts.post import AlertError, deliver
from crawler.alerts.words import alert_for
from crawler.declarations import declared
from crawler.fleet import Health, NotAcceptedError, accepted, alarming, fleet
from crawler.places import places
from crawler.remarks import spoken
from crawler.schedule.when import WhenError, parse, zone_of
from index.messages import t
from index.model import Run
from index.open import open_index
from index.reading import ReadError
from index.settings import Settings, load_settings
from index.times import utc

LOOKED_AT = 20_000
"""Runs, newest first."""
NARROW = 100
"""Columns below which the table leaves out what the lines below it say anyway."""
STYLES = {"healthy": "green", "unhealthy": "bold red", "blocked": "bold red", "interrupted": "yellow"}


def run(
    *,
    accept: Annotated[str | None, typer.Option("--accept", metavar="NAME", help=t("health.accept"))] = None,
    by: Annotated[str | None, typer.Option("--by", help=t("health.by"))] = None,
    reason: Annotated[str | None, typer.Option("--reason", help=t("health.reason"))] = None,
    test_alert: Annotated[bool, typer.Option("--test-alert", help=t("alert.option"))] = False,
    json: JsonFlag = False,
) -> int:
    """Shows the fleet; ends with 3 when something is unhealthy, blocked or overdue, or did not reach the index."""
    settings = load_settings()
    if test_alert:
        return _test_alert(settings)
    if accept is not None:
        _accept(accept, by, reason, settings)
    behind = tell_backlog()
    found = _fleet(settings)
    if json:
        for one in found:
            emit(one)
    else:
        _show(found)
    return Exit.UNHEALTHY if behind or any(alarming(found)) else Exit.DONE


def _fleet(settings: Settings) -> list[Health]:
    spiders = declared()
    place = home()
    try:
        zone = zone_of(settings.schedule.zone)
        scheduled = {
            one.name: (one, parse((one.own.interval if one.own else None) or one.spider.interval, zone))
            for one in places(settings, spiders)
        }
    except WhenError as error:
        raise ReadError(str(error)) from error
    if settings.index is None and not place.index.exists():
        return fleet([], scheduled, spiders)
    with closing(open_index(place, settings.index, write=False)) as index:
        return fleet(index.runs(limit=LOOKED_AT), scheduled, spiders)


def _accept(name: str, by: str | None, reason: str | None, settings: Settings) -> None:
    if not by or not reason:
        raise CommandError(t("health.who_and_why"))
    with closing(open_index(home(), settings.index)) as index:
        last = next((run for run in index.runs(name) if run.finished_at is not None), None)
        if last is None:
            raise CommandError(t("health.no_run", name=name))
        try:
            index.record_run(accepted(last, by=by, reason=reason))
        except NotAcceptedError as error:
            raise CommandError(t(error.why, name=name)) from error
    remark(t("health.accepted", name=name, run=last.id))


def _test_alert(settings: Settings) -> int:
    """Sends a message without counts: whether the robot is set up is better known before it is needed."""
    run = Run(id="r-test", marketplace="test", spider="test", started_at=utc(), outcome="unhealthy")
    alert = alert_for(run, settings.alerts.link or None)
    assert alert is not None  # noqa: S101 - an unhealthy run is always told of
    try:
        asyncio.run(deliver(alert, settings))
    except AlertError as error:
        complain(t("alert.failed", why=error))
        return Exit.FAILURES
    remark(t("alert.delivered"))
    return Exit.DONE


def _show(found: Sequence[Health]) -> None:
    if not found:
        remark(t("health.nothing"))
        return
    console = out()
    narrow = console.width < NARROW
    columns = ["marketplace", "state", "last_healthy", "listings", "change", "blocked"]
    columns += [] if narrow else ["fill", "due"]
    name = t("health.column.marketplace")
    headings = [t(f"health.column.{column}") for column in columns]
    console.print(
        table(headings, [[_cell(one, column) for column in columns] for one in found], wide={name: 1}, dense=narrow)
    )
    for one in found:
        for stored in one.remarks:
            complain(f"{one.marketplace}: {spoken(stored)}")
        if one.overdue:
            complain(f"{one.marketplace}: {t('health.overdue', due=_moment(one.due))}")


def _cell(one: Health, column: str) -> str | Text:
    if column == "state":
        return Text(t(f"health.state.{one.state}"), style=STYLES.get(one.state, ""))
    if column == "due":
        return Text(_moment(one.due), style="bold red" if one.overdue else "")
    return {
        "marketplace": one.marketplace,
        "last_healthy": _moment(one.last_healthy),
        "listings": _yield(one),
        "change": "–" if one.change is None else f"{one.change:+.0%}",
        "blocked": "–" if one.blocked is None else f"{one.blocked:.0%}",
        "fill": _emptiest(one.fills),
    }[column]


def _yield(one: Health) -> str:
    if one.listings is None:
        return "–"
    return str(one.listings) if one.usual is None else f"{one.listings}/{one.usual:.0f}"


def _emptiest(fills: dict[str, float]) -> str:
    """The field that is filled least, of those that the spider expects."""
    if not fills:
        return "–"
    name = min(fills, key=lambda field: (fills[field], field))
    return f"{name} {fills[name]:.0%}"


def _moment(at: str | None) -> str:
    """'11-28 08:00', in UTC as everywhere."""
    return "–" if at is None else f"{at[5:10]} {at[11:16]}"
