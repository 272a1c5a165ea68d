"""The schedule of this home, with the real clock, sleep and processes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from functools import partial

from console.exits import CommandError
from console.terminal import complain
from crawler.declarations import declared
from crawler.lock import in_use
from crawler.places import places
from crawler.plan_file import PlanFile
from crawler.schedule.due import Due, Thing
from crawler.schedule.loop import Schedule
from crawler.schedule.slots import Slots
from crawler.schedule.things import things
from crawler.schedule.when import WhenError, span, zone_of
from index.home import Home
from index.reading import ReadError
from index.settings import Settings, load_settings

COPYCATCH = "import sys; from console.cli import main; sys.exit(main())"
LARGEST_LOG = 16 << 20
"""Bytes of schedule.log before it begins anew; the last one is kept beside it."""


@contextmanager
def opened(home: Home, tell: Callable[[Thing, str], None] | None = None) -> Iterator[Schedule]:
    """The schedule as the settings say, which are read again while it runs. Raises ReadError, CommandError."""
    home.prepare()
    settings = load_settings()
    try:
        zone, jitter = zone_of(settings.schedule.zone), span(settings.schedule.jitter)
    except WhenError as error:
        raise CommandError(f"[schedule] {error}") from error
    plan = PlanFile(home.plan)
    try:
        yield Schedule(
            things=_Reread(zone, _things(settings, zone)),
            slots=Slots(plan),
            start=partial(_start, home),
            in_use=partial(in_use, home),
            clock=lambda: datetime.now(UTC),
            sleep=time.sleep,
            jitter=jitter,
            at_once=settings.schedule.at_once,
            tell=tell or (lambda _thing, _what: None),
        )
    finally:
        plan.close()


def _things(settings: Settings, zone: tzinfo) -> list[Thing]:
    return things(places(settings, declared()), zone)


class _Reread:
    """The things as the settings say now. Settings that are broken meanwhile change nothing, and are named once."""

    def __init__(self, zone: tzinfo, known: Sequence[Thing]) -> None:
        self._zone, self._known = zone, known
        self._settings: Settings | None = None
        self._complained = ""

    def __call__(self) -> Sequence[Thing]:
        try:
            settings = load_settings()
            if settings != self._settings:
                self._known, self._settings = _things(settings, self._zone), settings
        except ReadError as error:
            if str(error) != self._complained:
                self._complained = str(error)
                complain(self._complained)
        return self._known


def _start(home: Home, thing: Thing) -> subprocess.Popen[bytes]:
    """A crawl in a process and a session of its own: the terminal's Ctrl-C reaches us alone, and we pass it on."""
    path = home.logs / "schedule.log"
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    with path.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own command with a marketplace of the settings
            [sys.executable, "-c", COPYCATCH, "crawl", thing.name, *(["--watch"] if thing.watch else [])],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def scheduled(one: Due, now: datetime) -> dict[str, object]:
    """The contract of `schedule next --json` and `schedule due --json` (docs/schema/schedule.json)."""
    last = one.last
    return {
        "name": one.thing.name,
        "watch": one.thing.watch,
        "said": one.thing.said,
        "source": one.thing.source,
        "last": None if last is None else _local(datetime.fromtimestamp(last.began, UTC), one),
        "outcome": None if last is None else last.outcome,
        "failures": 0 if last is None else last.failures,
        "due": _local(one.at, one),
        "ready": one.why != "running" and one.at <= now,
        "why": one.why,
        "missed": one.missed,
    }


def _local(moment: datetime, one: Due) -> str:
    return moment.astimezone(getattr(one.thing.when, "zone", None)).isoformat(timespec="seconds")
