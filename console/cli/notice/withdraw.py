"""`copycatch notice withdraw`: takes back what was asked, from every recipient it went to, and writes the letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import typer

from console.acting import AsFlag
from console.after_sending import AtFlag, ReasonFlag, Sending, sending
from console.exits import CommandError, Exit
from console.notices import summary
from console.terminal import JsonFlag, complain, emit, out, remark
from index.messages import t
from index.plain import line
from takedown.audit import note
from takedown.exporting import Context, ExportError, PartMissingError
from takedown.lifecycle.letter import Draw, export_withdrawal
from takedown.lifecycle.said import moment
from takedown.lifecycle.steps import receipt
from takedown.lifecycle.withdrawal import Withdrawal, concerned, whole, withdraw
from takedown.notice import Notice

Format = Literal["docx", "pdf", "none"]


def run(
    given: Annotated[list[str], typer.Argument(metavar="ID", help=t("life.option.back"))],
    *,
    reason: ReasonFlag = "",
    letter: Annotated[Format, typer.Option("--letter", help=t("life.option.letter"))] = "docx",
    target: Annotated[Path | None, typer.Option("--out", help=t("life.option.out"), show_default=False)] = None,
    only_letters: Annotated[bool, typer.Option("--only-letters", help=t("life.option.only_letters"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=t("life.option.dry_run"))] = False,
    at: AtFlag = None,
    name: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Takes back all that is named; a finding or unit from every notice it stands in."""
    with sending(name) as work:
        if only_letters:
            notices = [work.after.book.get(each) for each in given]
            return _letters(work, [(each, ()) for each in notices], letter, target, json=json)
        found = list(_meant(work, given))
        if dry_run:
            for each in found:
                _show(each.notice, len(each.findings), (), json=json, done=False)
            return Exit.DONE
        when = moment(at, work.zone, now=work.now) if at else ""
        for each in found:
            if each.part == "draft" and each.notice.state == "exported":
                remark(t("life.was_exported", id=each.notice.id))
        done = withdraw(work.held.records, found, reason=reason, now=work.now, by=work.by, at=when)
        told = {each.notice.id: each for each in found if each.sent}
        return _letters(
            work,
            [(each, told[each.id].findings if each.id in told else None) for each in done],
            letter,
            target,
            json=json,
        )


def _meant(work: Sending, given: Sequence[str]) -> Iterator[Withdrawal]:
    """What the names mean; each notice once, even if it is named twice."""
    findings: list[str] = []
    seen: set[str] = set()
    for one in given:
        if one.startswith("n1-"):
            back = whole(work.after.book.get(one))
            if back is None:
                raise CommandError(t("life.all_withdrawn", id=one))
            if back.notice.id not in seen:
                seen.add(back.notice.id)
                yield back
        else:
            findings += _findings(work, one)
    yield from (each for each in concerned(work.held.records, findings) if each.notice.id not in seen)


def _findings(work: Sending, name: str) -> list[str]:
    if name.startswith("u1-"):
        units = work.held.answers().units
        meant = [name] if name in units else [unit for unit in units if unit.startswith(name)]
        if len(meant) != 1:
            raise CommandError(t("notice.no_unit", id=name))
        return [each for answer in units[meant[0]] for each in answer.decision.finding_ids]
    hit = work.held.index.get(name)
    if hit is not None and hit.kind == "findings":
        return [hit.id]
    if work.held.records.about(name):  # the index has it no more, what was written about it stays
        return [name]
    raise CommandError(t("notice.no_finding", id=name))


def _letters(
    work: Sending,
    given: Sequence[tuple[Notice, Sequence[str] | None]],
    letter: Format,
    target: Path | None,
    *,
    json: bool,
) -> int:
    """Writes a letter for each that a recipient has, and says what was done. What was taken back stays so whatever
    becomes of the letters: they can be written again.
    """
    code = Exit.DONE
    folder = target or work.held.place.exports
    for notice, findings in given:
        files: list[Path] = []
        if findings is not None and letter != "none":
            try:
                folder.mkdir(parents=True, exist_ok=True)
                files = export_withdrawal(notice, _context(work, notice), folder, _draw(letter), f".{letter}")
                _note(work, notice, files)
            except (ExportError, OSError, ValueError) as error:
                complain(t("life.no_letter", id=notice.id, reason=error))
                code = Exit.MISSING if isinstance(error, PartMissingError) else Exit.FAILURES
        _show(notice, len(notice.content.targets) if findings is None else len(findings), files, json=json, done=True)
    if not json and any(findings is not None for _, findings in given):
        remark(t("life.send_letters"))
    return code


def _note(work: Sending, notice: Notice, files: Sequence[Path]) -> None:
    """Which letters were written: a file leaves no record of its own."""
    hashes = {each.name: sha256(each.read_bytes()).hexdigest() for each in files}
    about = [each.finding_id for each in notice.content.targets]
    note(work.held.records, "notice.withdrawal", at=work.now, by=work.by, about=about, notice=notice.id, files=hashes)


def _context(work: Sending, notice: Notice) -> Context:
    recipient = work.after.recipients.get(notice.content.recipient)
    return Context(
        now=work.now,
        version=version("copycatch"),
        recipient=recipient,
        form=recipient.form(notice.content.form) if recipient else None,
    )


def _draw(letter: Format) -> Draw:
    if letter == "pdf":
        from takedown.letters.typesetting import typeset  # noqa: PLC0415 - a large library

        return typeset
    from takedown.letters.word import drawn  # noqa: PLC0415 - a slow library

    return drawn


def _show(notice: Notice, count: int, files: Sequence[Path], *, json: bool, done: bool) -> None:
    if json:
        step = notice.steps[-1] if done else None
        emit({**summary(notice), "receipt": receipt(notice), "step": step, "files": [str(each) for each in files]})
        return
    state = t(f"notice.state.{notice.state}")
    message = "life.back" if done else "life.would_go_back"
    out().print(
        line(t(message, id=notice.id, recipient=notice.content.recipient, count=count, state=state)), soft_wrap=True
    )
    for each in files:
        out().print(line(f"  {each}"), soft_wrap=True)
