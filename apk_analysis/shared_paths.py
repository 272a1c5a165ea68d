"""Which folders file providers open to other apps."""

from __future__ import annotations

from collections.abc import Iterable

from apk_analysis.axml import Element
from apk_analysis.lookup import Lookup

NAMES = frozenset({"android.support.FILE_PROVIDER_PATHS", "androidx.core.content.FILE_PROVIDER_PATHS"})
MOST = 200


def read_shared_paths(components: Iterable[Element], lookup: Lookup) -> tuple[str, ...]:
    """'external-path .', 'root-path /' ..., each once."""
    found: dict[str, None] = {}
    for component in components:
        for item in component.inner("meta-data"):
            if lookup.text(item.get("name")) in NAMES:
                for path in lookup.document(lookup.file(item.get("resource"))).root.children[:MOST]:
                    found.setdefault(f"{path.tag} {lookup.text(path.get('path')) or ''}".strip())
    return tuple(found)[:MOST]
