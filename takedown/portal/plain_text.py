"""A portal sheet as plain text, for whoever has no browser at hand."""

from __future__ import annotations

from collections.abc import Iterator

from index.messages import text
from takedown.portal.sheet import Row, Sheet
from takedown.portal.words import counted, limits, missing, note, of_file


def plain_text(sheet: Sheet) -> str:
    """The whole sheet."""
    return "\n".join(_lines(sheet)) + "\n"


def _lines(sheet: Sheet) -> Iterator[str]:
    lang, form = sheet.lang, sheet.form
    yield text("portal.title", lang, recipient=sheet.recipient)
    yield form.title(lang)
    yield text("portal.to", lang, address=sheet.address) if sheet.address else text("portal.no_address", lang)
    yield from note(sheet)
    if sheet.problems:
        yield text("portal.problems", lang, count=sheet.problems)
    for row in sheet.rows:
        yield ""
        yield from _row(row, lang)
    yield ""
    yield text("portal.attachments", lang)
    yield f"  {limits(form.attachments, lang)}"
    for each in sheet.attachments:
        yield from (f"  {said}" for said in of_file(each, lang))
    yield ""
    made = {"notice": sheet.notice, "digest": sheet.digest, "version": sheet.version, "at": sheet.made_at}
    yield text("portal.made", lang, **made)


def _row(row: Row, lang: str) -> Iterator[str]:
    needed = f" ({text('portal.needed', lang)})" if row.needed else ""
    yield f"{row.number}. {row.field.label(lang)}{needed} - {text(f'portal.do.{row.do}', lang)}"
    yield from (f"  ! {said}" for said in missing(row, lang))
    if row.over:
        yield f"  ! {text('portal.over', lang)}"
    if row.do == "copy":
        yield f"  [{counted(row, lang)}]"
    yield from (f"  {each}" for each in row.text.split("\n") if row.text)
    if row.cut:
        said = {"length": row.field.length(row.cut.text), "limit": row.field.limit}
        yield f"  {text('portal.cut', lang, **said)}"
        yield from (f"  > {each}" for each in row.cut.text.split("\n"))
        yield from (f"  - {each}" for each in row.cut.left_out)
    elif row.over:
        yield f"  {text('portal.no_cut', lang)}"
