"""Time stamps for bundles: asking for one, and the bundles that wait for one because nobody answered."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from console.exits import CommandError, Exit
from crawler.time_stamp import ask
from index.home import Home
from index.messages import t
from index.settings import Settings
from takedown.evidence.checking.bundle import MANIFEST
from takedown.evidence.time_stamp import StampError, roots_of, stamp


@dataclass(frozen=True, slots=True)
class Waiting:
    """A bundle without the time stamp that was wanted."""

    note: Path
    """In the home's `stamps/`, named by the seal."""
    bundle: Path


class Authority:
    """The time-stamp authority that the settings name."""

    def __init__(self, settings: Settings) -> None:
        """Raises CommandError where none is named, or its root certificates cannot be read."""
        if not settings.evidence.tsa:
            raise CommandError(t("evidence.stamp.no_authority"))
        self._settings = settings
        try:
            named = settings.evidence.tsa_roots
            self._roots = roots_of(Path(named).expanduser()) if named else []
        except StampError as error:
            raise CommandError(str(error)) from error

    def __call__(self, manifest: bytes) -> bytes:
        """A checked time stamp of the manifest. Raises StampError."""
        return stamp(manifest, lambda request: ask(request, self._settings), self._roots)

    def stamp_file(self, bundle: Path) -> Path:
        """Stamps a finished bundle, beside it: what was sent stays as it was. Raises StampError, CommandError."""
        try:
            with zipfile.ZipFile(bundle) as file:
                manifest = file.read(MANIFEST)
        except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError) as error:
            raise CommandError(t("evidence.no_bundle", file=bundle), Exit.FAILURES) from error
        beside = bundle.with_name(bundle.name + ".tsr")
        beside.write_bytes(self(manifest))
        return beside


def wait(home: Home, bundle: Path, seal: str) -> None:
    """Notes that a bundle waits. Raises OSError."""
    folder = home.path / "stamps"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / f"{seal}.json").write_text(json.dumps({"bundle": str(bundle.resolve())}), "utf-8")


def waiting(home: Home) -> Iterator[Waiting]:
    """All that wait, in a fixed order; notes that cannot be read are passed over."""
    for note in sorted((home.path / "stamps").glob("*.json")):
        try:
            yield Waiting(note, Path(json.loads(note.read_text("utf-8"))["bundle"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
