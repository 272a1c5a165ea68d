"""A report as DOCX: cover lines, definitions, one table per section, and the query behind every number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt, RGBColor

from takedown.docx_parts import MONO, SANS, SERIF, field, language, lines, row_property, rule, set_fonts, shade
from takedown.letters.words import harmless
from takedown.reports.figures import Cell, Section, Table
from takedown.reports.references import Key, Reference, key, references, value
from takedown.reports.snapshot import Snapshot
from takedown.reports.wording import Wording
from takedown.zips import settled

WIDTH = 170.0
"""Millimetres between the margins."""
INK, FAINT, ACCENT = RGBColor(0x1A, 0x1F, 0x2B), RGBColor(0x5B, 0x64, 0x72), RGBColor(0x1F, 0x4E, 0x79)
GROUND = "EEF2F7"
LONGEST = 300
"""Characters of one cell."""


def drawn(snapshot: Snapshot, lang: str) -> bytes:
    """The document; the same bytes for the same snapshot."""
    words = Wording(snapshot.head, lang)
    paper = _Paper(words, references(snapshot.sections, lang))
    paper.cover(snapshot)
    for number, section in enumerate(snapshot.sections, start=1):
        paper.section(number, section)
    paper.appendix()
    properties = paper.document.core_properties
    properties.title, properties.author, properties.comments = words.title, "copycatch", ""
    properties.created = properties.modified = datetime.fromisoformat(words.period.as_of).replace(tzinfo=None)
    properties.language = "zh-CN" if lang == "zh" else "en-GB"
    out = BytesIO()
    paper.document.save(out)
    return settled(out.getvalue(), words.period.as_of)


class _Paper:
    """One document under way."""

    def __init__(self, words: Wording, marks: dict[Key, Reference]) -> None:
        self.words, self.marks = words, marks
        self.document: Any = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(20)
        section.top_margin = section.bottom_margin = Mm(20)
        normal = self.document.styles["Normal"]
        normal.font.size, normal.font.color.rgb = Pt(10), INK
        set_fonts(normal.element.get_or_add_rPr(), SERIF)
        language(normal.element.get_or_add_rPr())
        normal.paragraph_format.space_after = Pt(4)
        heading = self.document.styles["Heading 1"]
        heading.font.size, heading.font.bold, heading.font.color.rgb = Pt(13), True, ACCENT
        set_fonts(heading.element.get_or_add_rPr(), SANS)
        heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(16), Pt(4)
        self._footer(section)

    def cover(self, snapshot: Snapshot) -> None:
        """What it is about, as of when, and what its words mean."""
        title = self._paragraph(after=2)
        self._run(title, self.words.title, 20, SANS, bold=True)
        period = self._paragraph(after=8)
        self._run(period, self.words.period_said, 12, SANS, faint=True)
        rule(period, "bottom", 12)
        self._rows([*self.words.facts(snapshot.rows, snapshot.sha256)], (0.26, 0.74), labelled=True)
        self.document.add_heading(self.words.t("definitions"), level=1)
        for name in self.words.definitions():
            paragraph = self._paragraph(after=3)
            paragraph.paragraph_format.left_indent = Mm(4)
            rule(paragraph, "left", 8)
            self._run(paragraph, name, 9.5, SERIF)

    def section(self, number: int, section: Section) -> None:
        """One part: heading, notes, table."""
        self.document.add_heading(f"{number}. {harmless(section.title.of(self.words.lang))}", level=1)
        for note in section.notes:
            paragraph = self._paragraph(after=3)
            paragraph.paragraph_format.keep_with_next = section.table is not None
            self._run(paragraph, harmless(note.of(self.words.lang)), 8.5, SERIF, faint=True)
        if section.table is not None and section.table.rows:
            self._numbers(section.table)

    def appendix(self) -> None:
        """Every number's query."""
        self.document.add_heading(self.words.t("appendix"), level=1)
        self._run(self._paragraph(), self.words.t("appendix_note"), 8.5, SERIF, faint=True)
        head = [self.words.t(f"column.{name}") for name in ("mark", "what", "value", "source")]
        rows = [(one.mark, f"{one.section} · {one.what}", one.value, one.source) for one in self.marks.values()]
        self._rows([head, *rows], (0.07, 0.27, 0.11, 0.55), headed=True, size=7, source=True)

    def _numbers(self, table: Table) -> None:
        head = [self.words.t(f"column.{name}") for name in table.head]
        made = self._grid(table.widths)
        counted = {place for line in table.rows for place, cell in enumerate(line.cells) if cell.number is not None}
        self._head(made, head, table.widths, counted)
        for line in table.rows:
            cells = made.add_row().cells
            row_property(made.rows[-1], "w:cantSplit")
            for place, (cell, said) in enumerate(zip(cells, line.cells, strict=True)):
                cell.width = Mm(WIDTH * table.widths[place])
                self._value(cell, said, right=place in counted)
        self._paragraph(after=0).paragraph_format.line_spacing = Pt(4)

    def _value(self, cell: Any, said: Cell, *, right: bool) -> None:
        paragraph = self._close(cell)
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if said.number is None:
            words = said.words.of(self.words.lang) if said.words else ""
            self._run(paragraph, _short(words), 8.5, SERIF)
            return
        unknown = said.number.value is None
        self._run(paragraph, value(said.number, self.words.lang), 9, SERIF, bold=not unknown, faint=unknown)
        if said.number.of:
            self._run(paragraph, f" n={said.number.of}", 7, SERIF, faint=True)
        self._run(paragraph, f"  {self.marks[key(said.number)].mark}", 6, SANS, faint=True)

    def _rows(
        self,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        headed: bool = False,
        labelled: bool = False,
        size: float = 8.5,
        source: bool = False,
    ) -> None:
        made = self._grid(widths)
        for number, row in enumerate(rows):
            if headed and number == 0:
                self._head(made, row, widths)
                continue
            cells = made.add_row().cells
            row_property(made.rows[-1], "w:cantSplit")
            for place, (cell, words) in enumerate(zip(cells, row, strict=True)):
                cell.width = Mm(WIDTH * widths[place])
                label = labelled and place == 0
                if label:
                    shade(cell, GROUND)
                font = SANS if label else MONO if source and place == len(row) - 1 else SERIF
                self._run(self._close(cell), harmless(words), size, font, faint=label)
        self._paragraph(after=0).paragraph_format.line_spacing = Pt(4)

    def _grid(self, widths: Sequence[float]) -> Any:
        table = self.document.add_table(rows=0, cols=len(widths))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        lines(table)
        for column, share in zip(table.columns, widths, strict=True):
            column.width = Mm(WIDTH * share)
        return table

    def _head(
        self, table: Any, names: Sequence[str], widths: Sequence[float], right: Collection[int] = frozenset()
    ) -> None:
        cells = table.add_row().cells
        row_property(table.rows[-1], "w:cantSplit")
        row_property(table.rows[-1], "w:tblHeader")
        for place, (cell, name) in enumerate(zip(cells, names, strict=True)):
            cell.width = Mm(WIDTH * widths[place])
            shade(cell, GROUND)
            paragraph = self._close(cell)
            paragraph.paragraph_format.keep_with_next = True
            if place in right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            self._run(paragraph, name, 8.5, SANS, bold=True)

    def _close(self, cell: Any) -> Any:
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.line_spacing = 1.05
        return paragraph

    def _footer(self, section: Any) -> None:
        paragraph = section.footer.paragraphs[0]
        paragraph.style = self.document.styles["Normal"]
        stops = paragraph.paragraph_format.tab_stops
        stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
        self._run(paragraph, f"{self.words.title} · {self.words.period_said}\t", 7.5, SANS, faint=True)
        for name, between in (("PAGE", " / "), ("NUMPAGES", "")):
            for part in field(name):
                self._run(paragraph, "", 7.5, SANS, faint=True)._r.append(part)  # noqa: SLF001 - no other way in
            self._run(paragraph, between, 7.5, SANS, faint=True)

    def _paragraph(self, after: float = 4) -> Any:
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(0), Pt(after)
        return paragraph

    def _run(
        self,
        paragraph: Any,
        words: str,
        size: float,
        fonts: tuple[str, str],
        *,
        bold: bool = False,
        faint: bool = False,
    ) -> Any:
        run = paragraph.add_run(words)
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, FAINT if faint else INK
        set_fonts(run._r.get_or_add_rPr(), fonts)  # noqa: SLF001 - no other way in
        return run


def _short(words: str) -> str:
    """Words from outside, harmless and short enough for a cell."""
    shown = harmless(words)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
