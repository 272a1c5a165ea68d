"""apkutils as the last reader of a manifest: the most tolerant one, and the slowest.

The only module that imports apkutils. It inflates without limits, so callers check sizes first.
"""

from __future__ import annotations

import logging
from pathlib import Path

from apk_analysis.apk_info_reader import clipped, whole
from apk_analysis.fingerprint import Component
from apk_analysis.manifest import MOST_NAMES, Manifest

LARGEST = 256 << 20
"""Bytes of a sample; apkutils reads all of it into memory."""


def read_manifest(path: Path) -> Manifest | None:
    """The view of apkutils of the manifest, where others cannot read it; None when it cannot either."""
    for name in ("apkutils", "axml"):  # they log what the sample tells them to
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    if path.stat().st_size > LARGEST:
        return None
    try:
        import apkutils  # noqa: PLC0415 - 0.2 s that only samples nobody else can read should pay

        with apkutils.APK.from_file(str(path)) as apk:
            package = clipped(apk.get_package_name())
            if not package:
                return None
            reader = apk._manifest  # noqa: SLF001 - its accessors raise on manifests without <uses-sdk>
            return Manifest(
                reader="apkutils",
                package=package,
                version_code=whole(reader.version_code),
                version_name=clipped(reader.version_name),
                label=_literal(reader.application_label_id),
                components=tuple(
                    Component(kind="activity", name=str(name)) for name in list(reader.main_activities)[:MOST_NAMES]
                ),
            )
    except Exception:  # noqa: BLE001 - hostile bytes; the caller says that no reader could read it
        return None


def _literal(label: str) -> str | None:
    """A label written out in the manifest; references are resolved elsewhere."""
    return None if not label or label.startswith("0x") else clipped(label)
