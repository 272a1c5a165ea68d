"""`copycatch notice statement`: a named person says what they saw at an address where our machine is blocked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from console.acting import AsFlag, acting
from console.exits import CommandError, Exit
from console.notice_page import show_state
from console.notices import desk, summary
from console.terminal import JsonFlag
from index.messages import t
from index.times import utc
from takedown.gates.media import RULED
from takedown.lifecycle.keeping import PICTURES, keep
from takedown.notice import Attachment, Content, Look, Target


def run(
    name: Annotated[str, typer.Argument(metavar="ID", help=t("cli.notice.id"), show_default=False)],
    url: Annotated[str, typer.Argument(metavar="URL", help=t("cli.notice.url"), show_default=False)],
    *,
    picture: Annotated[
        Path, typer.Option("--picture", metavar="FILE", help=t("cli.notice.picture"), show_default=False)
    ],
    text: Annotated[str, typer.Option("--text", help=t("cli.notice.text"), show_default=False)],
    person: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help=t("cli.notice.person"), show_default=False)
    ] = None,
    covered: Annotated[bool, typer.Option("--covered", help=t("cli.notice.covered"))] = False,
    by: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Keeps the picture, and writes statement and picture into the notice."""
    acting_person = acting(by, "draft")
    if not text.strip():
        raise CommandError(t("notice.no_words"))
    if picture.suffix.lower() not in PICTURES:
        raise CommandError(t("notice.no_picture", path=picture.name))
    with desk() as held:
        notice = held.book.get(name)
        seen = _targets(notice.content, url)
        sexual = any(each.violation.startswith(RULED) for each in notice.content.allegations)
        if sexual and not covered:
            raise CommandError(t("notice.cover_first"))
        file = keep(picture, held.place.papers)
        now = utc()
        look = Look(at=now, state="seen", by=person or acting_person.name, statement=text, picture_sha256=file.sha256)
        content = replace(
            notice.content,
            targets=tuple(replace(each, look=look) if each in seen else each for each in notice.content.targets),
        )
        if not sexual:  # what shows such an offer stays in the house
            shot = Attachment(
                kind="screenshot",
                name=f"{seen[0].finding_id[:15]}-statement{file.path.suffix}",
                sha256=file.sha256,
                size=file.size,
                media_type=f"image/{PICTURES[file.path.suffix].lower()}",
                captured_at=now,
                source_url=seen[0].url,
                finding_id=seen[0].finding_id,
                note=look.by,
            )
            others = tuple(each for each in content.attachments if each.name != shot.name)
            content = replace(content, attachments=(*others, shot))
        changed = held.book.edit(notice, content, at=now, by=acting_person.name)
        show_state(changed, json=json, document=summary(changed))
    return Exit.DONE


def _targets(content: Content, url: str) -> list[Target]:
    """Those at that address: one page may be the target of several findings."""
    found = [each for each in content.targets if url in {each.url, each.finding_id}]
    if not found:
        raise CommandError(t("notice.no_url", url=url))
    return found
