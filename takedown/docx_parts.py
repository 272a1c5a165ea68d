"""What python-docx leaves out, for our documents: fonts for Latin and Chinese, lines, properties of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

SERIF, SANS, MONO = ("Times New Roman", "宋体"), ("Arial", "黑体"), ("Consolas", "宋体")
"""Latin and Chinese font. They are named, not embedded: every Chinese Office has them."""


def set_fonts(properties: Any, names: tuple[str, str]) -> None:
    """Latin and Chinese font of a run or style."""
    fonts = properties.get_or_add_rFonts()
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]
    for kind in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{kind}"), names[0])
    fonts.set(qn("w:eastAsia"), names[1])


def language(properties: Any) -> None:
    """Punctuation of mainland China, whatever the reader's system."""
    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), "en-GB")
    lang.set(qn("w:eastAsia"), "zh-CN")
    properties.append(lang)


def row_property(row: Any, name: str) -> None:
    """Sets a property: 'w:cantSplit', 'w:tblHeader'."""
    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001 - python-docx has no public way


def rule(paragraph: Any, side: str, size: int) -> None:
    """A line beside a paragraph; size in eighths of a point."""
    borders = OxmlElement("w:pBdr")
    borders.append(_line(side, size, "1A1F2B" if side == "bottom" else "C9CED8"))
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001 - python-docx has no public way


def lines(table: Any) -> None:
    """Fine lines above, below and between the rows."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(_line(side, 4, "C9CED8"))
    table._tbl.tblPr.append(borders)  # noqa: SLF001 - python-docx has no public way


def _line(side: str, size: int, color: str) -> Any:
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(size)), ("space", "4"), ("color", color)):
        line.set(qn(f"w:{name}"), value)
    return line


def shade(cell: Any, fill: str) -> None:
    """Fills the ground of a cell with a colour ('F3F5F8')."""
    ground = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        ground.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(ground)  # noqa: SLF001 - python-docx has no public way


def field(name: str) -> Iterator[Any]:
    """The parts of a number that Word works out ('PAGE'), each for a run of its own."""
    for kind in ("begin", "instr", "separate", "text", "end"):
        if kind == "instr":
            part = OxmlElement("w:instrText")
            part.text = name
        elif kind == "text":
            part = OxmlElement("w:t")
            part.text = "1"
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        yield part
