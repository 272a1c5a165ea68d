"""apkutils as a second opinion: is the ZIP one that standard tools can trust, and a tolerant manifest reader.

The only module that imports apkutils. It inflates without limits, so callers check sizes first.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

from apk_analysis.apk_info_reader import clipped, whole
from apk_analysis.defects import problem
from apk_analysis.fingerprint import Component, Problem
from apk_analysis.manifest import MOST_NAMES, Manifest

LARGEST = 256 << 20
"""Bytes of a sample; apkutils reads all of it into memory."""
MOST_FINDINGS = 10
NEWEST_VERSION = 63
"""Of the ZIP format, times ten."""
_WORDS = {  # its Chinese wording -> our kinds
    "对抗标志位": "encryption_flag",
    "CRC 清零": "zero_crc",
    "文件名不一致": "header_mismatch",
    "版本号异常": "odd_version",
}


def zip_health(path: Path) -> tuple[Problem, ...]:
    """What apkutils finds odd in the ZIP structure. Never raises for bad input."""
    if path.stat().st_size > LARGEST:
        return (problem("zip.second_opinion", "not_examined", f"larger than {LARGEST} bytes"),)
    try:
        from apkutils import ziphealth  # noqa: PLC0415 - 0.2 s that callers without samples should not pay

        report = ziphealth.check(str(path))
    except Exception as error:  # noqa: BLE001 - hostile bytes
        return (problem("zip.second_opinion", "reader_failed", f"apkutils: {error}"),)
    found = []
    for finding in report.get("findings", [])[:MOST_FINDINGS]:
        detail = str(finding.get("detail", ""))
        if _is_ordinary_version(detail):
            continue
        kind = next((kind for words, kind in _WORDS.items() if words in detail), "untrusted_zip")
        found.append(problem("zip.second_opinion", kind, str(finding.get("entry") or finding.get("type", ""))))
    return tuple(dict.fromkeys(found))


def _is_ordinary_version(detail: str) -> bool:
    """Some build tools write the system into the upper byte of the needed version: odd for apkutils, common in fact."""
    version = re.search(r"need_version=(\d+)", detail)
    return version is not None and int(version[1]) & 0xFF <= NEWEST_VERSION


def read_manifest(path: Path) -> Manifest | None:
    """The view of apkutils of the manifest, where others cannot read it; None when it cannot either."""
    for name in ("apkutils", "axml"):  # they log what the sample tells them to
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    if path.stat().st_size > LARGEST:
        return None
    try:
        import apkutils  # noqa: PLC0415 - see zip_health

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
