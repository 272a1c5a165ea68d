"""Whether an app is nothing but a window on a web page.

Rule for `webview_only`: over all DEX files, at most MOST_CLASSES classes are the app's own (library packages, R and
BuildConfig set aside) with at most MOST_UNITS code units; their code calls loadUrl or loadDataWithBaseURL of a WebView
(Android's, X5, UC, or a class of the app that extends one); and it holds the address itself (http, https, or a page in
the assets). An app whose libraries were renamed by a shrinker has more own classes and is not called one: the rule
rather misses than accuses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

import numpy as np

from apk_analysis.dex import Dex, find_calls
from apk_analysis.fingerprint import Trait

MOST_CLASSES, MOST_UNITS = 40, 8_000
WEB_VIEWS = frozenset(
    {b"Landroid/webkit/WebView;", b"Lcom/tencent/smtt/sdk/WebView;", b"Lcom/uc/webview/export/WebView;"}
)
LOADS = frozenset({b"loadUrl", b"loadDataWithBaseURL"})
_ADDRESS = re.compile(rb"(?:https?://([A-Za-z0-9.-]{3,253})|file:///android_asset/)")
_GENERATED = re.compile(rb"(?:/|^L)(?:R|R\$\w+|BuildConfig);$")


def find_web_shell(dexes: Sequence[Dex], libraries: Sequence[bytes]) -> Trait | None:
    """The trait, with the host (or 'assets') as value and the calling DEX as place; None when the rule is not met."""
    own = {dex.name: _own_classes(dex, tuple(libraries)) for dex in dexes}
    if not 0 < sum(len(classes) for classes in own.values()) <= MOST_CLASSES:
        return None
    views = WEB_VIEWS.union(
        dex.class_name(row)
        for dex in dexes
        for row in range(len(dex.class_type))
        if dex.type_name(int(dex.class_super[row])) in WEB_VIEWS
    )
    loads = [(view, name) for view in views for name in LOADS]
    where, address, units = "", "", 0
    for dex in dexes:
        code = dex.code()
        methods = np.flatnonzero(np.isin(code.owner, own[dex.name]))
        units += int(code.units[methods].sum())
        if not where and np.isin(find_calls(dex, loads), methods).any():
            where = dex.name
        used = sorted({int(index) for method in methods for index in code.strings[int(method)]})
        address = address or next(filter(None, (_address(dex.strings[index]) for index in used)), "")
    if not where or not address or units > MOST_UNITS:
        return None
    return Trait(kind="webview_only", value=address, where=where)


def _own_classes(dex: Dex, libraries: tuple[bytes, ...]) -> list[int]:
    """Rows of the first classes that somebody wrote for this app."""
    named = ((row, dex.class_name(row)) for row in range(len(dex.class_type)))
    own = (row for row, name in named if not name.startswith(libraries) and not _GENERATED.search(name))
    return list(islice(own, MOST_CLASSES + 1))


def _address(text: bytes) -> str:
    hit = _ADDRESS.match(text)
    if hit is None:
        return ""
    return hit[1].decode().lower() if hit[1] else "assets"
