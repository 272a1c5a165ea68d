"""The architecture is a test: the import rules hold, and each rule notices its own breach."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = ("apk_analysis", "index", "detection", "takedown", "crawler", "spiders", "console", "demo")

BREACHES = {  # file to add -> (its text, contract that must notice)
    "apk_analysis/planted.py": ("import index.model\n", "rooms: data walks upwards"),
    "index/planted.py": ("import detection.subject\nimport apkutils\n", "one adapter knows apkutils"),
    "detection/planted.py": ("import takedown\nimport index.sqlite\n", "detection and takedown know the domain"),
    "crawler/planted.py": ("import apk_info\n", "one adapter knows apk-info"),
    "takedown/planted.py": ("import scrapy\n", "Scrapy and browsers stay"),
    "spiders/planted.py": ("import spiders.feed\nimport console\n", "spiders do not import each other"),
    "detection/detectors/planted.py": (
        "import detection.detectors.planted_too\n",
        "detectors do not import each other",
    ),
    "detection/detectors/planted_too.py": ("", ""),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_rooms_keep_their_rules() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy of the house in which every rule is broken once."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (text, _) in BREACHES.items():
        (copy / name).write_text(text)
    result = lint(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    return result.stdout


@pytest.mark.parametrize("contract", sorted({contract for _, contract in BREACHES.values() if contract}))
def test_each_rule_notices_its_breach(planted: str, contract: str) -> None:
    line = next(line for line in planted.splitlines() if line.startswith(contract))
    assert " BROKEN" in line, line


@pytest.mark.parametrize("name", [name for name, (text, _) in BREACHES.items() if text])
def test_each_breach_is_named(planted: str, name: str) -> None:
    assert name.removesuffix(".py").replace("/", ".") in planted
