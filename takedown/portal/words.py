"""Sentences that a page and a text of the same sheet share."""

from __future__ import annotations

from collections.abc import Iterator

from index.messages import text
from index.plain import line
from takedown.attachments import Prepared
from takedown.portal.sheet import Row, Sheet
from takedown.recipients import Limits

MOST = 5
"""Missing values of one field that are named; the others are counted."""


def size(bytes_: int) -> str:
    """'1.2 MB'."""
    return f"{round(bytes_ / 1_000_000, 1):g} MB" if bytes_ >= 100_000 else f"{round(bytes_ / 1000, 1):g} kB"


def counted(row: Row, lang: str) -> str:
    """'137 of 1000 characters', and how many lines."""
    field = row.field
    if field.limit is None:
        said = text("portal.length", lang, length=f"{len(row.text):,}")
    else:
        said = text(f"portal.limit.{field.unit}", lang, length=f"{row.length:,}", limit=f"{field.limit:,}")
    lines = row.text.count("\n") + 1
    return f"{said} · {text('portal.lines', lang, lines=f'{lines:,}')}" if lines > 1 else said


def missing(row: Row, lang: str) -> Iterator[str]:
    """What is missing, the first of many by name."""
    yield from row.missing[:MOST]
    if len(row.missing) > MOST:
        yield text("portal.missing_more", lang, count=f"{len(row.missing) - MOST:,}")


def note(sheet: Sheet) -> Iterator[str]:
    """Whether somebody saw the form, what is not known of it, and where its fields were read."""
    form, lang = sheet.form, sheet.lang
    yield text("portal.unverified" if form.unverified else "portal.verified", lang)
    if form.note(lang):
        yield form.note(lang)
    if any(row.do == "copy" and row.field.limit is None for row in sheet.rows):
        yield text("portal.no_limits", lang)
    yield text("portal.source", lang, version=form.version, day=form.verified_at, source=form.source)


def limits(accepted: Limits, lang: str) -> str:
    """What the form takes as attachments, in one paragraph."""
    if not accepted.types:
        return text("portal.limits_none", lang)
    said = [text("portal.limits", lang, types=", ".join(each.rpartition("/")[2].upper() for each in accepted.types))]
    for name in ("max_bytes", "max_total", "max_count", "max_pixels"):
        if (value := getattr(accepted, name)) is not None:
            shown = size(value) if name in {"max_bytes", "max_total"} else f"{value:,}"
            said.append(text(f"portal.limits.{name}", lang, value=shown))
    line_ = ("，" if lang == "zh" else ", ").join(said) + ("。" if lang == "zh" else ".")
    return f"{line_} {text('portal.assumed', lang)}" if accepted.assumed else line_


def of_file(each: Prepared, lang: str) -> Iterator[str]:
    """One attachment: what goes out under which name, or why nothing does."""
    kind = text(f"attachments.kind.{each.attachment.kind}", lang)
    about = line(each.attachment.note or each.attachment.source_url or each.attachment.name, 120)
    if each.problem:
        yield f"! {kind} ({about}): {each.problem}"
        return
    for file in each.files:
        yield f"{file.name} - {kind}, {size(file.size)} ({about})"
        yield f"  {text('portal.sha256', lang, sha256=file.sha256)}"
    if each.changed:
        yield f"  {text('portal.changed', lang, sha256=each.attachment.sha256)}"
