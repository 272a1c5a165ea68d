"""Proofs: kept as they are, under their hash, for nobody else's eyes; what cannot be opened later is refused."""

import os
import stat
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from takedown.lifecycle import keeping
from takedown.lifecycle.keeping import keep, kept
from takedown.notices import NoticeError


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("回执.PNG", picture()),
        ("a.jpg", picture("JPEG")),
        ("a.webp", picture("WEBP")),
        ("复函.pdf", b"%PDF-1.7 invented"),
        ("复函.ofd", b"PK\x03\x04 invented"),
        ("answer.eml", b"Subject: done\n\nok"),
        ("answer.txt", "已处理".encode("gbk")),
    ],
)
def test_a_proof_is_kept_as_it_is(name: str, data: bytes, tmp_path: Path) -> None:
    source, folder = tmp_path / name, tmp_path / "home/receipts"
    source.write_bytes(data)
    found = keep(source, folder)
    assert (found.name, found.sha256, found.size) == (name, sha256(data).hexdigest(), len(data))
    assert found.path.read_bytes() == data and kept(found.sha256, folder) == found.path
    assert stat.S_IMODE(found.path.stat().st_mode) == 0o600 and stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert keep(source, folder) == found and list(folder.iterdir()) == [found.path]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", b"not a picture"),
        ("a.png", picture("JPEG")),  # another kind than it says
        ("a.png", picture()[:-40]),  # broken off
        ("a.jpg", b"<svg onload='alert(1)'/>"),
        ("a.pdf", b"<html>"),
        ("a.eml", b"\0" * 9),
        ("a.exe", b"MZ"),
        ("a", b"text"),
        ("a.txt", b""),
    ],
)
def test_what_cannot_be_opened_later_is_refused_by_name(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(NoticeError) as refusal:
        keep(tmp_path / name, tmp_path / "receipts")
    assert name in str(refusal.value) and not (tmp_path / "receipts").exists()


def test_a_huge_picture_or_file_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PIXELS", 1000)
    monkeypatch.setattr(keeping, "LARGEST", 10_000)
    (tmp_path / "a.png").write_bytes(picture(size=(40, 30)))
    (tmp_path / "b.txt").write_bytes(b"x" * 10_001)
    for name in ("a.png", "b.txt"):
        with pytest.raises(NoticeError):
            keep(tmp_path / name, tmp_path / "receipts")


def test_a_pipe_a_folder_and_nothing_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    for name in ("pipe.txt", "folder.txt", "nothing.txt"):
        with pytest.raises(NoticeError):
            keep(tmp_path / name, tmp_path / "receipts")


def test_only_a_hash_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    assert kept("../secret", tmp_path) is None and kept("*", tmp_path) is None and kept("ab" * 32, tmp_path) is None
