"""What an exporter of notices is told beside the notice, and what it may raise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.plain import line
from takedown.notice import Language, Notice
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
