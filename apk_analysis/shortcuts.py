"""Static shortcuts: what a long press on the icon offers, with labels and icons of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from apk_analysis.axml import Element
from apk_analysis.lookup import Lookup

NAME = "android.app.shortcuts"
LABELS = ("shortcutShortLabel", "shortcutLongLabel")
MOST = 100


def read_shortcuts(components: Iterable[Element], lookup: Lookup) -> Iterator[Element]:
    """The <shortcut> elements of the files that activities name."""
    seen: set[str] = set()
    for component in components:
        for item in component.inner("meta-data"):
            if lookup.text(item.get("name")) != NAME:
                continue
            path = lookup.file(item.get("resource"))
            if path and path not in seen:
                seen.add(path)
                yield from lookup.document(path).root.inner("shortcut")[:MOST]
