"""Libraries by the packages of their classes (libraries.yml)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("libraries.yml")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The compiled one where there is one: every worker reads the list."""
LONGEST_PACKAGE = 40
"""Parts of a package's name that are looked at; names in hostile files may have thousands."""


@lru_cache(maxsize=1)
def _facts() -> tuple[dict[str, str], frozenset[str]]:
    """(prefix -> library, libraries that start apps)."""
    read = yaml.load(FILE.read_text("utf-8"), Loader=_LOADER)  # noqa: S506 - either is a safe one
    listed: dict[str, list[str]] = read["libraries"]
    return {prefix: name for name, found in listed.items() for prefix in found}, frozenset(read["runtimes"])


def is_runtime(library: str) -> bool:
    """Whether the launcher may start an activity of that library itself."""
    return library in _facts()[1]


def library_of(package: str) -> tuple[str, str] | None:
    """(library, the longest prefix that covers the package); None when no library claims it."""
    known = _facts()[0]
    parts = package.split(".", LONGEST_PACKAGE)[:LONGEST_PACKAGE]
    for count in range(len(parts), 0, -1):
        prefix = ".".join(parts[:count])
        if prefix in known:
            return known[prefix], prefix
    return None
