"""Text and codes in pictures: what is there is read, hostile ones end, and nothing is fetched (sockets are blocked)."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from apk_analysis.pool import Pool
from detection import pictures
from detection.judge import judge
from detection.pictures import PictureText, read_picture
from detection.subject import Subject
from index.model import Listing
from tests.detection.drawn import beside, code, drawn, file_bytes, with_reader


@pytest.fixture(autouse=True)
def reader() -> None:
    with_reader()


def told(tmp_path: Path, content: bytes) -> PictureText:
    path = tmp_path / "picture"
    path.write_bytes(content)
    return read_picture(path)


def test_an_offer_in_a_picture_is_quoted_from_the_picture(tmp_path: Path) -> None:
    said = told(tmp_path, file_bytes(drawn("实时换脸 视频聊天不穿帮", "软件出售 加微信 abc12345")))
    listing = Listing(
        marketplace="shop", native_id="1", url="", title="详情见图", source_kind="second_hand", image_text=(said.text,)
    )
    judgement = judge(Subject(listing=listing))
    assert judgement.verdict != "benign"
    quotes = [one for violation in judgement.violations for one in violation.evidence if one.field == "image_text[0]"]
    assert quotes
    assert all(said.text[one.start : one.end] == one.quote for one in quotes)


def test_lines_come_from_top_to_bottom(tmp_path: Path) -> None:
    said = told(tmp_path, file_bytes(drawn("第一行文字", "Second line", "第三行文字")))
    assert said.text.replace(" ", "").splitlines() == ["第一行文字", "Secondline", "第三行文字"]


def test_a_long_picture_is_read_in_pieces_and_no_line_twice(tmp_path: Path) -> None:
    lines = [f"第{number}条说明文字" for number in range(30)]
    said = told(tmp_path, file_bytes(drawn(*lines, size=(600, 2000), points=30)))
    read = said.text.replace(" ", "").splitlines()
    assert len(read) == len(set(read)) == 30
    assert said.problem is None


def test_all_codes_of_a_picture_are_read(tmp_path: Path) -> None:
    said = told(tmp_path, file_bytes(beside(code("https://example.org/a"), code("加微信 abc12345"), code("第三个"))))
    assert sorted(said.codes) == sorted(["https://example.org/a", "加微信 abc12345", "第三个"])


def test_a_code_with_much_in_it_and_an_inverted_one(tmp_path: Path) -> None:
    assert told(tmp_path, file_bytes(code("x" * 2900, 3))).codes == ("x" * 2900,)
    inverted = Image.fromarray(255 - np.asarray(code("negative")))
    assert told(tmp_path, file_bytes(inverted)).codes == ("negative",)


def test_thousands_of_codes_end_after_the_first(tmp_path: Path) -> None:
    rows = [np.hstack([np.asarray(code(f"{row}-{n}", 1)) for n in range(40)]) for row in range(40)]
    said = told(tmp_path, file_bytes(Image.fromarray(np.vstack([row[:, : rows[0].shape[1]] for row in rows]))))
    assert len(said.codes) == 50


def test_a_control_character_in_a_code_stays_text(tmp_path: Path) -> None:
    (said,) = told(tmp_path, file_bytes(code("\x1b[2Jjavascript:alert(1)\x00"))).codes
    assert said == "\x1b[2Jjavascript:alert(1)"


KINDS = {
    "palette": lambda: file_bytes(drawn("出售软件").quantize(16)),
    "cmyk": lambda: file_bytes(drawn("出售软件").convert("CMYK"), "JPEG"),
    "grey": lambda: file_bytes(drawn("出售软件").convert("L")),
    "webp": lambda: file_bytes(drawn("出售软件"), "WEBP", lossless=True),
    "animated": lambda: file_bytes(
        drawn("出售软件"), "WEBP", save_all=True, lossless=True, append_images=[drawn("第二帧")]
    ),
    "bad profile": lambda: file_bytes(drawn("出售软件"), "JPEG", icc_profile=b"\x00\x00\xff\xffacsp" * 9),
    "transparent": lambda: file_bytes(transparent()),
}


def transparent() -> Image.Image:
    """Black ink on nothing: on a page it stands on white."""
    ink = drawn("出售软件").convert("L").point(lambda value: 255 - value)
    black = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    black.putalpha(ink)
    return black


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_pictures(tmp_path: Path, kind: str) -> None:
    assert told(tmp_path, KINDS[kind]()).text.replace(" ", "") == "出售软件"


def claims(width: int, height: int) -> bytes:
    """A PNG that says it is so large and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


HOSTILE = {
    "nothing": (b"", "picture_unreadable"),
    "a page": (b"<html>", "picture_unreadable"),
    "huge": (claims(4_000, 4_000), "picture_too_large"),
    "beyond all bounds": (claims(60_000, 60_000), "picture_unreadable"),
    "cut off": (file_bytes(Image.effect_noise((300, 300), 90))[:9000], "picture_unreadable"),
    "a bitmap": (file_bytes(Image.new("RGB", (50, 50)), "BMP"), "picture_unreadable"),
    "too many bytes": (b"\x89PNG\r\n\x1a\n" + b"\0" * (17 << 20), "picture_too_large"),
    "thin": (file_bytes(Image.new("L", (20, 60_000), 255)), "picture_cut"),
    "one pixel": (file_bytes(Image.new("RGB", (1, 1))), None),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_pictures_are_a_problem_by_name(tmp_path: Path, kind: str) -> None:
    content, problem = HOSTILE[kind]
    assert told(tmp_path, content) == PictureText(problem=problem)


def test_more_lines_than_anybody_reads_end(tmp_path: Path) -> None:
    busy = drawn(*["换脸软件 " * 9] * 60, size=(1600, 1600), points=12)
    said = told(tmp_path, file_bytes(busy))
    assert len(said.text) <= pictures.LONGEST


def test_a_worker_with_little_memory_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(file_bytes(drawn("出售软件", size=(2800, 2900), points=90), "JPEG"))
    with Pool(workers=1, timeout=60) as pool:
        assert pool.call(read_picture, path).text.replace(" ", "") == "出售软件"
