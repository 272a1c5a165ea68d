"""Which files on disk are looked at, in a fixed order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

ENDINGS = frozenset({".apk", ".apkm", ".apks", ".xapk"})


def samples(paths: Iterable[str | Path]) -> Iterator[Path]:
    """Every named file, and below every named folder the files that are called like a sample; sorted, each once.

    Links to folders are not followed, so that no loop is walked. Raises FileNotFoundError for a path that is not there.
    """
    found: set[Path] = set()
    for path in map(Path, paths):
        if path.is_dir():
            found.update(_below(path))
        elif path.exists():
            found.add(path)
        else:
            raise FileNotFoundError(path)
    yield from sorted(found)


def _below(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            # Samples in the quarantine are named by their hash and have no ending.
            if (path.suffix.lower() in ENDINGS or _is_hash(name)) and path.is_file():
                yield path


def _is_hash(name: str) -> bool:
    return len(name) == 64 and all(char in "0123456789abcdef" for char in name)
