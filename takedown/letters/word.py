"""A letter as DOCX, drawn with python-docx: real headings, tables and page numbers, for people who edit and sign it.

Fonts are named, not embedded: 宋体 and 黑体 as every Chinese Office has them, Times New Roman and Arial beside them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt, RGBColor

from takedown.docx_parts import MONO, SANS, SERIF, field, language, lines, row_property, rule, set_fonts, shade
from takedown.letters.model import Block, Facts, Heading, Letter, Text
from takedown.letters.words import Words
from takedown.zips import settled

WIDTH = 160.0
"""Millimetres between the margins."""
INK, FAINT = RGBColor(0x1A, 0x1F, 0x2B), RGBColor(0x5B, 0x64, 0x72)
_CHECKSUM = re.compile(r"[0-9a-f]{32,64}(\n[0-9a-f]{32,64})*")


def drawn(letter: Letter, now: str) -> bytes:
    """The letter as DOCX; the same bytes for the same letter and time."""
    paper = _Paper(letter)
    paper.head()
    last = max(number for number, block in enumerate(letter.blocks) if isinstance(block, Heading))
    for number, block in enumerate(letter.blocks):
        paper.block(block, keep=number >= last)
    paper.signature()
    made = datetime.fromisoformat(now).replace(tzinfo=None)
    properties = paper.document.core_properties
    properties.title, properties.author, properties.comments = letter.subject[:255], letter.sender[:255], ""
    properties.created = properties.modified = made
    properties.language = "zh-CN" if letter.language == "zh" else "en-GB"
    out = BytesIO()
    paper.document.save(out)
    return settled(out.getvalue(), now)


class _Paper:
    """One document under way."""

    def __init__(self, letter: Letter) -> None:
        self.letter, self.zh = letter, letter.language == "zh"
        self.document: Any = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(25)
        section.top_margin = section.bottom_margin = Mm(24)
        normal = self.document.styles["Normal"]
        normal.font.size, normal.font.color.rgb = Pt(10.5), INK
        set_fonts(normal.element.get_or_add_rPr(), SERIF)
        language(normal.element.get_or_add_rPr())
        normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(5), 1.35 if self.zh else 1.15
        heading = self.document.styles["Heading 1"]
        heading.font.size, heading.font.bold, heading.font.color.rgb = Pt(12), True, INK
        set_fonts(heading.element.get_or_add_rPr(), SANS)
        heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(14), Pt(5)
        self._footer(section)

    def head(self) -> None:
        """Sender, reference and date, subject, recipient."""
        letter = self.letter
        top = self._paragraph(after=8)
        self._run(top, letter.sender, 13, SANS, bold=True)
        if letter.on_behalf:
            self._run(top, f" {letter.on_behalf}", 9, SANS, faint=True)
        rule(top, "bottom", 12)
        self._sides(self._paragraph(after=14), letter.reference, letter.date)
        subject = self._paragraph(after=14)
        subject.alignment = WD_ALIGN_PARAGRAPH.CENTER if self.zh else WD_ALIGN_PARAGRAPH.LEFT
        self._run(subject, letter.subject, 16 if self.zh else 14, SANS, bold=True)
        self._run(self._paragraph(), letter.to, 11, SERIF, bold=not self.zh)

    def block(self, block: Block, *, keep: bool) -> None:
        """One block of the letter; kept on one page with what follows where that is the signature."""
        if isinstance(block, Heading):
            self.document.add_heading(block.text, level=1)
        elif isinstance(block, Text):
            self._text(block, keep=keep)
        elif isinstance(block, Facts):
            if block.title:
                title = self._paragraph(after=3)
                title.paragraph_format.keep_with_next = True
                self._run(title, block.title, 9.5, SANS, faint=True)
            self._table(block.rows, (0.23, 0.77), labelled=True)
        else:
            self._table((block.head, *block.rows), block.widths, headed=True)

    def signature(self) -> None:
        """Who signs, on the right; never alone on a page."""
        first, signed, *rest = self.letter.signature
        self._run(self._right(before=18, after=2), first, 10.5, SANS, bold=True)
        self._run(self._right(after=22), signed, 10.5, SERIF)
        for words in rest:
            self._run(self._right(after=2), words, 10.5, SERIF)
        small = self._paragraph(before=14)
        rule(small, "top", 4)
        self._run(small, self.letter.small, 7.5, SERIF, faint=True)

    def _text(self, block: Text, *, keep: bool) -> None:
        paragraph = self._paragraph()
        paragraph.paragraph_format.keep_with_next = keep or block.style == "strong"
        if block.style == "strong":
            paragraph.paragraph_format.space_before = Pt(6)
            self._run(paragraph, block.text, 10.5, SANS, bold=True)
        elif block.style == "quote":
            paragraph.paragraph_format.left_indent = Mm(4)
            rule(paragraph, "left", 12)
            self._run(paragraph, block.text, 10, SERIF)
        elif block.style == "small":
            self._run(paragraph, block.text, 8.5, SERIF, faint=True)
        else:
            paragraph.paragraph_format.first_line_indent = Pt(21) if self.zh else None
            self._run(paragraph, block.text, 10.5, SERIF)

    def _table(
        self, rows: Sequence[Sequence[str]], widths: Sequence[float], *, headed: bool = False, labelled: bool = False
    ) -> None:
        table = self.document.add_table(rows=0, cols=len(widths))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        lines(table)
        for column, share in zip(table.columns, widths, strict=True):
            column.width = Mm(WIDTH * share)
        for number, row in enumerate(rows):
            cells = table.add_row().cells
            for place, (cell, words) in enumerate(zip(cells, row, strict=True)):
                cell.width = Mm(WIDTH * widths[place])
                label = (headed and number == 0) or (labelled and place == 0)
                self._cell(cell, words, label=label)
            row_property(table.rows[-1], "w:cantSplit")
        if headed:
            row_property(table.rows[0], "w:tblHeader")
            for cell in table.rows[0].cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        self._paragraph(after=2).paragraph_format.line_spacing = Pt(6)

    def _cell(self, cell: Any, words: str, *, label: bool) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.line_spacing = 1.1
        if label:
            shade(cell, "F3F5F8")
        font = SANS if label else MONO if _CHECKSUM.fullmatch(words) else SERIF
        self._run(paragraph, words, 7.5 if font is MONO else 8.5, font, faint=label)

    def _footer(self, section: Any) -> None:
        paragraph = section.footer.paragraphs[0]
        paragraph.style = self.document.styles["Normal"]  # that of footers has tab stops of its own
        before, middle, after = re.split(
            r"\{page\}|\{pages\}", Words(self.letter.language).t("page", page="{page}", pages="{pages}")
        )
        self._run(paragraph, f"{self.letter.reference}\t{before}", 8, SANS, faint=True)
        self._field(paragraph, "PAGE")
        self._run(paragraph, middle, 8, SANS, faint=True)
        self._field(paragraph, "NUMPAGES")
        self._run(paragraph, after, 8, SANS, faint=True)
        self._stop(paragraph)

    def _field(self, paragraph: Any, name: str) -> None:
        """A number that Word works out: each part in a run of its own, or it takes the wrong size."""
        for part in field(name):
            self._run(paragraph, "", 8, SANS, faint=True)._r.append(part)  # noqa: SLF001 - python-docx has no public way

    def _sides(self, paragraph: Any, left: str, right: str) -> None:
        self._run(paragraph, f"{left}\t{right}", 8.5, SANS, faint=True)
        self._stop(paragraph)

    def _stop(self, paragraph: Any) -> None:
        stops = paragraph.paragraph_format.tab_stops
        stops.clear_all()
        stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)

    def _right(self, before: float = 0, after: float = 0) -> Any:
        paragraph = self._paragraph(before=before, after=after)
        paragraph.paragraph_format.left_indent = Mm(WIDTH * 0.45)
        paragraph.paragraph_format.keep_with_next = True
        return paragraph

    def _paragraph(self, before: float = 0, after: float = 5) -> Any:
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
        return paragraph

    def _run(
        self, paragraph: Any, words: str, size: float, font: tuple[str, str], *, bold: bool = False, faint: bool = False
    ) -> Any:
        run = paragraph.add_run(words)
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, FAINT if faint else INK
        set_fonts(run._r.get_or_add_rPr(), font)  # noqa: SLF001 - python-docx has no public way
        return run
