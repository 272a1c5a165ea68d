"""Stable ids. The prefix carries the scheme: another rule gets another number, and an alias to the old id."""

from __future__ import annotations

from hashlib import blake2b


def _digest(*parts: str) -> str:
    # Each part is preceded by its length, so that no two tuples of parts share their bytes.
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def listing_id(marketplace: str, native_id: str) -> str:
    """'l1-' and 24 hexadecimal digits."""
    return "l1-" + _digest(marketplace, native_id)


def finding_id(listing: str, group: str, brand: str | None) -> str:
    """'f1-' and 24 hexadecimal digits, from the listing's id, the violation group and the brand (or none)."""
    return "f1-" + _digest(listing, group, brand or "")


def unit_id(finding: str) -> str:
    """'u1-' and 24 hexadecimal digits, from the id of the finding that founded the unit."""
    return "u1-" + _digest(finding)


def allowed_id(*parts: str) -> str:
    """'a1-' and 24 hexadecimal digits, from what an entry of the allow-list is about."""
    return "a1-" + _digest(*parts)
