"""The plain loop over what is due. Clock, sleep and processes are handed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from crawler.schedule.due import Due, Thing, due
from crawler.schedule.slots import Outcome, Slot, Slots

NAP = 60.0
"""Seconds that are slept at most: a clock that was set, or a machine that was asleep, is noticed after it."""
STARTING = 30.0
"""Seconds in which a process that was started may not be crawling yet."""
GLANCE = 1.0
"""Seconds between two looks at what is running."""
OUTCOMES: dict[int, Outcome] = {0: "done", 3: "unhealthy"}
"""Exit code of a run -> outcome; any other is 'failed'."""


class Process(Protocol):
    """What `subprocess.Popen` offers of a run under way."""

    def poll(self) -> int | None:
        """Its exit code, once it has ended."""

    def terminate(self) -> None:
        """Asks it to end in order."""


@dataclass(slots=True)
class _Running:
    thing: Thing
    process: Process
    asked_to_stop: bool = False

    def stop(self) -> None:
        self.asked_to_stop = True
        with suppress(ProcessLookupError):
            self.process.terminate()


def _fresh(slot: Slot, now: datetime) -> bool:
    """Whether its process may not have got as far as to hold its marketplace."""
    return 0 <= now.timestamp() - slot.began < STARTING


@dataclass(slots=True, kw_only=True)
class Schedule:
    """Starts what is due, each run as a process of its own; never two of one marketplace, nor more than `at_once`."""

    things: Callable[[], Sequence[Thing]]
    """Asked again before each round, so that settings may change meanwhile."""
    slots: Slots
    start: Callable[[Thing], Process]
    """Raises OSError when no process can be had."""
    in_use: Callable[[str], bool]
    """Whether any process crawls that marketplace."""
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    """Returns early when something happened."""
    jitter: timedelta
    at_once: int
    tell: Callable[[Thing, str], None] = lambda _thing, _what: None
    """Hears 'started' and how each ended."""
    _running: list[_Running] = field(default_factory=list)
    _stopping: bool = False
    _ended: list[tuple[Thing, Outcome]] = field(default_factory=list)

    def table(self, now: datetime | None = None) -> list[Due]:
        """When everything is due, soonest first; `now` is asked of the clock."""
        slots, now = self.slots.all(), now or self.clock()
        found = []
        for thing in self.things():
            known = slots.get(thing.slot)
            alive = known is not None and known.outcome == "running" and (_fresh(known, now) or self.in_use(thing.name))
            found.append(due(thing, known, now, jitter=self.jitter, alive=alive))
        return sorted(found, key=lambda one: (one.at, one.thing.slot))

    def ready(self) -> list[Due]:
        """What is due now, longest ago first."""
        now = self.clock()
        return [one for one in self.table(now) if one.why != "running" and one.at <= now]

    def run(self) -> list[tuple[Thing, Outcome]]:
        """Goes on until it is stopped, and what is under way has ended. Says how everything ended."""
        while True:
            self._reap()
            if self._stopping and not self._running:
                return self._ended
            if not self._stopping:
                self._start(self.ready())
            self.sleep(self._nap())

    def run_once(self) -> list[tuple[Thing, Outcome]]:
        """Runs everything that is due now, each once."""
        queue = self.ready()
        while queue or self._running:
            self._reap()
            queue = [] if self._stopping else self._start(queue)
            if self._running:
                self.sleep(GLANCE)
        return self._ended

    def stop(self) -> None:
        """Starts nothing more, and asks what is under way to end in order; a second time, at once."""
        self._stopping = True
        for each in self._running:
            each.stop()

    def _start(self, queue: Sequence[Due]) -> list[Due]:
        """Starts what there is room for, and returns what has to wait for our own runs."""
        waiting = []
        for one in queue:
            taken = {each.thing.name for each in self._running}
            if len(taken) >= self.at_once or one.thing.name in taken:
                waiting.append(one)
            elif not self.in_use(one.thing.name):
                self._begin(one)
        return waiting

    def _begin(self, one: Due) -> None:
        if not self.slots.claim(one.thing.slot, one.last, self.clock().timestamp()):
            return  # another process has it
        try:
            process = self.start(one.thing)
        except OSError:
            self._note(one.thing, "failed")
            return
        self._running.append(_Running(one.thing, process))
        self.tell(one.thing, "started")

    def _reap(self) -> None:
        for each in list(self._running):
            if (code := each.process.poll()) is not None:
                self._running.remove(each)
                stopped = each.asked_to_stop and code != 0
                self._note(each.thing, "interrupted" if stopped else OUTCOMES.get(code, "failed"))
            elif self._stopping and not each.asked_to_stop:
                each.stop()  # it was being started when we were stopped

    def _note(self, thing: Thing, outcome: Outcome) -> None:
        self.slots.end(thing.slot, outcome, self.clock().timestamp())
        self._ended.append((thing, outcome))
        self.tell(thing, outcome)

    def _nap(self) -> float:
        if self._running:
            return GLANCE
        now = self.clock()
        waits = [(one.at - now).total_seconds() for one in self.table(now) if one.why != "running"]
        return min(max(min(waits, default=NAP), GLANCE), NAP)
