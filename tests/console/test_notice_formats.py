"""`copycatch notice export` in every format, from what was really drafted and approved; each opened by its own library."""

import email
import json
from email import policy
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest
import stix2
from pymisp import MISPEvent

from index.home import Home
from takedown.exporters import notice_exporters
from takedown.letters import typesetting
from tests.console.test_notice_command import drafted, fill, pictured
from tests.console.test_notice_command import place as place  # noqa: PLC0414 - a fixture

FORMATS = sorted(set(notice_exporters()) - {"xarf"})
"""Without X-ARF, which needs to know the genuine site."""


@pytest.fixture
def approved(place: Home, copycatch) -> str:
    fill(place, pictured(place, 1), pictured(place, 2))
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "huawei_appgallery")
    assert copycatch("notice", "edit", name, "--set", "reporter.id_number=EXAMPLE-1", "--sign", "李示例").code == 0
    assert copycatch("notice", "approve", name, "--as", "wang").code == 0
    return name


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_approved_notice_leaves_in_every_format(approved: str, copycatch, lang: str) -> None:
    formats = [word for name in FORMATS for word in ("--format", name)]
    answer = copycatch("notice", "export", approved, *formats, "--out", "out", "--language", lang, "--json")
    assert answer.code == 0, answer.err
    (document,) = answer.fits("notice_export")
    made = {Path(name).name.partition(".")[2]: Path("out", name) for name in document["files"]}
    title = "小舟智聊"
    assert any(title in page.extract_text() for page in pypdf.PdfReader(made["pdf"]).pages)
    assert any(title in each.text for each in docx.Document(str(made["docx"])).paragraphs)
    assert openpyxl.load_workbook(made["xlsx"]).worksheets[0].max_row == 3
    mail = email.message_from_bytes(made["eml"].read_bytes(), policy=policy.default)
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert any(name.endswith(".pdf") for name in names) and any(name.endswith(".png") for name in names)
    stix2.parse(made["stix.json"].read_text("utf-8"), allow_custom=False)
    event = MISPEvent()
    event.load_file(made["misp.json"])
    assert "李示例" not in made["misp.json"].read_text("utf-8")
    assert json.loads(made["json"].read_bytes())["content"]["targets"]


def test_what_x_arf_misses_is_named(approved: str, copycatch) -> None:
    answer = copycatch("notice", "export", approved, "--format", "xarf", "--out", "out")
    assert answer.code == 1 and "rights.original_url" in answer.err
    assert not any(path.is_file() for path in Path("out").rglob("*")), "nothing is left of it"


def test_a_machine_without_a_chinese_font_is_told_which_package(
    approved: str, copycatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Poor:
        def families(self) -> list[str]:
            return ["Libertinus Serif"]

    monkeypatch.setattr(typesetting, "_fonts", Poor)
    answer = copycatch("notice", "export", approved, "--format", "pdf", "--out", "out")
    assert answer.code == 4 and "fonts-noto-cjk" in answer.err
