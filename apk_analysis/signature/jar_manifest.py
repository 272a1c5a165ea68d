"""Sections of META-INF/MANIFEST.MF and of signature files, with the exact bytes each one stands for."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from apk_analysis.defects import Defect

_LINE_END = re.compile(rb"\r\n|\r|\n")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Attributes of one entry, or of the whole file."""

    raw: bytes
    """With the empty line that ends it."""
    attributes: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str | None:
        """The entry it speaks of; only a first attribute counts."""
        key, value = self.attributes[0]
        return value if key.lower() == "name" else None

    def get(self, name: str) -> str | None:
        """The first attribute of that name; case does not matter."""
        wanted = name.lower()
        return next((value for key, value in self.attributes if key.lower() == wanted), None)

    def digests(self, suffix: str, min_sdk: int) -> list[tuple[str, bytes]]:
        """The (hash, digest) pairs that some Android version from `min_sdk` on would check. Raises Defect."""
        found: list[tuple[str, bytes]] = []
        if min_sdk < 18:
            for algorithm in (self.get("Digest-Algorithms") or "SHA SHA1").split():
                value = self.get(algorithm + suffix)
                hash_name, since = OLDER_DIGESTS.get(algorithm.upper(), ("", min_sdk + 1))
                if value is not None and since <= min_sdk:
                    found.append((hash_name, _decode(value)))
                    break
            if not found:
                return []
        for algorithm, hash_name in NEWER_DIGESTS:
            value = self.get(algorithm + suffix)
            if value is not None:
                pair = hash_name, _decode(value)
                return found if pair in found else [*found, pair]
        return found


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Defect("malformed_signature_file", f"digest is not base64: {text[:60]}") from error


def read_sections(data: bytes) -> list[Section]:
    """All sections, the main one first; empty sections are skipped, as Android does."""
    sections: list[Section] = []
    lines: list[bytes] = []
    at = start = 0
    while at < len(data):
        hit = _LINE_END.search(data, at)
        stop, following = (hit.start(), hit.end()) if hit else (len(data), len(data))
        line, at = data[at:stop], following
        if line:
            if line[:1] == b" " and lines:
                lines[-1] += line[1:]
            else:
                lines.append(line)
        elif lines:
            sections.append(_section(data[start:at], lines))
            lines = []
        if not lines:
            start = at
    if lines:
        sections.append(_section(data[start:], lines))
    return sections


def _section(raw: bytes, lines: list[bytes]) -> Section:
    attributes = []
    for line in lines:
        key, _, value = line.decode("utf-8", "surrogateescape").partition(": ")
        attributes.append((key, value))
    return Section(raw=raw, attributes=tuple(attributes))
