"""Manifest, labels and icons of real packages, beside what aapt says of them."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from apk_analysis.analyse import analyse
from apk_analysis.fingerprint import Fingerprint
from tests.conftest import missing

Rows = list[tuple[Path, dict[str, str]]]
pytestmark = pytest.mark.shared
PSEUDO = re.compile("[\u200e\u200f]")
"""Of Android's pseudo-languages for testing, which aapt takes for English where both are there."""


@pytest.fixture(scope="module")
def pairs(corpus: Rows) -> list[tuple[Fingerprint, str]]:
    if not shutil.which("aapt"):
        missing("shared", "the program aapt (Debian package aapt)")
    looked = [(analyse(path).fingerprint, _badging(path)) for path, _ in corpus]
    return [(found, said) for found, said in looked if said.startswith("package:")]


@cache
def _badging(path: Path) -> str:
    run = subprocess.run(["aapt", "dump", "badging", str(path)], capture_output=True, check=False)
    return run.stdout.decode("utf-8", "replace")


def _shown(labels: dict[str, str], locale: str) -> str | None:
    """What a device of that language shows."""
    parts = locale.split("-")
    tried = ["-".join(parts[:size]) for size in range(len(parts), 0, -1)]
    return next((labels[name] for name in [*tried, ""] if name in labels), None)


def test_labels_of_all_languages(pairs: list[tuple[Fingerprint, str]]) -> None:
    wrong, compared = [], 0
    for found, said in pairs:
        for locale, label in re.findall(r"^application-label-(.*?):'(.*)'$", said, re.MULTILINE):
            compared += 1
            if _shown(found.labels, locale) != label and not PSEUDO.search(label):
                wrong.append((found.package, locale, label))
    assert compared > 300 and not wrong


def test_permissions(pairs: list[tuple[Fingerprint, str]]) -> None:
    for found, said in pairs:
        implied = set(re.findall(r"^uses-implied-permission: name='(.*?)'", said, re.MULTILINE))
        asked = re.findall(r"^uses-permission(?:-sdk-23)?: name='(.*?)'", said, re.MULTILINE)
        own = [name for name in dict.fromkeys(asked) if name not in implied or name in found.permissions]
        assert [*found.permissions] == own, found.package
        assert (found.permissions_sha256 is None) == (not found.permissions)


def test_what_a_launcher_opens(pairs: list[tuple[Fingerprint, str]]) -> None:
    opened = 0
    for found, said in pairs:
        for name in re.findall(r"^launchable-activity: name='(.*?)'", said, re.MULTILINE):
            (component,) = [item for item in found.components if item.name == name and "activity" in item.kind]
            assert "android.intent.action.MAIN" in component.actions
            opened += 1
    assert opened > 20


def test_every_icon_is_drawn(pairs: list[tuple[Fingerprint, str]]) -> None:
    with_icon = [(found, said) for found, said in pairs if re.search(r"^application:.* icon='.+?'", said, re.MULTILINE)]
    assert len(with_icon) > 40
    for found, _ in with_icon:
        assert found.icon is not None and found.icon == found.icons[0], found.package
        assert not [item for item in found.problems if item.part == "icon"]
        assert len({icon.sha256 for icon in found.icons}) == len(found.icons) <= 40


def test_our_own_reader_reads_them_all(pairs: list[tuple[Fingerprint, str]]) -> None:
    assert {found.reader for found, _ in pairs} == {"own"}
