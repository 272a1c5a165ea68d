"""The custody manifest: one line of JSON for each thing in the bundle, each bound to the one before by its hash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from takedown.evidence.checking.bundle import FORMAT
from takedown.evidence.checking.chained import START


def sealed_line(body: Mapping[str, Any]) -> tuple[bytes, str]:
    """The line as it stands in the file, and its hash. ASCII only, so that it reads the same everywhere."""
    raw = json.dumps(body, separators=(",", ":")).encode()
    digest = sha256(raw).hexdigest()
    return raw[:-1] + b',"entry_sha256":"' + digest.encode() + b'"}\n', digest


class Custody:
    """The manifest under way."""

    def __init__(self, about: Mapping[str, Any]) -> None:
        """Begins with a line about the bundle as a whole."""
        self._lines: list[bytes] = []
        self.head = START
        self._numbered = 0
        self._bytes = 0
        self._add({"kind": "bundle", "format": FORMAT, **about})

    def _add(self, entry: Mapping[str, Any]) -> None:
        line = {"seq": len(self._lines) + 1, "prev_entry_sha256": self.head, **entry}
        raw, self.head = sealed_line(line)
        self._lines.append(raw)

    def enter(self, entry: Mapping[str, Any]) -> str:
        """Adds one thing; returns the id by which lists and people name it ('A-0001')."""
        self._numbered += 1
        name = f"A-{self._numbered:04}"
        self._add({"artefact_id": name, **entry})
        self._bytes += entry["size"] if "within" not in entry else 0
        return name

    def seal(self) -> bytes:
        """Ends it; the manifest as a file. `head` is the seal then."""
        self._add({"kind": "seal", "entries": len(self._lines), "bytes": self._bytes})
        return b"".join(self._lines)


def stamp_note(seal: str, *, tsr_sha256: str, size: int, at: str, path: str) -> bytes:
    """The one line behind the seal: which time stamp was given to it."""
    body = {"seq": 1, "prev_entry_sha256": seal, "kind": "time_stamp", "path": path, "tsr_path": path}
    return sealed_line({**body, "size": size, "sha256": tsr_sha256, "captured_at": at})[0]


def taken(who: str, action: str, at: str) -> dict[str, str]:
    """One step of custody."""
    return {"who": who, "action": action, "at": at}


def lines(manifest: bytes) -> Iterator[dict[str, Any]]:
    """The entries of a manifest of ours."""
    yield from (json.loads(line) for line in manifest.splitlines())
