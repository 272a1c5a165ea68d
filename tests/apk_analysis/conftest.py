"""Real packages and Google's signature suite, in a folder that outlives the test run."""

import csv
import os
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from platformdirs import user_cache_path

from tests.conftest import REQUIRED, missing
from tests.platforms.software import fetch

SMALL_MB = 1.3
"""Without COPYCATCH_NIGHTLY only packages up to this size are fetched and looked at."""


@pytest.fixture(scope="session")
def corpus_cache() -> Path:
    return Path(os.environ.get("COPYCATCH_CORPUS") or user_cache_path("copycatch") / "corpus")


def _complete(shared: Path, folder: Path, rows: list[dict[str, str]], *options: str) -> list[dict[str, str]]:
    """The rows whose files are there; where the reference material is required, what is missing is fetched."""
    if "shared" in REQUIRED:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock"):  # test processes side by side want the same ones
            if not all((folder / row["file"]).is_file() for row in rows):
                fetch(sys.executable, str(shared / "apk_corpus" / "fetch.py"), str(folder), *options)
    there = [row for row in rows if (folder / row["file"]).is_file()]
    if len(there) < len(rows):
        missing("shared", f"{len(rows) - len(there)} packages are not in {folder}; fetch.py of the corpus brings them")
    return there


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="session")
def corpus(shared: Path, corpus_cache: Path) -> list[tuple[Path, dict[str, str]]]:
    """Real packages with what aapt and apksigner say of them."""
    nightly = os.environ.get("COPYCATCH_NIGHTLY") == "1"
    listed = _rows(shared / "apk_corpus" / "list.tsv")
    rows = [row for row in listed if nightly or int(row["size"]) <= SMALL_MB * 1e6]
    options = () if nightly else ("--max-mb", str(SMALL_MB))
    return [(corpus_cache / row["file"], row) for row in _complete(shared, corpus_cache, rows, *options)]


@pytest.fixture(scope="session")
def suite(shared: Path, corpus_cache: Path) -> list[tuple[Path, dict[str, str]]]:
    """Google's suite of signed files with apksigner's answers."""
    folder = corpus_cache / "apksig"
    rows = _complete(shared, folder, _rows(shared / "apk_corpus" / "apksig_truth.tsv"), "--apksig")
    return [(folder / row["file"], row) for row in rows]
