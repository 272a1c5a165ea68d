"""Files made to fit a form: nothing but pixels goes out, limits hold, and what stays out is told by name."""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from index.messages import LANGUAGES
from takedown.attachments import Prepared, prepared
from takedown.notice import Attachment, Content
from takedown.recipients import Field, Form, Limits
from takedown.shrinking import ShrinkError, fitted, thumbnail
from tests.takedown.objects import content

BOTH = ("image/png", "image/jpeg")
PDF = b"%PDF-1.7 not a real one"


def noise(width: int, height: int, seed: int = 1) -> Image.Image:
    """A picture that does not compress."""
    return Image.frombytes("RGB", (width, height), Random(seed).randbytes(width * height * 3))


def page(width: int, height: int) -> Image.Image:
    """Stripes, each row of another colour: pieces can be told apart."""
    return Image.frombytes(
        "RGB", (width, height), b"".join(bytes((y % 256, y // 256, 90)) * width for y in range(height))
    )


def as_bytes(picture: Image.Image, kind: str = "PNG", **said: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **said)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def test_a_picture_that_fits_keeps_its_pixels() -> None:
    source = noise(60, 40)
    (piece,) = fitted(as_bytes(source), types=BOTH)
    assert piece.media_type == "image/png"
    assert opened(piece.data).tobytes() == source.tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_what_stands_beside_the_pixels_is_left_behind(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = "secret place", "secret author"
    said: dict[str, Any] = {"exif": exif, "icc_profile": b"secret profile" * 20}
    if kind == "PNG":
        said["pnginfo"] = PngImagePlugin.PngInfo()
        said["pnginfo"].add_text("Comment", "secret comment")
    if kind == "JPEG":
        said["comment"] = b"secret comment"
    data = as_bytes(noise(40, 40), kind, **said)
    assert b"secret" in data
    for types in (BOTH, BOTH[:1], BOTH[1:]):
        (piece,) = fitted(data, types=types)
        assert b"secret" not in piece.data
        assert not opened(piece.data).getexif()
        assert set(opened(piece.data).info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }


def test_a_picture_lying_on_its_side_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (piece,) = fitted(as_bytes(noise(60, 40), "JPEG", exif=exif), types=BOTH)
    assert (piece.width, piece.height) == (40, 60)


def test_clear_parts_become_white() -> None:
    (piece,) = fitted(as_bytes(Image.new("RGBA", (10, 10), (0, 0, 0, 0))), types=("image/jpeg",))
    assert opened(piece.data).getpixel((5, 5)) == (255, 255, 255)


def test_a_picture_is_shrunk_until_it_fits() -> None:
    data = as_bytes(noise(1600, 900))
    assert len(data) > 4_000_000
    (piece,) = fitted(data, types=BOTH, max_bytes=500_000)
    assert len(piece.data) <= 500_000
    assert piece.media_type == "image/jpeg"
    assert piece.width >= 800
    (piece,) = fitted(data, types=BOTH[:1], max_bytes=1_500_000)
    assert piece.media_type == "image/png"
    assert len(piece.data) <= 1_500_000


def test_a_picture_is_never_shrunk_until_nobody_can_read_it() -> None:
    with pytest.raises(ShrinkError, match="unreadable"):
        fitted(as_bytes(noise(1600, 900)), types=BOTH, max_bytes=20_000)


def test_a_long_page_is_cut_and_loses_no_row() -> None:
    source = page(40, 2500)
    pieces = fitted(as_bytes(source), types=BOTH, max_pixels=1000)
    assert [piece.height for piece in pieces] == [834, 834, 832]
    assert b"".join(opened(piece.data).tobytes() for piece in pieces) == source.tobytes()


def test_a_large_picture_that_is_no_page_is_made_smaller_as_a_whole() -> None:
    (piece,) = fitted(as_bytes(page(1200, 900)), types=BOTH, max_pixels=600)
    assert (piece.width, piece.height) == (600, 450)


def bomb() -> bytes:
    """A PNG of 60,000 x 60,000 in a few hundred bytes."""
    data = bytearray(as_bytes(Image.new("1", (8, 8))))
    data[16:24] = (60_000).to_bytes(4) * 2
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x89PNG\r\n\x1a\n", b"<svg/>", bomb(), as_bytes(noise(50, 50))[:2000], b"GIF89a" + b"\xff" * 30, b"%PDF-1.7", b"\x00" * 100],
    ids=["empty", "head", "svg", "bomb", "cut", "gif", "pdf", "zeros"],
)  # fmt: skip
def test_a_hostile_picture_is_an_error_by_name(data: bytes) -> None:
    for made in (lambda: fitted(data, types=BOTH, max_bytes=100), lambda: thumbnail(data)):
        with pytest.raises(ShrinkError) as raised:
            made()
        assert raised.value.reason in {"no_picture", "too_many_pixels"}


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    with pytest.raises(ShrinkError, match=r"too_many_pixels|no_picture"):
        fitted(bomb(), types=BOTH)
    with pytest.raises(ShrinkError, match="too_many_pixels"):
        fitted(as_bytes(Image.new("1", (10_000, 6_000))), types=BOTH)
    with pytest.raises(ShrinkError, match="too_long"):
        fitted(as_bytes(Image.new("1", (10, 30_000))), types=BOTH, max_pixels=1000)


def test_a_thumbnail_is_small() -> None:
    small = opened(thumbnail(as_bytes(page(1280, 8000))))
    assert small.width <= 220
    assert small.height <= 160


class Kept:
    """Attachments and the folder that they are kept in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def add(self, data: bytes, kind: str = "screenshot", media_type: str = "image/png", **said: Any) -> Attachment:
        digest = sha256(data).hexdigest()
        (self.folder / digest).write_bytes(data)
        return Attachment(
            kind=kind, name="../../etc/passwd", sha256=digest, size=len(data), media_type=media_type, **said
        )

    def find(self, digest: str) -> Path | None:
        return self.folder / digest if (self.folder / digest).exists() else None


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "kept")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


def form(limits: Limits, *kinds: str, **said: Any) -> Form:
    fields = [Field(id=kind, path=f"attachments.{kind}", label_zh=kind, label_en=kind, kind="file") for kind in kinds]
    return Form(
        id="form", title_zh="表", title_en="form", version="1", verified_at="2026-11-25", source="test",
        bases=("impersonation",), fields=tuple(fields), attachments=limits, **said,
    )  # fmt: skip


Pack = Callable[..., tuple[Prepared, ...]]


@pytest.fixture
def pack(kept: Kept, out: Path) -> Pack:
    def made(limits: Limits, *attachments: Attachment, kinds: tuple[str, ...] = ("screenshot", "paper"), **said: Any):
        given: Content = content(attachments=attachments)
        return prepared(given, form(limits, *kinds, **said), kept.find, out, "en")

    return made


def test_files_are_renamed_and_lie_in_the_folder(kept: Kept, out: Path, pack: Pack) -> None:
    found = pack(Limits(), kept.add(as_bytes(noise(20, 20))), kept.add(PDF, "paper", "application/pdf"))
    assert [file.name for each in found for file in each.files] == ["01-screenshot.png", "02-paper.pdf"]
    assert sorted(path.name for path in out.iterdir()) == ["01-screenshot.png", "02-paper.pdf"]
    assert (out / "02-paper.pdf").read_bytes() == PDF
    for each in found:
        for file in each.files:
            data = (out / file.name).read_bytes()
            assert (file.sha256, file.size) == (sha256(data).hexdigest(), len(data))
    assert [each.changed for each in found] == [found[0].files[0].sha256 != found[0].attachment.sha256, False]


def test_a_name_is_as_short_as_the_form_wants(kept: Kept, pack: Pack) -> None:
    found = pack(Limits(name_length=12), kept.add(as_bytes(noise(20, 20))))
    assert len(found[0].files[0].name) <= 12
    assert found[0].files[0].name.endswith(".png")


def test_each_field_gets_a_file_before_any_gets_two(kept: Kept, pack: Pack) -> None:
    shots = [kept.add(as_bytes(noise(20, 20, seed))) for seed in range(5)]
    found = pack(Limits(max_count=2), *shots, kept.add(PDF, "paper", "application/pdf"))
    assert [each.attachment.kind for each in found if each.files] == ["screenshot", "paper"]
    assert [bool(each.problem) for each in found] == [False, False, True, True, True, True]


def test_the_limit_for_all_files_holds(kept: Kept, out: Path, pack: Pack) -> None:
    shots = [kept.add(as_bytes(noise(600, 400, seed))) for seed in range(6)]
    found = pack(Limits(max_total=400_000), *shots)
    assert sum(path.stat().st_size for path in out.iterdir()) <= 400_000
    assert sum(bool(each.files) for each in found) >= 2
    assert all(each.files or each.problem for each in found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_to_stay_out_is_told(kept: Kept, out: Path, lang: str) -> None:
    shot = kept.add(as_bytes(noise(900, 900)))
    missing = Attachment(kind="screenshot", name="x", sha256="0" * 64, size=1, media_type="image/png")
    swapped = kept.add(as_bytes(noise(20, 20)), note="swapped")
    (kept.folder / swapped.sha256).write_bytes(b"other bytes")
    paper = kept.add(PDF, "paper", "application/pdf")
    forged = kept.add(PDF + b"2", "paper", "application/pdf")
    (kept.folder / forged.sha256).write_bytes(PDF + b"3")
    heavy = kept.add(PDF + b" " * 20_000, "paper", "application/pdf")
    archive = kept.add(b"PK", "wacz", "application/wacz")
    person = kept.add(PDF + b"me", "paper", "application/pdf", personal=True)
    broken = kept.add(b"no picture")
    given = content(attachments=(shot, missing, swapped, paper, forged, heavy, archive, person, broken))
    limits = Limits(max_bytes=10_000)
    found = prepared(given, form(limits, "screenshot", "paper", forbids_personal=True), kept.find, out, lang)
    problems = {each.attachment: each.problem for each in found}
    assert [each for each, problem in problems.items() if not problem] == [paper]
    assert len(set(problems.values())) == 8, "missing, changed (twice), unreadable, heavy, type, personal, broken"
    assert [path.name[2:] for path in out.iterdir()] == ["-paper.pdf"]


def test_a_form_without_uploads_gets_none(kept: Kept, out: Path, pack: Pack) -> None:
    found = pack(Limits(types=()), kept.add(as_bytes(noise(20, 20))), kept.add(PDF, "paper", "application/pdf"))
    assert all(each.problem for each in found)
    assert not list(out.iterdir())
