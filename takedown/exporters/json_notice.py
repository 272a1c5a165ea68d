"""The notice for programs: one JSON document (docs/schema/notice.json), with everything a recipient may see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec

from index.plain import ascii_json
from index.reading import encode
from takedown.exporting import Context, fitting, stem, write
from takedown.notice import Content, Notice

NAME = "json"
SUFFIX = ".json"
FORBIDS_PERSONAL = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDocument:
    """What `copycatch notice export --format json` writes."""

    schema: Literal["copycatch-notice-1"] = "copycatch-notice-1"
    id: str
    version: int
    """Of the content: counts edits."""
    exported_at: str
    """ISO 8601 in UTC."""
    tool: str
    """'copycatch' and its version."""
    recipient_name: str
    approved_sha256: str
    """SHA-256 of the content as it was approved, which also holds what stays in the house (who overrode which gate)."""
    content: Content
    """Without overrides; comparison without lines whose genuine side is not known."""


def export_notice(notice: Notice, context: Context, target: Path) -> list[Path]:
    """Raises OSError."""
    content = fitting(notice, context)
    known = tuple(line for line in content.comparison if line.genuine is not None)
    document = NoticeDocument(
        id=notice.id,
        version=notice.version,
        exported_at=context.now,
        tool=f"copycatch {context.version}",
        recipient_name=context.addressee(notice),
        approved_sha256=notice.content.digest,
        content=replace(content, overrides={}, comparison=known),
    )
    made = ascii_json(msgspec.json.format(encode(document), indent=2)) + b"\n"
    return [write(target / f"{stem(notice)}{SUFFIX}", made)]
