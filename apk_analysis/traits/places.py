"""Whose file an entry is: the app's own, or one that came along with a library."""

from __future__ import annotations

from apk_analysis.traits.search import Hit

OWN_FOLDERS = frozenset({"assets", "res", "r", "lib"})


def is_of_app(hit: Hit) -> bool:
    """Whether its file is where builders put the app's own: code, assets, resources.

    Other folders hold what lay in the libraries' JAR files. Of native code only Flutter's counts: it is the app's own.
    """
    if hit.kind == "name":
        return False
    path = hit.where.rpartition("!/")[2]
    if hit.kind == "native":
        return path.endswith("/libapp.so")
    return "/" not in path or path.partition("/")[0] in OWN_FOLDERS
