"""Letters as files: Chinese in embedded fonts, never a box; what a page says is never markup; the same bytes every time."""

import io
import re
import shutil
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from takedown.exporters.docx_letter import export_notice as export_docx
from takedown.exporters.pdf_letter import export_notice as export_pdf
from takedown.exporting import ExportError, PartMissingError
from takedown.letters import typesetting
from takedown.letters.typesetting import typeset
from takedown.letters.word import drawn
from takedown.letters.writing import letter
from tests.takedown.letters.notices import HOSTILE, NOW, context, many, notice, rich
from tests.takedown.objects import target

LANGUAGES = ("zh", "en")
LOOKS_LIKE = "小舟智聊官方版 1"


def text_of(pdf: bytes) -> str:
    """Without line breaks and blanks, which the typesetter places."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def text_of_docx(made: bytes) -> str:
    document = docx.Document(io.BytesIO(made))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def pdf_of(said: object = None, **given: object) -> bytes:
    return typeset(letter(notice(said), context(**given)), NOW)  # type: ignore[arg-type] # one of the literals, or refused


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_pdf_can_be_read_copied_and_printed_anywhere(lang: str, tmp_path: Path) -> None:
    (path,) = export_pdf(notice(), context(language=lang), tmp_path)
    reader = pypdf.PdfReader(path)
    said = text_of(path.read_bytes())
    checksum, page = f"{1:064x}", {"zh": f"第1页，共{len(reader.pages)}页", "en": f"Page1of{len(reader.pages)}"}[lang]
    for fact in (LOOKS_LIKE.replace(" ", ""), "https://apps.example.org/app/1", checksum, "9f" * 32, "李示例", page):
        assert fact in said
    assert reader.metadata is not None and reader.metadata.title
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for sheet in reader.pages
        for font in sheet["/Resources"]["/Font"].values()  # type: ignore[index] # of a plain object
    ]
    assert fonts and all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font) for font in fonts)
    assert any("NotoSerifSC" in font["/FontName"] for font in fonts)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_notice_gives_the_same_bytes(lang: str) -> None:
    made = letter(notice(), context(language=lang))
    assert typeset(made, NOW) == typeset(made, NOW)
    assert drawn(made, NOW) == drawn(made, NOW)


def test_hostile_words_are_text_in_a_pdf_and_a_docx() -> None:
    hostile = rich(target(title=HOSTILE), summary=HOSTILE, brand_name=HOSTILE)
    said = text_of(pdf_of(hostile))
    assert "<b>加粗</b>#panic()$x$=1+1<U+202E>倒序" in said and "{page}" in said
    word = text_of_docx(drawn(letter(notice(hostile), context()), NOW))
    assert "<b>加粗</b> #panic() $x$ =1+1 <U+202E>倒序 <U+0000>" in word


@pytest.mark.parametrize(
    "odd",
    ["한국어", "𒀀楔形", "\U000f0000", "a\u0338\u20dd", "👨‍👩‍👧 🔥 ✅", "עברית العربية", "ไทย", "é" * 40, "\ue000"],
)
def test_characters_without_a_glyph_become_their_names_and_never_boxes(odd: str) -> None:
    said = text_of(pdf_of(rich(target(title=f"一{odd}二"))))
    assert "一" in said and "二" in said
    if not set(odd) & set("عת"):  # copied text of scripts from right to left has an order of its own
        for character in filter(str.isalpha, odd):
            assert character in said or f"<U+{ord(character):04X}>" in said
    printed = {
        "한국어": False,
        "𒀀楔形": False,
        "ไทย": True,
        "עברית العربية": True,
        "👨‍👩‍👧 🔥 ✅": True,
        "é" * 40: True,
    }
    assert printed.get(odd) in {None, "<U+" not in said}


@given(st.text(max_size=60))
@settings(max_examples=8, deadline=None)
def test_any_title_can_be_printed(title: str) -> None:
    made = letter(notice(rich(target(title=title))), context())
    assert typeset(made, NOW).startswith(b"%PDF")
    assert drawn(made, NOW).startswith(b"PK")


def test_long_words_stay_on_the_page() -> None:
    url = "https://apps.example.org/" + "a" * 300
    made = pdf_of(rich(target(url=url, title="W" * 300)))
    assert url in text_of(made) and "W" * 300 in text_of(made)
    if shutil.which("pdftotext"):
        boxes = subprocess.run(
            ["pdftotext", "-bbox", "-", "-"], input=made, capture_output=True, check=True
        ).stdout.decode()
        right = [float(x) for x in re.findall(r'<word [^>]*xMax="([\d.]+)"', boxes)]
        assert right and max(right) <= 595 - 60, "A4 is 595 points wide, margins are 71"


def test_without_a_chinese_font_there_is_no_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    class Poor:
        def families(self) -> list[str]:
            return ["Libertinus Serif"]

    monkeypatch.setattr(typesetting, "_fonts", Poor)
    with pytest.raises(PartMissingError, match="fonts-noto-cjk"):
        typeset(letter(notice(), context()), NOW)


def test_a_sheet_that_fails_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "letter.typ"
    broken.write_text("#unknown", "utf-8")
    monkeypatch.setattr(typesetting, "SHEET", broken)
    with pytest.raises(ExportError, match="unknown"):
        typeset(letter(notice(), context()), NOW)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_docx_has_headings_tables_page_numbers_and_chinese_fonts(lang: str, tmp_path: Path) -> None:
    (path,) = export_docx(notice(), context(language=lang), tmp_path)
    document = docx.Document(str(path))
    headings = [each.text for each in document.paragraphs if each.style is not None and each.style.name == "Heading 1"]
    assert headings[0] == {"zh": "一、观察到的事实", "en": "1. What was observed"}[lang]
    assert len(document.tables) >= 4
    said = text_of_docx(path.read_bytes())
    for fact in (LOOKS_LIKE, "https://apps.example.org/app/1", f"{1:064x}", "9f" * 32, "李示例"):
        assert fact in said
    footer = document.sections[0].footer._element.xml
    assert "PAGE" in footer and "NUMPAGES" in footer
    assert 'w:eastAsia="宋体"' in document.styles["Normal"].element.xml
    assert document.core_properties.created.isoformat().startswith("2026-11-25T10:00:00")


@pytest.mark.parametrize("export", [export_pdf, export_docx])
def test_what_finds_no_room_goes_into_the_annex_whole(export, tmp_path: Path) -> None:
    long = "标题" * 50_000 + "末"
    said = many(30)
    said = rich(target(1, title=long), *said.targets[1:], allegations=said.allegations, attachments=said.attachments)
    made, annex = export(notice(said), context(), tmp_path)
    assert annex.name.endswith("-annex.xlsx") and made.stat().st_size < 2_000_000
    assert (annex.stat().st_mode & 0o777, made.stat().st_mode & 0o777) == (0o600, 0o600)
    book = openpyxl.load_workbook(annex)
    assert book.sheetnames == ["对象", "页面原文", "对比", "附件", "长文本全文"]
    assert book["对象"].max_row == 31 and book["附件"].max_row == 31
    assert "".join(str(row[3]) for row in book["长文本全文"].iter_rows(min_row=2, values_only=True)) == long


def test_five_thousand_targets_make_a_letter_of_some_pages(tmp_path: Path) -> None:
    made, annex = export_pdf(notice(many(5_000)), context(), tmp_path)
    assert len(pypdf.PdfReader(made).pages) < 30
    with closing(openpyxl.load_workbook(annex, read_only=True)) as book:
        assert sum(1 for _ in book["对象"].iter_rows()) == 5_001


def test_form_that_forbids_personal_data_gets_a_letter_without_them(tmp_path: Path) -> None:
    shown = context()
    assert shown.form is not None
    form = replace(shown.form, forbids_personal=True)
    (path,) = export_docx(notice(rich(summary="联系 13800001111 或 a@b.example")), context(form=form), tmp_path)
    said = text_of_docx(path.read_bytes())
    for personal in ("李示例", "legal@example.org", "010-00000000", "EXAMPLE-0001", "13800001111", "a@b.example"):
        assert personal not in said
    assert "小舟科技（示例）有限公司" in said
