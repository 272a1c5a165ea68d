"""`copycatch retention`: what goes by the rules, as a plan first; and deletion of a person's data."""

from __future__ import annotations

from typing import Annotated

import typer

from console.acting import AsFlag, acting
from console.exits import CommandError, Exit
from console.forgetting import carry_out, look
from console.retention import Plan, opened
from console.terminal import JsonFlag, complain, emit, out, remark, table
from index.messages import t
from index.plain import plain
from index.records import Overtaken
from index.redacting import Redaction
from index.times import utc

COLUMNS = ("kind", "before", "count", "mb")
ReasonFlag = Annotated[str, typer.Option("--reason", help=t("cli.retention.reason"), show_default=False)]


def plan(*, json: JsonFlag = False) -> int:
    """What would go now; nothing is changed."""
    with opened() as stores:
        made = stores.plan()
    _tell(made, json=json)
    if not json and any(part.count for part in made.parts):
        remark(t("retention.next", digest=made.digest))
    return Exit.DONE


def run(
    *,
    digest: Annotated[str, typer.Option("--plan", help=t("cli.retention.plan_digest"), show_default=False)],
    reason: ReasonFlag,
    who: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Deletes what was planned, if that is still what would go."""
    person = acting(who, "manage")
    if not reason.strip():
        raise CommandError(t("retention.no_reason"))
    with opened(write=True) as stores:
        made = stores.plan()
        if made.digest != digest.strip():
            raise CommandError(t("retention.other_plan", digest=made.digest))
        stores.carry_out(made, at=utc(), by=person.name, reason=reason.strip())
    _tell(made, json=json)
    if not json:
        remark(t("retention.done"))
    return Exit.DONE


def forget(
    *,
    words: Annotated[
        list[str],
        typer.Option("--person", "--seller", metavar="NAME", help=t("cli.retention.person"), show_default=False),
    ],
    reason: Annotated[str, typer.Option("--reason", help=t("cli.retention.reason"), show_default=False)] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=t("cli.retention.dry_run"))] = False,
    who: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Blots a person out of listings and records, and removes the pages; held things stay as they are."""
    person = acting(who, "manage")
    try:
        redaction = Redaction(words)
    except ValueError as error:
        raise CommandError(t("retention.short")) from error
    if not dry_run and (not reason.strip() or redaction.found(reason)):
        raise CommandError(t("retention.bad_reason" if reason.strip() else "retention.no_reason"))
    with opened(write=not dry_run) as stores:
        found = look(stores, redaction)
        pages, failed = found.pages, tuple[str, ...]()
        if not dry_run:
            try:
                pages, failed = carry_out(stores, redaction, found, at=utc(), by=person.name, reason=reason.strip())
            except Overtaken as error:
                raise CommandError(t("retention.overtaken"), Exit.FAILURES) from error
    bound = [*found.bound, *found.records.bound]
    if json:
        emit({"dry_run": dry_run, "listings": found.listings, "records": len(found.records.seqs), "pages": pages,
              "kept": bound, "unchained": found.records.unchained, "runs_failed": failed})  # fmt: skip
    else:
        said = {"listings": len(found.listings), "records": len(found.records.seqs), "pages": pages}
        out().print(plain(t("retention.would_forget" if dry_run else "retention.forgot", **said)), soft_wrap=True)
        remark(t("retention.not_touched"))
    for name in bound:
        complain(t("retention.kept", id=name))
    for name in failed:
        complain(t("retention.run_failed", run=name))
    if found.records.unchained:
        complain(t("retention.unchained", count=found.records.unchained))
    return Exit.FAILURES if bound or failed or found.records.unchained else Exit.DONE


RUN = {"plan": plan, "run": run, "forget": forget}


def _tell(made: Plan, *, json: bool) -> None:
    if json:
        emit({"plan": made.digest, "held": made.held, "parts": made.parts})
        return
    rows = [
        (
            t(f"retention.kind.{part.kind}"),
            part.before[:10] or t("retention.for_ever"),
            str(part.count) if part.before else "–",
            f"{part.bytes / 1e6:.1f}" if part.bytes else "–",
        )
        for part in made.parts
    ]
    out().print(table([t(f"retention.column.{name}") for name in COLUMNS], rows))
    remark(t("retention.held", count=made.held))
