"""Values put into a profile's text: what is new is added, what is surer or newer takes the place of what was known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

import msgspec

from console.brand_sources import Value
from index import profile_text
from index.profiles import PARTS, Profile, parse_profile

_RANK = ("none", "unverified", "probable", "confirmed")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "names": ("text",),
    "packages": ("id", "platform"),
    "developers": ("name", "store"),
    "filings": ("registry", "number"),
    "marks": ("region", "number"),
    "partners": ("name",),
    "icons": ("descriptor",),
}
"""Fields that tell whether two parts are about the same thing; pins are told by their digests."""
DIGESTS = ("sha256", "sha1", "md5", "hex_md5", "rsa_modulus_md5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of one value."""

    field: str
    what: str
    """'added', 'updated' or 'known'."""
    item: Mapping[str, Any]


def merge(text: str, profile: Profile | None, values: Iterable[Value], place: str) -> tuple[str, list[Change]]:
    """The new text and what changed. `profile` is what `text` reads as; None for a blank one. Raises ReadError."""
    changes = []
    for value in values:
        parts = getattr(profile, value.field, ()) if profile else ()
        text, what = _put(text, parts, value)
        changes.append(Change(field=value.field, what=what, item=value.item))
        if what != "known" and (profile or value.field == "names"):
            profile = parse_profile(text, place)
    return text, changes


def _put(text: str, parts: tuple[Any, ...], value: Value) -> tuple[str, str]:
    plain = value.item["value"] if value.field not in PARTS else value.item
    if value.field not in PARTS:
        return (text, "known") if plain in parts else (profile_text.append(text, value.field, [plain]), "added")
    kind = PARTS[value.field]
    new = msgspec.to_builtins(msgspec.convert(value.item, kind))
    for number, part in enumerate(parts):
        old = msgspec.to_builtins(part)
        if _same(value.field, old, new):
            merged = _merged(old, value.item)
            if merged == old:
                return text, "known"
            return profile_text.replace(text, value.field, number, _sparse(kind, merged)), "updated"
    return profile_text.append(text, value.field, [plain]), "added"


def _sparse(kind: Any, item: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be written: everything but defaults."""
    defaults = {field.name: field.default for field in fields(kind)}
    return {name: said for name, said in item.items() if defaults[name] is MISSING or said != defaults[name]}


def _same(field: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    if field != "signers":
        return all(old[name] == new[name] for name in _KEYS[field])
    shared = any(old[kind] and old[kind] == new[kind] for kind in DIGESTS)
    return shared and (old["package"], old["store"]) == (new["package"], new["store"])


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The old part with what the new one says; a surer value keeps its confidence, source and day."""
    if _RANK.index(str(new.get("confidence", "none"))) < _RANK.index(str(old.get("confidence", "none"))):
        new = {name: said for name, said in new.items() if name not in {"confidence", "source", "checked"}}
    return {**old, **new}
