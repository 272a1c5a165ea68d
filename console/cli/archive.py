"""`copycatch archive`: what pages are kept, whether any was changed since, and removing by a rule."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from console.exits import CommandError, Exit
from console.opening import last_seals
from console.progress import follow
from console.retention import needed_captures
from console.runs import NARROW
from console.terminal import JsonFlag, complain, emit, home, out, remark, table
from crawler.since import cutoff
from index.archive.chain import ChainError
from index.archive.tombstones import NotSealedError, remove
from index.archive.verify import Checked, check_run, glance, runs_in
from index.messages import t
from index.plain import plain
from index.settings import load_settings
from index.times import utc

COLUMNS = ("run", "state", "files", "records", "removed", "mb", "sealed_at")
SPARED = ("files", "removed", "mb")
"""Left out on a narrow terminal, so that the names of runs can be copied; --json always has them."""
STYLES = {"sealed": "green", "open": "yellow", "damaged": "bold red"}

RunName = Annotated[str | None, typer.Argument(metavar="RUN", help=t("cli.archive.run"), show_default=False)]


def status(run: RunName = None, *, json: JsonFlag = False) -> int:
    """What is kept, by run, as the chains say; nothing is read but the chains."""
    folder = home().archive
    _print([glance(folder, name) for name in _chosen(run)], json=json)
    return Exit.DONE


def verify(run: RunName = None, *, json: JsonFlag = False) -> int:
    """Reads every byte and says what is not as it was."""
    folder, seals = home().archive, last_seals()
    names = [run] if run else sorted({*_chosen(None), *seals})
    if run and run not in seals:
        _chosen(run)
    steps = follow(names, t("archive.checking"), len(names))
    found = [check_run(folder, name, seal=seals.get(name)) for name in steps]
    _print(found, json=json)
    for checked in found:
        for damage in checked.damages:
            where = " ".join(part for part in (damage.file, damage.place, damage.url) if part)
            complain(f"{where}: {t(damage.what)}")
        if checked.more:
            complain(t("archive.more", run=checked.run, count=checked.more))
    return Exit.FAILURES if any(checked.state == "damaged" for checked in found) else Exit.DONE


def prune(
    run: RunName = None,
    *,
    older: Annotated[
        str | None, typer.Option("--older-than", metavar="365d", help=t("cli.archive.older"), show_default=False)
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help=t("cli.archive.reason"), show_default=False)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=t("cli.archive.dry_run"))] = False,
    json: JsonFlag = False,
) -> int:
    """Removes old pages that nothing needs; what is left of each is its hash and the reason."""
    folder, days = home().archive, load_settings().retention.pages
    age = older or (f"{days}d" if days else None)
    if age is None:
        raise CommandError(t("archive.no_age"))
    try:
        before = cutoff(age) or ""
    except ValueError:
        raise CommandError(t("archive.bad_age", given=age)) from None
    if not dry_run and not (reason or "").strip():
        raise CommandError(t("archive.no_reason"))
    names, needed, failed = _chosen(run), needed_captures(), False
    for name in names:
        try:
            done = remove(
                folder,
                name,
                lambda record: record.at < before and (record.file, record.offset) not in needed,
                reason=(reason or "").strip(),
                at=utc(),
                dry=dry_run,
            )
        except NotSealedError:
            continue  # a run that is not over keeps all it has
        except ChainError as error:
            complain(str(error))
            failed = True
            continue
        if json:
            emit({"run": name, "dry_run": dry_run, "records": done.records, "bytes": done.bytes,
                  "needed": done.needed, "seal": done.head})  # fmt: skip
        elif done.records:
            said = t("archive.would_remove" if dry_run else "archive.removed", run=name, records=done.records,
                     mb=f"{done.bytes / 1e6:.1f}", needed=done.needed)  # fmt: skip
            out().print(plain(said), soft_wrap=True)
    remark(t("archive.needed", count=len(needed)))
    return Exit.FAILURES if failed else Exit.DONE


RUN = {"status": status, "verify": verify, "prune": prune}


def _chosen(run: str | None) -> list[str]:
    """The runs meant: all, or the one that is named."""
    folder = home().archive
    known = runs_in(folder) if folder.is_dir() else []
    if run is None:
        return known
    if run not in known:
        raise CommandError(t("archive.unknown_run", run=run))
    return [run]


def _print(found: list[Checked], *, json: bool) -> None:
    if json:
        for checked in found:
            emit(checked)
        return
    rows: list[tuple[str | Text, ...]] = [
        (
            checked.run,
            Text(t(f"archive.state.{checked.state}"), style=STYLES[checked.state]),
            str(checked.files),
            str(checked.records),
            str(checked.removed),
            f"{checked.bytes / 1e6:.1f}",
            (checked.sealed_at or "-")[:16].replace("T", " "),
        )
        for checked in found
    ]
    console = out()
    narrow = console.width < NARROW
    columns = [name for name in COLUMNS if not narrow or name not in SPARED]
    cells = [[cell for name, cell in zip(COLUMNS, row, strict=True) if name in columns] for row in rows]
    console.print(table([t(f"archive.column.{name}") for name in columns], cells, dense=narrow))
