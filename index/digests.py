"""Digests of signing certificates as different places state them; only digests of one kind can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Kind = Literal["sha256", "sha1", "md5", "hex_md5"]
"""SHA-256, SHA-1 and MD5 of the certificate's DER bytes; `hex_md5`: MD5 of these bytes written as lower-case
hexadecimal text, which is what Xiaomi's store shows as `releaseKeyHash`."""
HEX_MD5 = "hex-md5:"
"""Stands before a `hex_md5` among stated digests: by its length it would be taken for the MD5 of the certificate."""
LENGTHS: dict[int, Kind] = {64: "sha256", 40: "sha1", 32: "md5"}
"""Hexadecimal digits -> kind."""
_SEPARATORS = re.compile(r"[\s:]")
_HEX = re.compile(r"[0-9a-f]+", re.ASCII)
_LONGEST = 200


def stated(text: object) -> str | None:
    """A digest as `Listing.declared_signers` holds it, from 'C5:6F:..' or 'c56f..'; None for what is none."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    mark, bare = (HEX_MD5, text[len(HEX_MD5) :]) if text.startswith(HEX_MD5) else ("", text)
    digits = _SEPARATORS.sub("", bare).lower()
    if not _HEX.fullmatch(digits) or len(digits) not in LENGTHS or (mark and LENGTHS[len(digits)] != "md5"):
        return None
    return mark + digits


def by_kind(digests: Iterable[str]) -> dict[str, frozenset[str]]:
    """Stated digests, told apart by kind and without marks; what is no digest is left out."""
    found: dict[str, set[str]] = {}
    for digest in digests:
        if (clean := stated(digest)) is None:
            continue
        bare = clean.removeprefix(HEX_MD5)
        found.setdefault("hex_md5" if bare != clean else LENGTHS[len(bare)], set()).add(bare)
    return {kind: frozenset(values) for kind, values in found.items()}
