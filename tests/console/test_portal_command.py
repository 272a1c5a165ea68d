"""`copycatch notice export --format portal` as two people use it: the folder lies where it was asked for, hashes kept."""

from hashlib import sha256
from pathlib import Path

from index.home import Home
from tests.console.test_notice_command import drafted, fill, pictured, place  # noqa: F401 - a fixture


def test_a_sheet_comes_out_of_the_house(place: Home, copycatch) -> None:  # noqa: F811 - a fixture
    fill(place, pictured(place, 1), pictured(place, 2))
    name = drafted(copycatch, "u1-aaaaaaaa", "--to", "huawei_appgallery")
    edited = copycatch("notice", "edit", name, "--set", "reporter.id_number=EXAMPLE-1", "--sign", "李示例")
    assert edited.code == 0, edited.err
    assert copycatch("notice", "approve", name, "--as", "wang").code == 0
    for lang in ("zh", "en", "zh"):
        out = Path(f"out-{lang}")
        answer = copycatch("notice", "export", name, "--format", "portal", "--language", lang, "--out", out, "--json")
        (document,) = answer.fits("notice_export")
        names = {Path(file).name for file in document["files"]}
        assert {"sheet.html", "sheet.txt", "01-screenshot.png", "02-screenshot.png"} == names
        for file, digest in document["files"].items():
            assert sha256((out / file).read_bytes()).hexdigest() == digest
        text = next(out.glob("*-portal/sheet.txt")).read_text("utf-8")
        assert "EXAMPLE-1" in text
        assert "李示例" in text
        assert "!" not in text, "nothing is missing, nothing stays out"
