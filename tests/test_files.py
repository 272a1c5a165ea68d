"""Rules about the files themselves."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = ("apk_analysis", "index", "detection", "takedown", "crawler", "spiders", "console", "demo")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    names = listed.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_no_index_host_is_named_in_the_pinned_requirements() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text and "index-url" not in text, path
        pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==", text, re.MULTILINE)
        assert pins and all("--hash=sha256:" in block for block in re.split(r"\n(?=\S)", text.strip())), path


def test_no_absolute_path_of_a_machine_is_in_the_tree() -> None:
    pattern = re.compile(rb"(?<![\w.])/(?:root|work|home/[a-z]+)/[\w.]")
    found = [path for path in tracked() if path.suffix not in {".apk", ".png"} and pattern.search(path.read_bytes())]
    assert not found
