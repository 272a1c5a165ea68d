"""`copycatch notice edit`: changes to a draft. Any change voids an approval."""

from __future__ import annotations

from dataclasses import replace
from mimetypes import guess_type
from pathlib import Path
from typing import Annotated, get_args

import typer

from console.acting import AsFlag, acting
from console.bundle_files import with_bundle
from console.exits import CommandError, Exit
from console.notice_edit import edited, looked_again, signed, without_attachment, without_target
from console.notice_page import show_refusals, show_state
from console.notices import Desk, desk, summary
from console.terminal import JsonFlag
from index.messages import t
from index.times import utc
from takedown.gates import APPROVAL
from takedown.lifecycle.keeping import keep
from takedown.notice import Attachment, AttachmentKind, Content
from takedown.personal import impersonal
from takedown.recipients import Form, recipients


def run(
    name: Annotated[str, typer.Argument(metavar="ID", help=t("cli.notice.id"), show_default=False)],
    *,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help=t("cli.notice.set"), show_default=False)
    ] = None,
    sign: Annotated[
        str | None, typer.Option("--sign", metavar="NAME", help=t("cli.notice.sign"), show_default=False)
    ] = None,
    attach: Annotated[
        list[str] | None, typer.Option("--attach", metavar="KIND=FILE", help=t("cli.notice.attach"), show_default=False)
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option("--bundle", metavar="FILE", help=t("cli.notice.bundle"), show_default=False)
    ] = None,
    detach: Annotated[
        list[str] | None, typer.Option("--detach", metavar="NAME", help=t("cli.notice.detach"), show_default=False)
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", metavar="FINDING", help=t("cli.notice.drop"), show_default=False)
    ] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help=t("cli.notice.refresh"))] = False,
    redact: Annotated[bool, typer.Option("--redact", help=t("cli.notice.redact"))] = False,
    by: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Writes a new version of the content, and says what is still missing."""
    person = acting(by, "draft")
    with desk() as held:
        notice = held.book.get(name)
        content = edited(notice.content, changes or [])
        for one in drop or ():
            content = without_target(content, one)
        for one in detach or ():
            content = without_attachment(content, one)
        for one in attach or ():
            content = replace(content, attachments=(*content.attachments, _attachment(held, one)))
        if bundle is not None:
            content = with_bundle(content, bundle, held.place.papers)
        if refresh:
            targets = tuple(looked_again(each, held.looks(each.listing_id)) for each in content.targets)
            content = replace(content, targets=targets)
        if redact:
            content = impersonal(content)
        if sign is not None:
            content = signed(content, _form(held, content), sign, utc())
        changed = held.book.edit(notice, content, at=utc(), by=person.name)
        show_state(changed, json=json, document=summary(changed))
        if not json:
            show_refusals(changed, held.refusals(changed, utc(), without=APPROVAL), json=False)
    return Exit.DONE


def _form(held: Desk, content: Content) -> Form:
    recipient = recipients(held.place.recipients).get(content.recipient)
    form = recipient.form(content.form) if recipient else None
    if form is None:
        raise CommandError(t("notice.no_form", recipient=content.recipient, id=content.form, known="-"))
    return form


def _attachment(held: Desk, given: str) -> Attachment:
    """A file that goes along, copied into the home."""
    kind, _, path = given.partition("=")
    known = get_args(AttachmentKind)
    chosen: AttachmentKind | None = next((one for one in known if one == kind), None)
    if chosen is None or not path:
        raise CommandError(t("notice.attach_shape", given=given[:80], known=", ".join(known)))
    file = keep(Path(path), held.place.papers)
    media = guess_type(file.path.name)[0] or "application/octet-stream"
    return Attachment(
        kind=chosen, name=file.name, sha256=file.sha256, size=file.size, media_type=media, captured_at=utc()
    )
