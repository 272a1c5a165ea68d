"""Which reader of the manifest is believed: our own, and two others where it finds too little or something is odd."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path

from apk_analysis import apk_info_reader, second_opinion
from apk_analysis.archive import Archive, Entry
from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Problem
from apk_analysis.manifest import Manifest

OTHERS: tuple[Callable[[Path], Manifest | None], ...] = (apk_info_reader.read_manifest, second_opinion.read_manifest)
"""In the order in which they are asked."""
READ = {"AndroidManifest.xml": 16 << 20, "resources.arsc": 10 << 20}
"""What all readers look at, and bytes that it may have."""
MOST_COPIES = 8
DEEPEST, MOST_TAGS = 1_000, 100_000
"""Elements within each other, and tags: for each level apkutils copies everything it has written so far."""
_TAG = re.compile(rb"([\x02\x03])\x01[^\x00]\x00")
"""What begins or ends an element."""
_COMPARED = ("package", "version_code")


def arbitrate(own: Manifest, path: Path, archive: Archive) -> Manifest:
    """`own` as it is when nothing is odd, else completed field by field by the next reader that knows the package.

    What that reader contradicts becomes a problem. Never raises for bad input.
    """
    listed = [entry for entry in archive.entries if entry.name.rstrip("/") in READ]
    if own.package and not own.problems and not _are_odd(listed):
        return own
    for read in OTHERS if _fit(archive, listed) else ():
        other = read(path)
        if other is not None and other.package:
            return _joined(own, other)
    if own.package:
        return own
    return replace(own, reader=None, problems=(*own.problems, problem("manifest", "unreadable_manifest")))


def _are_odd(listed: list[Entry]) -> bool:
    """Whether other readers may find another manifest or table in the archive than we do."""
    names = [entry.name.rstrip("/") for entry in listed]
    tricked = any(entry.mismatch or entry.method not in {0, 8} or entry.flags & 1 for entry in listed)
    return tricked or len(names) != len(set(names))


def _fit(archive: Archive, listed: list[Entry]) -> bool:
    """Whether everything that other readers, who have no limits, may read inflates within ours."""
    if len(listed) > MOST_COPIES:
        return False
    for entry in listed:
        try:
            content = b"".join(archive.stream(entry, READ[entry.name.rstrip("/")]))
        except Defect as defect:
            if defect.kind in {"bomb", "too_large"}:
                return False
        else:
            if entry.name.rstrip("/").endswith(".xml") and _is_deep(content):
                return False
    return True


def _is_deep(content: bytes) -> bool:
    """Whether binary XML may hold more than readers without limits finish in time."""
    depth = 0
    for number, tag in enumerate(_TAG.finditer(content)):
        depth = max(0, depth + (1 if tag[1] == b"\x02" else -1))
        if depth > DEEPEST or number > MOST_TAGS:
            return True
    return False


def _joined(own: Manifest, other: Manifest) -> Manifest:
    """Our own facts first; whoever gave the package is called the reader."""
    missing = {
        field.name: getattr(other, field.name)
        for field in fields(Manifest)
        if getattr(own, field.name) in {None, ()} and getattr(other, field.name) not in {None, ()}
    }
    reader = own.reader if own.package else other.reader
    return replace(own, **missing, reader=reader, problems=(*own.problems, *_contradictions(own, other)))


def _contradictions(own: Manifest, other: Manifest) -> Iterable[Problem]:
    for name in _COMPARED:
        ours, theirs = getattr(own, name), getattr(other, name)
        if ours is not None and theirs is not None and ours != theirs:
            yield problem("manifest", "readers_disagree", f"{name}: {own.reader} {ours}, {other.reader} {theirs}")
