"""What this machine has and lacks: each check says what is there, whether it is needed, and how to get it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from index.home import HomeError, find_home
from index.messages import t
from index.open import open_index
from index.protocol import IndexUnavailable
from index.reading import ReadError
from index.settings import load_settings

LEAST_SPACE = 1 << 30
"""Bytes; archives and samples need room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    needed: bool
    """False: something works less well without it, nothing breaks."""
    found: str
    """What is there."""
    remedy: str = ""
    """How to get it; empty when all is well."""


def checks() -> Iterator[Check]:
    """All checks, in the order in which a newcomer should look at them."""
    for look in CHECKS:
        yield look()


def _check(name: str, found: object, *, ok: bool, needed: bool = True) -> Check:
    remedy = "" if ok else t(f"cli.doctor.remedy.{name}")
    return Check(name=name, ok=ok, needed=needed, found=str(found), remedy=remedy)


def _python() -> Check:
    return _check("python", sys.version.split()[0], ok=sys.version_info >= (3, 11))


def _sqlite() -> Check:
    try:
        with closing(sqlite3.connect(":memory:")) as memory:
            memory.execute("CREATE VIRTUAL TABLE probe USING fts5(words)")
    except sqlite3.Error as error:
        return _check("sqlite", f"SQLite {sqlite3.sqlite_version}: {error}", ok=False)
    return _check("sqlite", f"SQLite {sqlite3.sqlite_version}, FTS5", ok=True)


def _settings() -> Check:
    try:
        load_settings()
    except ReadError as error:
        return _check("settings", error, ok=False)
    return _check("settings", t("cli.doctor.readable"), ok=True)


def _home() -> Check:
    try:
        home = find_home().prepare()
        with tempfile.TemporaryFile(dir=home.path) as probe:
            probe.write(b"copycatch")
    except HomeError as error:
        return _check("home", error, ok=False)
    except OSError as error:
        return _check("home", f"{find_home().path}: {error.strerror}", ok=False)
    return _check("home", home.path, ok=True)


def _space() -> Check:
    folder = find_home().path
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return _check("space", f"{free / (1 << 30):.1f} GB", ok=free >= LEAST_SPACE, needed=False)


def _index() -> Check:
    try:
        settings = load_settings()
        if settings.index is None and not find_home().index.exists():
            return _check("index", t("cli.doctor.no_index_yet"), ok=True)
        index = open_index(find_home(), settings.index, write=False)
        status = index.status()
        index.close()
    except (IndexUnavailable, ReadError) as error:
        return _check("index", error, ok=False)
    return _check("index", status.get("place", ""), ok=True)


def _browser() -> Check:
    if find_spec("scrapy_playwright") is None:
        return _check("browser", t("cli.doctor.extra_missing"), ok=False, needed=False)
    found = next(_chromiums(), None)
    return _check("browser", found or t("cli.doctor.no_chromium"), ok=found is not None, needed=False)


def _ocr() -> Check:
    found = {name: find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "zxingcpp")}
    there = [name for name, ok in found.items() if ok]
    return _check("ocr", ", ".join(there) or t("cli.doctor.extra_missing"), ok=all(found.values()), needed=False)


def _chromiums() -> Iterator[str]:
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folder = Path(named) if named and named != "0" else Path.home() / ".cache/ms-playwright"
    yield from map(str, sorted(folder.glob("chromium*"), reverse=True))
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            yield path


def _fonts() -> Check:
    """Pages in Chinese are rendered as empty boxes without a Chinese font."""
    lister = shutil.which("fc-list")
    if lister is None:
        return _check("fonts", t("cli.doctor.no_fontconfig"), ok=False, needed=False)
    listed = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - a fixed command
    families = sorted({family.split(",")[0] for family in listed.stdout.splitlines() if family.strip()})
    return _check("fonts", families[0] if families else t("cli.doctor.no_fonts"), ok=bool(families), needed=False)


CHECKS: tuple[Callable[[], Check], ...] = (_python, _sqlite, _settings, _home, _space, _index, _browser, _ocr, _fonts)
