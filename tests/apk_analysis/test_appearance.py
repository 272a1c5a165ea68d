"""Labels in every language and the launcher icon."""

import io
from pathlib import Path

import pytest
from PIL import Image

from apk_analysis.analyse import Analysis, analyse
from apk_analysis.defects import Defect
from apk_analysis.icons import MOST_PIXELS, dhash, normalise
from apk_analysis.resources import Resources
from tests.apk_analysis import build

LABEL, ICON = 0x7F010000, 0x7F020000
LABELS = {"": "Example", "zh": "示例", "zh-CN": "示例助手", "zh-TW": "範例", "fr": "Exemple"}


def picture(colour: str = "red", size: int = 48, form: str = "PNG") -> bytes:
    image = Image.new("RGB", (size, size), colour)
    image.paste("white", (0, 0, size // 2, size // 2))
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


def look(folder: Path, files: dict[str, bytes]) -> Analysis:
    path = folder / "sample.apk"
    path.write_bytes(build.archive(files))
    return analyse(path)


def test_labels_of_all_locales(tmp_path: Path) -> None:
    files = {**build.files(label=LABEL), "resources.arsc": build.resources(LABELS)}
    found = look(tmp_path, files).fingerprint
    assert found.labels == LABELS and found.label == "Example"
    assert (found.package, found.version_code, found.version_name) == ("com.example.app", 7, "7.0")
    assert (found.min_sdk, found.target_sdk, found.reader) == (24, 29, "own")
    assert found.permissions == ("android.permission.INTERNET", "android.permission.CAMERA")


def test_a_label_written_out(tmp_path: Path) -> None:
    found = look(tmp_path, build.files(label="豆芽助手")).fingerprint
    assert found.label == "豆芽助手" and found.labels == {"": "豆芽助手"}


def test_the_densest_icon_wins(tmp_path: Path) -> None:
    files = {
        **build.files(label=LABEL, icon=ICON),
        "resources.arsc": build.resources(
            LABELS, {160: "res/a.png", 480: "res/b.webp", 240: "res/c.png", 65534: "res/d.xml"}
        ),
        "res/a.png": picture("red", 48),
        "res/b.webp": picture("blue", 144, "WEBP"),
        "res/c.png": picture("green", 72),
        "res/d.xml": b"\x03\x00\x08\x00",
    }
    found = look(tmp_path, files)
    icon = found.fingerprint.icon
    assert icon is not None and (icon.width, icon.height) == (144, 144)
    assert found.icon_png is not None and found.icon_png.startswith(b"\x89PNG")
    assert Image.open(io.BytesIO(found.icon_png)).getpixel((140, 140))[2] > 200


def test_a_broken_icon_costs_only_the_icon(tmp_path: Path) -> None:
    files = {**build.files(label=LABEL, icon=ICON), "resources.arsc": build.resources(LABELS, {160: "res/a.png"})}
    found = look(tmp_path, {**files, "res/a.png": picture()[:60]}).fingerprint
    assert found.icon is None and found.label == "Example"
    assert "icon_unreadable" in {problem.kind for problem in found.problems}
    missing = look(tmp_path, files).fingerprint
    assert "icon_missing" in {problem.kind for problem in missing.problems}


def test_pictures_beyond_the_limit_are_not_decoded() -> None:
    image = Image.new("1", (MOST_PIXELS // 4096 + 1, 4097))
    out = io.BytesIO()
    image.save(out, "PNG")
    with pytest.raises(Defect, match="icon_too_large"):
        normalise(out.getvalue())


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF", "ICO"])
def test_other_formats_are_refused(form: str) -> None:
    with pytest.raises(Defect, match="icon_unreadable"):
        normalise(picture(form=form))


def test_the_hash_sees_the_picture_and_not_its_size_or_transparency() -> None:
    def distance(one: str, other: str) -> int:
        return (int(one, 16) ^ int(other, 16)).bit_count()

    small, _ = normalise(picture(size=64))
    large, _ = normalise(picture(size=256, form="JPEG"))
    assert distance(small.dhash, large.dhash) <= 2 and small.sha256 != large.sha256
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    assert dhash(clear) == dhash(Image.new("RGB", (64, 64), "white")) == "0" * 16
    turned = Image.open(io.BytesIO(picture(size=64))).rotate(180)
    assert distance(small.dhash, dhash(turned)) >= 8


def test_metadata_does_not_change_the_icon() -> None:
    image = Image.open(io.BytesIO(picture()))
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(300, 300))
    assert normalise(out.getvalue()) == normalise(picture())


def test_references_in_resources_end(tmp_path: Path) -> None:
    table = bytearray(build.resources({"": "x"}))
    at = table.rindex(b"\x08\0\0\x03")
    table[at + 3] = 1  # a reference
    table[at + 4 : at + 8] = LABEL.to_bytes(4, "little")  # to itself
    assert Resources(bytes(table)).values(LABEL) == []
