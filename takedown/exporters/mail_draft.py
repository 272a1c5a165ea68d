"""A mail that a person opens in their own program, reads and sends: .eml with `X-Unsent: 1`, nothing is sent from here.

The text is the letter's; the letter itself, its annex and the attachments go along as long as a mail can hold them.
What does not go along is named in the text, with its checksum. Headers are built by `email.policy`, which refuses line
breaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from index.plain import line
from takedown.exporting import Context, fitting, stem, write
from takedown.letters.model import Block, Facts, Heading, Letter, Table, Text
from takedown.letters.writing import letter, name_of
from takedown.notice import Attachment, Content, Notice

NAME = "eml"
SUFFIX = ".eml"
FORBIDS_PERSONAL = False
MOST = 20 * 1024 * 1024
"""Bytes of all files of a mail together, before encoding: what most servers take."""
_ADDRESS = re.compile(
    r"(?!\.|.{0,80}\.[.@])([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})@((?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24})"
)
_MEDIA = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,80}")


def export_notice(notice: Notice, context: Context, target: Path) -> list[Path]:
    """Raises PartMissingError where no Chinese font is to be had for the letter, ExportError, OSError."""
    content = fitting(notice, context)
    with TemporaryDirectory(dir=target) as folder:
        files = _letter(notice, context, Path(folder))
        room = MOST - sum(len(made) for _, _, made in files)
        left = []
        for attachment in content.attachments:
            path = context.file(attachment.sha256) if attachment.size <= room else None
            held = _read(path, attachment.size)
            if held is None:
                left.append(attachment)
            else:
                room -= len(held)
                files.append((attachment.name, attachment.media_type, held))
    mail = _mail(notice, context, content, left)
    for name, media_type, made in files:
        main, _, sub = (media_type if _MEDIA.fullmatch(media_type) else "application/octet-stream").partition("/")
        mail.add_attachment(made, maintype=main, subtype=sub, filename=line(name, 120))
    return [write(target / f"{stem(notice)}{SUFFIX}", _bytes(mail, notice))]


def _letter(notice: Notice, context: Context, folder: Path) -> list[tuple[str, str, bytes]]:
    from takedown.exporters import pdf_letter  # noqa: PLC0415 - draws in what letters need

    kinds = {".pdf": "application/pdf"}
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    made = pdf_letter.export_notice(notice, context, folder)
    return [(path.name, kinds.get(path.suffix, sheet), path.read_bytes()) for path in made]


def _read(path: Path | None, size: int) -> bytes | None:
    """The file, where it is kept and as long as the notice says."""
    if path is None:
        return None
    try:
        held = path.read_bytes()
    except OSError:
        return None
    return held if len(held) == size else None


def _mail(notice: Notice, context: Context, content: Content, left: list[Attachment]) -> EmailMessage:
    said = letter(notice, context, annex=f"{stem(notice)}-annex.xlsx", content=content)
    mail = EmailMessage(policy=SMTP)
    mail["X-Unsent"] = "1"
    mail["Date"] = format_datetime(datetime.fromisoformat(context.now))
    mail["Subject"] = line(f"{said.subject} [{notice.id}]", 300)
    if sender := address(content.reporter.email, name_of(content.reporter)):
        mail["From"] = sender
    if to := address(_to(content, context), context.addressee(notice)):
        mail["To"] = to
    mail.set_content("\n".join(plain_text(said, left)), charset="utf-8", cte="base64")
    return mail


def _to(content: Content, context: Context) -> str:
    form = context.form.address if context.form else ""
    return content.fields.get("to_address") or form or (context.recipient.address if context.recipient else "")


def address(mail: str, name: str) -> Address | None:
    """A mail address with a name; None where it is none: the person who sends the draft fills it in."""
    found = _ADDRESS.fullmatch(mail.strip())
    if found is None:
        return None
    return Address(display_name=line(name, 120), username=found[1], domain=found[2])


def plain_text(said: Letter, left: list[Attachment]) -> Iterator[str]:
    """The letter as text; after it, files that do not go along."""
    yield from (said.to, "")
    for block in said.blocks:
        yield from _text(block)
    yield from (*said.signature, "", said.small)
    if left:
        from index.messages import text  # noqa: PLC0415 - slow to load, and not always needed

        yield from ("", text("letter.mail.not_enclosed", said.language))
        yield from (f"{line(one.name, 120)}  SHA-256 {line(one.sha256, 64)}" for one in left)


def _text(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield from (block.text, "")
    elif isinstance(block, Text):
        yield from ((f"> {block.text}" if block.style == "quote" else block.text), "")
    elif isinstance(block, Facts):
        yield from ((block.title,) if block.title else ())
        yield from (f"  {label}: {value.replace(chr(10), ', ')}" for label, value in block.rows)
        yield ""
    elif isinstance(block, Table):
        for row in block.rows:
            yield from (f"  {label}: {value}" for label, value in zip(block.head, row, strict=True) if value)
            yield ""


def _bytes(mail: EmailMessage, notice: Notice) -> bytes:
    """The mail with a boundary of its own, the same at every export."""
    if mail.is_multipart():
        mail.set_boundary(f"=_{notice.content.digest[:40]}")
    return mail.as_bytes()
