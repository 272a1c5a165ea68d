"""Signing keys that many people share: signing with one of them identifies nobody."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from apk_analysis.fingerprint import Sharing

FILE = Path(__file__).with_name("known_keys.yml")
HASHES = ("certificate_sha256", "public_key_sha256")
DEBUG = "Android Debug (by subject)"
"""Every developer machine makes its own debug key; only the fixed subject tells. The name says what it rests on."""


class KnownKey(NamedTuple):
    """A key that somebody else has too, or that was made for tests only."""

    name: str
    shared_by: Sharing | None
    """None for a debug key of one machine's own."""


@cache
def _known() -> dict[str, KnownKey]:
    """Hash of certificate or key -> what it is."""
    entries = yaml.safe_load(FILE.read_text("utf-8"))
    return {
        entry[kind]: KnownKey(entry["name"], entry["shared_by"])
        for entry in entries
        for kind in HASHES
        if kind in entry
    }


def known_key(certificate_sha256: str, public_key_sha256: str, subject: str) -> KnownKey | None:
    """What the key is when it is a shared one, or when the certificate calls itself a debug one; else None."""
    found = _known().get(certificate_sha256) or _known().get(public_key_sha256)
    if found:
        return found
    return KnownKey(DEBUG, None) if "CN=Android Debug" in subject.split(",") else None
