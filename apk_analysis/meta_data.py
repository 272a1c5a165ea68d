"""<meta-data>: identifiers of maps, statistics, advertising ... that tie an app to an operator. Keys leave masked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from apk_analysis.axml import STRING, Element
from apk_analysis.fingerprint import MetaDatum
from apk_analysis.lookup import REFERENCES, Lookup

MOST = 500
SHOWN = 6
"""Characters of a key that are kept."""
_SECRET_NAME = re.compile(r"key|secret|token|passw|pwd|credential|private|auth(?!or)", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"(?:AIza|sk-|LTAI|AKIA|AKID|gh[pousr]_|xox[abp]-|eyJ)[\w.-]{12,}|-----BEGIN")
"""Beginnings of keys of well-known vendors, whatever the name says."""


def read_meta_data(parents: Iterable[Element], lookup: Lookup) -> tuple[MetaDatum, ...]:
    """Of the given elements (<application>, components), each pair of name and value once."""
    found: dict[tuple[str, str], MetaDatum] = {}
    for parent in parents:
        for element in parent.inner("meta-data"):
            if len(found) >= MOST:
                return tuple(found.values())
            name = lookup.text(element.get("name"))
            value = _value(element, lookup)
            if name:
                digest = hashlib.sha256(value.encode()).hexdigest()
                found.setdefault((name, digest), MetaDatum(name=name, value=_masked(name, value), sha256=digest))
    return tuple(found.values())


def _value(element: Element, lookup: Lookup) -> str:
    """As text, references followed; a reference that leads nowhere as its number: '@0x7f010002'."""
    attribute = element.get("value") or element.get("resource")
    if attribute is None:
        return ""
    text = lookup.text(attribute)
    if text is None and attribute.kind in REFERENCES:
        return f"@{attribute.number:#010x}"
    return text or (attribute.text or "" if attribute.kind == STRING else "")


def _masked(name: str, value: str) -> str:
    if value in {"", "true", "false"} or value.startswith(("@0x", "res/")):
        return value
    if not _SECRET_NAME.search(name) and not _SECRET_VALUE.match(value):
        return value
    return value[: min(SHOWN, len(value) // 2)] + "..."
