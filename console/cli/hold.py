"""`copycatch hold`: what nobody may delete, neither a rule nor a person's demand, until the hold is lifted."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from console.acting import AsFlag, acting
from console.exits import CommandError, Exit
from console.opening import reading
from console.terminal import JsonFlag, emit, home, out, remark, table
from index.messages import t
from index.open import has_decisions, open_decisions
from index.plain import line
from index.records import Overtaken
from index.times import utc
from takedown.holds import HoldError, add, held, release
from takedown.notices import NoticeBook, NoticeError

IdArgument = Annotated[str, typer.Argument(metavar="ID", help=t("cli.hold.id"), show_default=False)]
ReasonFlag = Annotated[str, typer.Option("--reason", help=t("cli.hold.reason"), show_default=False)]
COLUMNS = ("id", "at", "by", "reason")


def add_(name: IdArgument, *, reason: ReasonFlag, who: AsFlag = None, json: JsonFlag = False) -> int:
    """Holds a listing, a finding or a notice."""
    return _say(name, reason, who, lifted=False, json=json)


def release_(name: IdArgument, *, reason: ReasonFlag, who: AsFlag = None, json: JsonFlag = False) -> int:
    """Lifts a hold."""
    return _say(name, reason, who, lifted=True, json=json)


def list_(*, json: JsonFlag = False) -> int:
    """What is held."""
    place = home()
    found = []
    if has_decisions(place):
        with closing(open_decisions(place, write=False)) as records:
            found = list(held(records).values())
    if json:
        for one in found:
            emit(one)
    elif found:
        rows = [(one.id, one.at[:16].replace("T", " "), one.by, one.reason) for one in found]
        headings = [t(f"hold.column.{name}") for name in COLUMNS]
        out().print(table(headings, rows, wide={headings[-1]: 1}))
    else:
        remark(t("hold.nothing"))
    return Exit.DONE


RUN = {"add": add_, "list": list_, "release": release_}


def _say(name: str, reason: str, who: str | None, *, lifted: bool, json: bool) -> int:
    person = acting(who, "manage")
    with closing(open_decisions(home().prepare())) as records:
        try:
            if lifted:
                known = [one for one in held(records) if one.startswith(name)]
                whole = known[0] if len(known) == 1 and len(name) >= 8 else name
                record = release(records, whole, reason, at=utc(), by=person.name)
            elif name.startswith("n1-"):
                record = add(records, NoticeBook(records).get(name).id, reason, at=utc(), by=person.name)
            else:
                record = add(records, _whole(name), reason, at=utc(), by=person.name)
        except (HoldError, NoticeError) as error:
            raise CommandError(str(error)) from error
        except Overtaken as error:
            raise CommandError(t("retention.overtaken"), Exit.FAILURES) from error
    if json:
        emit({"id": record.id, "at": record.at, "by": record.by, "reason": reason.strip(), "stands": not lifted})
    else:
        out().print(line(t("hold.released" if lifted else "hold.added", id=record.id)), soft_wrap=True)
    return Exit.DONE


def _whole(name: str) -> str:
    """The id of a listing or finding, from an unambiguous beginning. Raises CommandError."""
    with reading() as index:
        hit = index.get(name)
    if hit is None or hit.kind == "samples":
        raise CommandError(t("hold.unknown", id=name))
    return hit.id
