"""Tables for people: an Excel workbook and an HTML page from the same rows, the same bytes whenever they are made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from index.plain import plain

STYLE = (
    "body{font:14px/1.5 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:2em;color:#111}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.3em .5em;vertical-align:top;"
    "text-align:left;overflow-wrap:anywhere;white-space:pre-wrap}th{background:#eee}"
)


def html(
    title: str, heading: Sequence[str], rows: Sequence[Sequence[object]], *, lang: str, notes: Sequence[str]
) -> bytes:
    """A page that needs nothing else: no script, no address that is loaded."""
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    head = "".join(f"<th>{_shown(name)}</th>" for name in heading)
    body = "\n".join("<tr>" + "".join(f"<td>{_shown(value)}</td>" for value in row) + "</tr>" for row in rows)
    said = "".join(f"<p>{_shown(note)}</p>" for note in notes)
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<meta charset="utf-8">{policy}\n<title>{_shown(title)}</title>\n'
        f"<style>{STYLE}</style>\n<h1>{_shown(title)}</h1>\n{said}\n<table>\n<tr>{head}</tr>\n{body}\n</table>\n</html>\n"
    ).encode()


def _shown(value: object) -> str:
    return "" if value is None else escape(plain(str(value)))


def xlsx(
    title: str,
    heading: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    at: str,
    widths: tuple[int, ...],
    notes: Sequence[str],
) -> bytes:
    """A workbook with the table, and below it the notes. `at`: the moment that it says it was made."""
    from takedown.letters.sheets import Sheet  # noqa: PLC0415 - as below
    from takedown.workbook import workbook  # noqa: PLC0415 - slow, and checking a bundle needs no workbook

    def everything() -> Iterator[list[str]]:
        yield from ([str(value) for value in row] for row in rows)
        yield from ([], *([note] for note in notes))

    return workbook([Sheet(name=title, head=list(heading), widths=widths, rows=everything)], at)
