"""MHTML as Chromium and others write it: one message with the page first and all that belongs to it behind."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.policy import compat32
from email.utils import parsedate_to_datetime

from crawler.supplied.brought import Unreadable, UnreadableError
from crawler.supplied.raw_page import LARGEST_BODY, RawPage
from index.times import utc

LARGEST = 96 << 20
"""Bytes of one file; it has to fit into memory."""
MOST_PARTS = 3_000


def read_mhtml(data: bytes) -> Iterator[RawPage]:
    """The page. Its frames, pictures and styles are left out: they belong to it. Raises UnreadableError."""
    if len(data) > LARGEST:
        raise UnreadableError("large", most=LARGEST >> 20)
    try:
        message = message_from_bytes(data, policy=compat32)
        root = _root(message)
        body = root.get_payload(decode=True) if root is not None else None
    except (MessageError, RecursionError, ValueError, LookupError) as error:
        raise UnreadableError("broken_file", format="MHTML", error=str(error)[:200]) from error
    if root is None or not isinstance(body, bytes) or not body.strip():
        raise UnreadableError("broken_file", format="MHTML", error="no page in it")
    url = _header(message, "Snapshot-Content-Location") or _header(root, "Content-Location")
    charset = root.get_param("charset", None)
    media = root.get_content_type() + (f"; charset={charset}" if isinstance(charset, str) else "")
    yield RawPage(
        url=url,
        headers=(("Content-Type", media),),
        body=body if len(body) <= LARGEST_BODY else b"",
        taken_at=_date(_header(message, "Date")),
        main=True,
        why=Unreadable("page_large", {"most": LARGEST_BODY >> 20}) if len(body) > LARGEST_BODY else None,
    )


def _root(message: Message) -> Message | None:
    """The first page that is no frame within another message."""
    for count, part in enumerate(message.walk()):
        if count > MOST_PARTS:
            break
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            return part
    return None


def _header(message: Message, name: str) -> str:
    return " ".join(str(message.get(name) or "").split())[:4000]


def _date(text: str) -> str | None:
    try:
        return utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError):
        return None
