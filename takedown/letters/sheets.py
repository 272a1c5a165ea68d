"""A notice as tables: one row per target, quote, line of comparison and attachment; long texts once more, in pieces.

What a cell cannot hold is cut visibly there, and stands whole on the last table. Rows are made one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from index.plain import plain
from takedown.cells import LIMIT
from takedown.letters import facts
from takedown.letters.words import LONGEST, Words, joined, ranges
from takedown.notice import Content, Target

PIECE = LIMIT // 2 - 100
"""Characters of a long text in one cell; any of them may count twice."""
Row = list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table. `rows` makes them anew at each call."""

    name: str
    head: Row
    widths: tuple[int, ...]
    """In characters."""
    rows: Callable[[], Iterator[Row]]


def sheets(content: Content, words: Words) -> list[Sheet]:
    """All tables of a notice that have rows; the targets first."""
    made = [
        _sheet(
            "targets", ("number", *facts.TARGET, "violations", "finding_id"), words, lambda: _targets(content, words)
        ),
        _sheet("quotes", ("number", "field", "text", "violations"), words, lambda: _quotes(content, words)),
        _sheet(
            "comparison", ("number", "part", "observed", "genuine", "differs"), words, lambda: _lines(content, words)
        ),
        _sheet(
            "attachments",
            ("number", "name", "what", "size", "sha256", "captured_at", "source_url"),
            words,
            lambda: _attachments(content, words),
        ),
        _sheet("full", ("number", "field", "row", "text"), words, lambda: _full(content, words)),
    ]
    return [each for each in made if next(each.rows(), None) is not None]


def _sheet(name: str, columns: tuple[str, ...], words: Words, rows: Callable[[], Iterator[Row]]) -> Sheet:
    wide = {"title": 40, "url": 50, "text": 90, "observed": 50, "genuine": 50, "name": 40, "number": 7, "differs": 10}
    wide |= dict.fromkeys(("sha256", "sample_sha256", "signer_sha256"), 68)
    head = [words.t(f"column.{column}") for column in columns]
    widths = tuple(wide.get(column, 22) for column in columns)
    return Sheet(name=words.t(f"sheet.{name}"), head=head, widths=widths, rows=rows)


def _targets(content: Content, words: Words) -> Iterator[Row]:
    alleged: dict[str, list[str]] = {}
    for allegation in content.allegations:
        for name in allegation.targets or ("",):
            alleged.setdefault(name, []).append(facts.title(allegation, words))
    for number, target in enumerate(content.targets, 1):
        shown = [show(target, words) for show in facts.TARGET.values()]
        said = joined(alleged.get("", []) + alleged.get(target.finding_id, []), words.lang)
        yield [str(number), *shown, said, target.finding_id]


def _quotes(content: Content, words: Words) -> Iterator[Row]:
    numbers = _numbers(content)
    for allegation in content.allegations:
        for quote in allegation.quotes:
            number = str(numbers.get(quote.finding_id, ""))
            yield [number, facts.where(quote, words), quote.text, facts.title(allegation, words)]


def _lines(content: Content, words: Words) -> Iterator[Row]:
    numbers = _numbers(content)
    for line in facts.compared(content):
        number, part = str(numbers.get(line.finding_id, "")), words.t(f"part.{line.part}")
        yield [number, part, line.observed, str(line.genuine), facts.differs(line, words)]


def _attachments(content: Content, words: Words) -> Iterator[Row]:
    for number, one in enumerate(content.attachments, 1):
        yield [str(number), *facts.attachment(one, words).values()]


def _full(content: Content, words: Words) -> Iterator[Row]:
    """Every text that a letter cuts, whole, in as many rows as it needs."""
    for number, target in enumerate(content.targets, 1):
        for name in ("title", "seller", "url", "price", "custody"):
            yield from _pieces(str(number), words.t(f"column.{name}"), str(getattr(target, name)))
        yield from _pieces(str(number), words.t("column.look"), _statement(target))
    numbers = _numbers(content)
    for allegation in content.allegations:
        which = ranges([numbers[name] for name in allegation.targets if name in numbers])
        for reason in facts.reasons(allegation, words):
            yield from _pieces(which, facts.title(allegation, words), reason)
        for quote in allegation.quotes:
            yield from _pieces(str(numbers.get(quote.finding_id, "")), facts.where(quote, words), quote.text)


def _statement(target: Target) -> str:
    return target.look.statement if target.look else ""


def _pieces(number: str, field: str, text: str) -> Iterator[Row]:
    if len(text) <= LONGEST:
        return
    whole = plain(text)
    for row, at in enumerate(range(0, len(whole), PIECE), 1):
        yield [number, field, str(row), whole[at : at + PIECE]]


def _numbers(content: Content) -> dict[str, int]:
    return {target.finding_id: number for number, target in enumerate(content.targets, 1)}
