from pathlib import Path

import pytest

from apk_analysis.walk import samples


def test_samples_in_order_and_once(tmp_path: Path) -> None:
    names = ["b.apk", "a.XAPK", "sub/c.apks", "sub/" + "0f" * 32, "sub/readme.txt", "note.md"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = [str(path.relative_to(tmp_path)) for path in samples([tmp_path, tmp_path / "b.apk", tmp_path / "note.md"])]
    assert found == sorted(["a.XAPK", "b.apk", "note.md", "sub/" + "0f" * 32, "sub/c.apks"])


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(samples([tmp_path / "nowhere"]))
