"""Whether an app is nothing but a window on a web page.

Rule for `webview_only`: over all DEX files, at most MOST_CLASSES classes are the app's own (library packages, R and
BuildConfig set aside) with at most MOST_UNITS code units; their code calls loadUrl or loadDataWithBaseURL of a WebView
(Android's, X5, UC, or a class of the app that extends one); and it holds the address itself (http, https, or a page in
the assets). An app whose libraries were renamed by a shrinker has more own classes and is not called one: the rule
rather misses than accuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from apk_analysis.dex import Dex
from apk_analysis.fingerprint import Trait

MOST_CLASSES, MOST_UNITS = 40, 8_000
WEB_VIEWS = frozenset(
    {b"Landroid/webkit/WebView;", b"Lcom/tencent/smtt/sdk/WebView;", b"Lcom/uc/webview/export/WebView;"}
)
LOADS = frozenset({b"loadUrl", b"loadDataWithBaseURL"})
_ADDRESS = re.compile(rb"(?:https?://([A-Za-z0-9.-]{3,253})|file:///android_asset/)")
_GENERATED = re.compile(rb"(?:/|^L)(?:R|R\$\w+|BuildConfig);$")


def find_web_shell(dexes: Sequence[tuple[str, Dex]], libraries: Sequence[bytes]) -> Trait | None:
    """The trait, with the host (or 'assets') as value and the calling DEX as place; None when the rule is not met."""
    own = list(islice(_own_classes(dexes, tuple(libraries)), MOST_CLASSES + 1))
    if not 0 < len(own) <= MOST_CLASSES:
        return None
    views = WEB_VIEWS.union(
        descriptor for _, dex in dexes for descriptor, parent, _ in dex.classes() if parent in WEB_VIEWS
    )
    where, address, units = "", "", 0
    for name, dex in dexes:
        loads = dex.methods(views, LOADS)
        for used in (dex.uses(class_data) for owner, class_data in own if owner == name):
            units += used.units
            if used.methods & loads:
                where = where or name
            address = address or next(filter(None, (_address(dex.string(index)) for index in sorted(used.strings))), "")
    if not where or not address or units > MOST_UNITS:
        return None
    return Trait(kind="webview_only", value=address, where=where)


def _own_classes(dexes: Sequence[tuple[str, Dex]], libraries: tuple[bytes, ...]) -> Iterator[tuple[str, int]]:
    """(DEX, offset of class data) of every class that somebody wrote for this app."""
    for name, dex in dexes:
        for descriptor, _, class_data in dex.classes():
            if not descriptor.startswith(libraries) and not _GENERATED.search(descriptor):
                yield name, class_data


def _address(text: bytes) -> str:
    hit = _ADDRESS.match(text)
    if hit is None:
        return ""
    return hit[1].decode().lower() if hit[1] else "assets"
