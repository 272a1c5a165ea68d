"""Sections of META-INF/MANIFEST.MF and of signature files, with the exact bytes each one stands for."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from functools import lru_cache

from apk_analysis.defects import Defect

_SECTION = re.compile(rb"(?:[^\r\n]++(?:\r\n|\r|\n|\Z))++(?:\r\n|\r|\n)?")
"""Lines up to an empty one, which belongs to them. Without a way back, which would be remembered for each line."""
MOST = 200_000
"""Sections; an archive has at most 65,535 files."""
NEWER_DIGESTS = (("SHA-512", "sha512"), ("SHA-384", "sha384"), ("SHA-256", "sha256"), ("SHA1", "sha1"))
"""What Android 4.3 and later look for, first hit only."""
OLDER_DIGESTS = {
    "MD5": ("md5", 0),
    "SHA": ("sha1", 0),
    "SHA1": ("sha1", 0),
    "SHA-1": ("sha1", 0),
    "SHA-256": ("sha256", 0),
    "SHA-384": ("sha384", 9),
    "SHA-512": ("sha512", 9),
}
"""Names in `Digest-Algorithms` -> hash and the first Android version that knows it."""


class Section:
    """Attributes of one entry, or of the whole file."""

    def __init__(self, raw: bytes) -> None:
        """`raw`: its lines, with the empty line that ends it."""
        self.raw = raw
        if b"\n " in raw or b"\r " in raw:  # long lines continue behind a space
            raw = raw.replace(b"\r\n ", b"").replace(b"\n ", b"").replace(b"\r ", b"")
        self._lines = raw.splitlines()
        self._read: dict[bytes, bytes] | None = None
        key, _, value = self._lines[0].partition(b": ")
        self.name = str(value, "utf-8", "surrogateescape") if key.lower() == b"name" else None
        """The entry it speaks of; only a first attribute counts."""

    def _attributes(self) -> dict[bytes, bytes]:
        if self._read is None:  # of most sections only the name is ever asked for
            parts = [line.partition(b": ") for line in reversed(self._lines)]  # so that the first of a name remains
            self._read = {key.lower(): value for key, _, value in parts}
        return self._read

    def get(self, name: str) -> str | None:
        """The first attribute of that name; case does not matter."""
        value = self._attributes().get(_key(name))
        return None if value is None else str(value, "utf-8", "surrogateescape")

    def digests(self, suffix: str, min_sdk: int) -> list[tuple[str, bytes]]:
        """The (hash, digest) pairs that some Android version from `min_sdk` on would check. Raises Defect."""
        found: list[tuple[str, bytes]] = []
        attributes = self._attributes()
        if min_sdk < 18:
            for algorithm in (self.get("Digest-Algorithms") or "SHA SHA1").split():
                value = attributes.get(_key(algorithm + suffix))
                hash_name, since = OLDER_DIGESTS.get(algorithm.upper(), ("", min_sdk + 1))
                if value is not None and since <= min_sdk:
                    found.append((hash_name, _decode(value)))
                    break
            if not found:
                return []
        for algorithm, hash_name in NEWER_DIGESTS:
            value = attributes.get(_key(algorithm + suffix))
            if value is not None:
                pair = hash_name, _decode(value)
                return found if pair in found else [*found, pair]
        return found


@lru_cache(maxsize=256)
def _key(name: str) -> bytes:
    return name.lower().encode("utf-8", "surrogateescape")


def _decode(text: bytes) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        shown = str(text[:60], "utf-8", "replace")
        raise Defect("malformed_signature_file", f"digest is not base64: {shown}") from error


def read_sections(data: bytes) -> Iterator[Section]:
    """All sections, the main one first; empty sections are skipped, as Android does. Raises Defect at the MOST-th."""
    for number, raw in enumerate(_SECTION.finditer(data)):
        if number == MOST:
            raise Defect("too_large", f"more than {MOST} sections")
        yield Section(raw[0])


def hashes_named(data: bytes) -> frozenset[str]:
    """Hashes whose digests of files stand in a manifest: those and no others can be asked for."""
    lower = data.lower()
    return frozenset(name for word, (name, _) in OLDER_DIGESTS.items() if f"{word}-digest: ".lower().encode() in lower)
