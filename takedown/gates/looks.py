"""Every address was looked at less than 24 hours ago, and what is complained of was there. Where a machine is blocked,
a named person says what they saw, and shows a picture of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from index.standing import SILENT
from takedown.gating import Case, Refusal, refusal, words
from takedown.notice import Look, Target

NAME = "looks"
OVERRIDABLE = False
FRESH = timedelta(hours=24)
AHEAD = timedelta(minutes=5)
"""So far two clocks may differ; a look that is further ahead was written down by a clock that was wrong."""


def check(case: Case) -> Iterator[Refusal]:
    """One refusal for each address that nobody saw lately."""
    for target in case.content.targets:
        own = [target.look] if target.look else []
        looks = [*own, *case.looks.get(case.current(target.finding_id), ())]
        ahead = next((look for look in looks if case.age(look.at) < -AHEAD), None)
        if ahead is not None:
            yield _of(target, "look_ahead", at=ahead.at, now=case.now)
        else:
            yield from _seen(case, target, looks)


def _seen(case: Case, target: Target, looks: list[Look]) -> Iterator[Refusal]:
    machine = [look for look in looks if not look.by]
    telling = max((look for look in machine if look.state not in SILENT), key=lambda look: look.at, default=None)
    last = max(machine, key=lambda look: look.at, default=None)
    person = next((look for look in looks if look.by), None)
    if telling and telling.state != "seen" and (person is None or telling.at >= person.at):
        yield _of(target, "look_absent", at=telling.at, state=words(f"page.state.{telling.state}"))
    elif telling and telling.state == "seen" and case.age(telling.at) < FRESH:
        return
    elif person is not None:
        yield from _person(case, target, person, last)
    elif last is None:
        yield _of(target, "look_never")
    elif last.state in SILENT:
        yield _of(target, "look_blocked", at=last.at, state=words(f"page.state.{last.state}"))
    else:
        yield _old(case, target, last)


def _person(case: Case, target: Target, look: Look, last: Look | None) -> Iterator[Refusal]:
    """A person's word counts where the machine cannot look: blocked, or a place it never was."""
    if last is not None and last.state not in SILENT:
        yield _of(target, "look_by_machine", at=last.at, who=look.by)
    if not look.statement.strip():
        yield _of(target, "look_no_words", who=look.by)
    if not look.picture_sha256:
        yield _of(target, "look_no_picture", who=look.by)
    elif case.kept(look.picture_sha256) is None:
        yield _of(target, "look_picture_gone", who=look.by)
    if look.state != "seen":
        yield _of(target, "look_absent", at=look.at, state=words(f"page.state.{look.state}"))
    if case.age(look.at) >= FRESH:
        yield _old(case, target, look)


def _old(case: Case, target: Target, look: Look) -> Refusal:
    return _of(target, "look_old", at=look.at, hours=int(case.age(look.at) / timedelta(hours=1)))


def _of(target: Target, message: str, **values: Any) -> Refusal:
    return refusal(NAME, message, path="targets.look", finding_id=target.finding_id, url=target.url, **values)
