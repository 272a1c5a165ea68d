"""`copycatch schedule`: when each marketplace is due, and starting what is due."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from console.exits import CommandError, Exit
from console.runs import NARROW
from console.scheduling import opened, scheduled
from console.terminal import JsonFlag, emit, home, out, remark, table
from crawler.schedule.due import Due, Thing
from crawler.schedule.loop import Schedule
from index.messages import t
from index.times import utc

COLUMNS = ("name", "what", "said", "last", "due", "why")


def run(*, json: JsonFlag = False) -> int:
    """Starts what is due, until it is told to stop; then what is under way ends in order."""
    place = home().prepare()
    try:
        with FileLock(place.locks / "schedule.lock", timeout=0, mode=0o600), opened(place, _teller(json=json)) as plan:
            remark(t("schedule.running", count=len(plan.things())))
            with _stoppable(plan):
                plan.run()
    except Timeout:
        raise CommandError(t("schedule.already"), Exit.FAILURES) from None
    return Exit.DONE


def show_next(*, json: JsonFlag = False) -> int:
    """What is due when, and why."""
    with opened(home()) as plan:
        now = plan.clock()
        rows = [scheduled(one, now) for one in plan.table(now)]
    if json:
        for row in rows:
            emit(row)
        return Exit.DONE
    console = out()
    columns = [name for name in COLUMNS if console.width >= NARROW or name != "last"]
    headings = [t(f"schedule.column.{name}") for name in columns]
    cells = [[cell for name, cell in zip(COLUMNS, _row(row), strict=True) if name in columns] for row in rows]
    console.print(table(headings, cells, wide={headings[0]: 1}, dense=True))
    return Exit.DONE


def due(
    *, start: Annotated[bool, typer.Option("--run", help=t("schedule.run_them"))] = False, json: JsonFlag = False
) -> int:
    """Names what is due; ends with 1 when nothing is. With --run it is run, each once."""
    with opened(home(), _teller(json=json) if start else None) as plan:
        ready = plan.ready()
        if not start:
            for one in ready:
                _say(one, plan, json=json)
            return Exit.DONE if ready else Exit.FAILURES
        with _stoppable(plan):
            ended = plan.run_once()
    return Exit.DONE if all(outcome in {"done", "interrupted"} for _, outcome in ended) else Exit.UNHEALTHY


RUN = {"run": run, "next": show_next, "due": due}


def _say(one: Due, plan: Schedule, *, json: bool) -> None:
    if json:
        emit(scheduled(one, plan.clock()))
    else:
        out().print(one.thing.slot)


def _teller(*, json: bool) -> Callable[[Thing, str], None]:
    def tell(thing: Thing, what: str) -> None:
        now = datetime.now(UTC)
        if json:
            emit({"at": utc(now), "name": thing.name, "watch": thing.watch, "what": what})
        else:
            out().print(f"{now.astimezone():%Y-%m-%d %H:%M:%S}  {thing.slot}  {t(f'schedule.what.{what}')}")

    return tell


@contextmanager
def _stoppable(plan: Schedule) -> Iterator[None]:
    """SIGTERM and Ctrl-C stop the schedule in order; sleeping ends at once."""
    woken = Event()

    def stop(_number: int, _frame: object) -> None:
        plan.stop()
        woken.set()

    def sleep(seconds: float) -> None:
        woken.wait(seconds)
        woken.clear()

    plan.sleep = sleep
    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _moment(moment: object) -> str:
    """With the zone's distance from UTC, since it is the schedule's zone: '2026-11-28 07:00+08:00'."""
    return datetime.fromisoformat(str(moment)).isoformat(" ", "minutes")


def _row(document: dict[str, object]) -> list[str]:
    return [
        str(document["name"]),
        t("schedule.watched" if document["watch"] else "schedule.walked"),
        str(document["said"]),
        _moment(document["last"]) if document["last"] else t("schedule.never"),
        _moment(document["due"]),
        t(f"schedule.why.{document['why']}", missed=document["missed"]),
    ]
