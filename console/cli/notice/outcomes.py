"""`copycatch notice outcomes`: what became of the targets of sent notices, by what looks showed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import tzinfo
from typing import Annotated

import typer

from console.acting import AsFlag, acting
from console.after_sending import Watch, shown, zone
from console.exits import Exit
from console.notices import Desk, desk
from console.terminal import JsonFlag, complain, emit, out, remark, table
from index.messages import t
from index.plain import line
from index.records import Overtaken
from index.times import utc
from takedown.lifecycle.outcome import SENT, Outcome, proposal
from takedown.notice import Notice, Step

COLUMNS = ("became", "since", "target", "looked")


def run(
    given: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help=t("life.option.notices"), show_default=False)
    ] = None,
    *,
    apply: Annotated[bool, typer.Option("--apply", help=t("life.option.apply"))] = False,
    name: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Lists it and the steps that follow; with --apply these are written down, by 'copycatch'."""
    if apply:
        acting(name, "send")
    now, failed, said = utc(), False, 0
    with desk(write=apply) as held:
        watch = Watch(held)
        for notice in _asked(held, given):
            found = watch.of(notice)
            step = proposal(notice, found, now=now)
            applied = False
            if apply and step:
                try:
                    held.book.step(notice, step, by="copycatch")
                    applied = True
                except Overtaken:  # somebody was at it meanwhile: the next call sees what they wrote
                    failed = True
                    complain(t("life.overtaken_one", id=notice.id))
            said += 1
            if json:
                emit(document(notice, found, step, applied=applied))
            else:
                _print(notice, found, step, applied=applied, where=zone(held) if given else None)
    if not said:
        remark(t("life.none_sent"))
    return Exit.FAILURES if failed else Exit.DONE


def _asked(held: Desk, given: list[str] | None) -> Iterator[Notice]:
    if given:
        return map(held.book.get, given)
    return (each for each in held.book.every() if each.state in {*SENT, "closed"})


def document(notice: Notice, found: list[Outcome], step: Step | None, *, applied: bool) -> dict[str, object]:
    """The contract of `notice outcomes --json` (docs/schema/notice_outcomes.json)."""
    return {
        "id": notice.id,
        "state": notice.state,
        "recipient": notice.content.recipient,
        "targets": [
            {"url": target.url, "marketplace": target.marketplace, "title": target.title, **_shown(one)}
            for target, one in zip(notice.content.targets, found, strict=True)
        ],
        "proposed": step.state if step else None,
        "applied": applied,
    }


def _shown(one: Outcome) -> dict[str, object]:
    return {
        "finding_id": one.finding_id,
        "became": one.became,
        "since": one.since or None,
        "looked_at": one.looked_at or None,
        "proof": one.proof,
    }


def _print(notice: Notice, found: list[Outcome], step: Step | None, *, applied: bool, where: tzinfo | None) -> None:
    """One line of counts; with `where`, the zone in which times are shown, each target as well."""
    counts = Counter(each.became for each in found)
    said = ", ".join(f"{t(f'life.became.{name}')} {count}" for name, count in counts.most_common())
    state = t(f"notice.state.{notice.state}")
    out().print(line(f"{notice.id[:15]}  {notice.content.recipient}  {state}  {said}"), soft_wrap=True)
    if step:
        message = "life.applied" if applied else "life.proposed"
        out().print("  " + line(t(message, state=t(f"notice.state.{step.state}"))), soft_wrap=True)
    if where is not None:
        rows = [
            (t(f"life.became.{one.became}"), shown(one.since, where), target.url, shown(one.looked_at, where)[:10])
            for target, one in zip(notice.content.targets, found, strict=True)
        ]
        headings = [t(f"life.column.{name}") for name in COLUMNS]
        out().print(table(headings, rows, wide={headings[2]: 3}))
