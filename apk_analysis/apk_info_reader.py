"""apk-info as the second reader of a manifest; every field is wrapped, so that one failure costs one field.

The only module that imports apk_info. It parses the whole resource table without limits, so callers check sizes first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from apk_analysis.fingerprint import Component
from apk_analysis.lookup import LONGEST
from apk_analysis.manifest import MOST_NAMES, Manifest, permhash

T = TypeVar("T")


def read_manifest(path: Path) -> Manifest | None:
    """apk-info's view of the sample at `path`; None when it cannot open it. Never raises for bad input."""
    # Its allocator would reserve 1 GiB when it is loaded, which counts against the memory limit of our workers.
    os.environ.setdefault("MIMALLOC_ARENA_RESERVE", "0")
    import apk_info  # noqa: PLC0415 - only samples that our own reader cannot read pay for it

    apk = _guarded(lambda: apk_info.APK(str(path)))
    if apk is None:
        return None
    permissions = _guarded(lambda: _texts(apk.get_all_attribute_values("uses-permission", "name"))) or ()
    activities = _guarded(lambda: _texts([item.name for item in apk.get_activities()])) or ()
    return Manifest(
        reader="apk-info",
        package=_guarded(lambda: clipped(apk.get_package_name())),
        version_code=_guarded(lambda: whole(apk.get_version_code())),
        version_name=_guarded(lambda: clipped(apk.get_version_name())),
        label=_guarded(lambda: clipped(apk.get_application_label())),
        permissions=tuple(dict.fromkeys(permissions)),
        permissions_sha256=permhash(permissions),
        components=tuple(Component(kind="activity", name=name) for name in dict.fromkeys(activities)),
    )


def _guarded(read: Callable[[], T]) -> T | None:
    """The value, or None. A panic of the Rust library is no Exception, hence the wide net."""
    try:
        return read()
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # noqa: BLE001 - a parser met hostile bytes
        return None


def clipped(text: str | None) -> str | None:
    """At most LONGEST characters; None for nothing."""
    return text[:LONGEST] if text else None


def whole(text: str | int | None) -> int | None:
    """A whole number that 63 bits can hold; None for anything else, and malware inserts anything here."""
    try:
        value = int(str(text)[:40], 0)
    except ValueError:
        return None
    return value if -(2**63) <= value < 2**63 else None


def _texts(found: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(name[:LONGEST] for name in found[:MOST_NAMES] if name)
