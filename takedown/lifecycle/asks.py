"""What recipients asked back: kept per recipient, and shown before the next notice goes to it."""

from __future__ import annotations

from dataclasses import dataclass

from index.reading import read
from index.records import Decisions, Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One answer by which a recipient wanted more, or refused."""

    notice: str
    at: str
    """When it answered."""
    reason: str
    """Its words."""
    asked: tuple[str, ...] = ()
    """What it wants next time, one by one; empty where it only refused."""
    receipt: str = ""


def asks(records: Decisions, recipient: str) -> list[Ask]:
    """What this recipient answered so far, newest first. Raises ReadError."""
    found = [record for record in records.versions("ask", recipient) if record.value]
    return [read(Ask, record.value, f"ask {recipient}, {record.version}") for record in reversed(found)]


def entry(records: Decisions, recipient: str, ask: Ask, about: tuple[str, ...]) -> Entry:
    """The record to append. Somebody else may append one meanwhile: `Overtaken`, and it is made anew."""
    latest = records.latest("ask", recipient)
    return Entry(kind="ask", id=recipient, value=ask, after=latest.version if latest else 0, about=about)
