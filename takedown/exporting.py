"""What an exporter of notices is told beside the notice, and what it may raise."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.plain import line
from takedown.notice import Content, Language, Notice
from takedown.personal import impersonal
from takedown.recipients import Form, Recipient


class ExportError(ValueError):
    """The notice cannot be written in this format; the message says why, in the reader's language."""


class PartMissingError(ExportError):
    """Something this machine needs for the format is not there, and is named (exit code 4)."""


def no_file(_sha256: str) -> Path | None:
    """Where nothing is kept."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything that is not in the notice. `now` is given, so that the same notice gives the same bytes."""

    now: str
    """ISO 8601 in UTC with second precision: the date of the letter."""
    version: str
    """Of copycatch."""
    language: Language | None = None
    """Of what is written; None: the notice's own."""
    recipient: Recipient | None = None
    """None where no file describes it any more."""
    form: Form | None = None
    """The one that the notice fills in."""
    file: Callable[[str], Path | None] = no_file
    """SHA-256 of an attachment -> the file, or None where it is not kept here."""

    def spoken(self, notice: Notice) -> Language:
        """The language to write in."""
        return self.language or notice.content.language

    def addressee(self, notice: Notice) -> str:
        """The recipient's name in that language; its id where no file describes it."""
        name = self.recipient.name(self.spoken(notice)) if self.recipient else notice.content.recipient
        return line(name, 200)


def stem(notice: Notice) -> str:
    """The beginning of a file's name: short, safe on every system, and the same at every export."""
    recipient = "".join(
        letter for letter in notice.content.recipient if (letter.isascii() and letter.isalnum()) or letter in "_-"
    )
    return f"{notice.id[:15]}-{recipient[:40]}" if recipient else notice.id[:15]


def fitting(notice: Notice, context: Context, *, forbids_personal: bool = False) -> Content:
    """The content, without personal data where the format or the recipient's form has no place for them."""
    forbidden = forbids_personal or (context.form is not None and context.form.forbids_personal)
    return impersonal(notice.content) if forbidden else notice.content


def write(path: Path, content: bytes) -> Path:
    """Writes the file in one step, readable by its owner only: it names people. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path
