"""Signing keys whose private half is public: anybody can sign with them, so they identify nobody."""

from __future__ import annotations

from pathlib import Path

import yaml

FILE = Path(__file__).with_name("known_keys.yml")
HASHES = ("certificate_sha256", "public_key_sha256")
_NAMES: dict[str, str] = {
    entry[kind]: entry["name"] for entry in yaml.safe_load(FILE.read_text("utf-8")) for kind in HASHES if kind in entry
}


def known_test_key(certificate_sha256: str, public_key_sha256: str, subject: str) -> str | None:
    """Its name when the key is a publicly known one, or when the certificate calls itself a debug one; else None."""
    name = _NAMES.get(certificate_sha256) or _NAMES.get(public_key_sha256)
    if name:
        return name
    # Every developer machine makes its own debug key; only the fixed subject tells. The name says what it rests on.
    return "Android Debug (by subject)" if "CN=Android Debug" in subject.split(",") else None
