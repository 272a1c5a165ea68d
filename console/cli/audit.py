"""`copycatch audit`: who did what, handed out and checked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from console.exits import CommandError, Exit
from console.terminal import JsonFlag, complain, emit, home, out, raw_output, remark, table
from index.messages import t
from index.open import has_decisions, open_decisions
from index.plain import line, plain
from index.records import Record, RecordKind
from index.times import utc
from takedown.audit import LONGEST, Audited, Fault, check, check_store, export

COLUMNS = ("seq", "at", "by", "kind", "id", "about")


def list_(
    *,
    by: Annotated[str | None, typer.Option("--by", help=t("cli.audit.by"), show_default=False)] = None,
    kind: Annotated[str | None, typer.Option("--kind", help=t("cli.audit.kind"), show_default=False)] = None,
    about: Annotated[str | None, typer.Option("--about", help=t("cli.audit.about"), show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, help=t("cli.audit.limit"))] = 50,
    json: JsonFlag = False,
) -> int:
    """The last acts, newest last."""
    if kind is not None and kind not in get_args(RecordKind):
        raise CommandError(t("audit.unknown_kind", kind=kind, known=", ".join(get_args(RecordKind))))
    wanted = [
        record
        for record in _records()
        if by in {None, record.by} and kind in {None, record.kind} and (about is None or about in record.about)
    ][-limit:]
    if json:
        for record in wanted:
            emit(_said(record))
    elif wanted:
        rows = [
            (
                str(one.seq),
                one.at[:16].replace("T", " "),
                one.by,
                t(f"audit.kind.{one.kind}"),
                f"{one.id} v{one.version}",
                str(len(one.about)) if one.about else "-",
            )
            for one in wanted
        ]
        out().print(table([t(f"audit.column.{name}") for name in COLUMNS], rows))
    else:
        remark(t("audit.nothing"))
    return Exit.DONE


def export_(
    *,
    target: Annotated[Path | None, typer.Option("--out", help=t("cli.export.out"), show_default=False)] = None,
    json: JsonFlag = False,
) -> int:
    """Everything that was written down, as a file that others can check."""
    if json and target == Path("-"):
        raise CommandError(t("cli.export.json_to_stdout"))
    place = home()
    if not has_decisions(place):
        raise CommandError(t("audit.nothing"))
    with closing(open_decisions(place, write=False)) as records:
        if target == Path("-"):
            with raw_output() as stream:
                stream.writelines(export(records))
            return Exit.DONE
        stamp = utc().replace("-", "").replace(":", "")
        path = target or place.prepare().exports / f"audit-{stamp}.jsonl"
        with path.open("xb") as stream:
            stream.writelines(export(records))
        checked = check_store(records)
    if json:
        emit({"file": str(path), "records": checked.records, "head": checked.head})
    else:
        out().print(plain(t("audit.exported", records=checked.records, path=path, head=checked.head)), soft_wrap=True)
    return Exit.DONE


def verify(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help=t("cli.audit.file"), show_default=False)] = None,
    *,
    head: Annotated[str | None, typer.Option("--head", help=t("cli.audit.head"), show_default=False)] = None,
    json: JsonFlag = False,
) -> int:
    """Whether all is as it was written down: of an export, or of the home itself."""
    checked = _of_file(file) if file else _of_home()
    faults = list(checked.faults)
    if head is not None and head != checked.head:
        faults.append(Fault(line=checked.records, what="audit.fault.head"))
    if json:
        emit({"records": checked.records, "head": checked.head, "unchained": checked.unchained,
              "removed": checked.removed, "faults": faults})  # fmt: skip
    else:
        _print(checked, faults)
    return Exit.FAILURES if faults else Exit.DONE


RUN = {"list": list_, "export": export_, "verify": verify}


def _records() -> Iterator[Record]:
    place = home()
    if has_decisions(place):
        with closing(open_decisions(place, write=False)) as records:
            yield from records.every()


def _said(record: Record) -> dict[str, Any]:
    names = ("seq", "at", "by", "kind", "id", "version", "about", "sha256", "chain", "removed", "value")
    return {name: getattr(record, name) for name in names}


def _of_home() -> Audited:
    place = home()
    if not has_decisions(place):
        raise CommandError(t("audit.nothing"))
    with closing(open_decisions(place, write=False)) as records:
        return check_store(records)


def _of_file(path: Path) -> Audited:
    if path == Path("-"):
        return check(_lines(sys.stdin.buffer))
    with path.open("rb") as stream:
        return check(_lines(stream))


def _lines(stream: Any) -> Iterator[bytes]:
    """Lines, of which an endless one is cut where it is too long."""
    return iter(lambda: stream.readline(LONGEST + 1), b"")


def _print(checked: Audited, faults: list[Fault]) -> None:
    for fault in islice(faults, 100):
        complain(line(t("audit.faulty", line=fault.line, what=t(fault.what, head=checked.head))))
    if not faults:
        out().print(plain(t("audit.sound", records=checked.records, head=checked.head)), soft_wrap=True)
    for name in ("unchained", "removed"):
        if count := getattr(checked, name):
            remark(t(f"audit.{name}", count=count))
