"""Whose file an entry is: the app's own, or one that came along with a library."""

from __future__ import annotations

import re

from apk_analysis.traits.archives import INSIDE
from apk_analysis.traits.search import Hit

OWN_FOLDERS = frozenset({"assets", "res", "r", "lib"})

_FOREIGN = re.compile(
    r"(?i)(?:licen[cs]|notice|copying|copyright|authors|contributors|credits|third.?party|oss_|changelog|readme)"
    r"|/node_modules/|\.(?:pom|xsd|dtd|java|kt|proto|py|h|c|map|css|svg)$"
)
"""Files that name their authors, whoever bundles them."""


def is_of_app(hit: Hit) -> bool:
    """Whether its file is where builders put the app's own: code, assets, resources.

    Other folders hold what lay in the libraries' JAR files. Of native code only Flutter's counts: it is the app's own.
    Licences and sources of others do not.
    """
    if hit.kind == "name" or _FOREIGN.search(hit.where):
        return False
    path, *inside = hit.where.split(INSIDE)
    if inside and "/" not in path:  # a part of a bundle; anything else is an archive the app brings along
        path = inside[0]
    if hit.kind == "native":
        return path.endswith("/libapp.so")
    return "/" not in path or path.partition("/")[0] in OWN_FOLDERS
