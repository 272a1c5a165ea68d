"""An F-Droid repository as files: index-v2 and index-v1, signed by the repository's key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from demo.apk_sign import Key, jar_signature, zip_bytes

ADDED = 1_767_225_600_000
"""Milliseconds: the same on every start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One app of the repository."""

    package: str
    version_code: int
    version_name: str
    apk: bytes
    signer: str
    """Certificate SHA-256 that the index states. A dishonest repository may state another than the package carries."""
    names: Mapping[str, str]
    """Locale -> name."""
    summaries: Mapping[str, str]
    descriptions: Mapping[str, str]
    author: str
    icon: bytes


def repository(entries: Iterable[Entry], signer: Key, address: str) -> dict[str, bytes]:
    """Path below the repository's address -> content."""
    entries = list(entries)
    files: dict[str, bytes] = {}
    for entry in entries:
        files[f"{entry.package}_{entry.version_code}.apk"] = entry.apk
        files[f"icons/{entry.package}.png"] = entry.icon
    index2 = json.dumps(_index_v2(entries, address), ensure_ascii=False, sort_keys=True).encode()
    described = {"name": "/index-v2.json", "sha256": _sha256(index2), "size": len(index2), "numPackages": len(entries)}
    entry_json = json.dumps({"timestamp": ADDED, "version": 20002, "index": described, "diffs": {}}).encode()
    index1 = json.dumps(_index_v1(entries, address), ensure_ascii=False, sort_keys=True).encode()
    files |= {"index-v2.json": index2, "entry.json": entry_json, "index-v1.json": index1}
    files["entry.jar"] = _jar({"entry.json": entry_json}, signer)
    files["index-v1.jar"] = _jar({"index-v1.json": index1}, signer)
    return files


def _jar(files: Mapping[str, bytes], signer: Key) -> bytes:
    return zip_bytes({**jar_signature(files, signer), **files})


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _index_v2(entries: Iterable[Entry], address: str) -> dict[str, object]:
    packages = {}
    for entry in entries:
        digest = _sha256(entry.apk)
        name = f"/{entry.package}_{entry.version_code}.apk"
        icon = {"name": f"/icons/{entry.package}.png", "sha256": _sha256(entry.icon), "size": len(entry.icon)}
        manifest = {
            "versionName": entry.version_name,
            "versionCode": entry.version_code,
            "usesSdk": {"minSdkVersion": 21, "targetSdkVersion": 34},
            "signer": {"sha256": [entry.signer]},
        }
        packages[entry.package] = {
            "metadata": {
                "name": dict(entry.names),
                "summary": dict(entry.summaries),
                "description": dict(entry.descriptions),
                "icon": {"en-US": icon},
                "authorName": entry.author,
                "added": ADDED,
                "lastUpdated": ADDED,
                "preferredSigner": entry.signer,
            },
            "versions": {
                digest: {
                    "added": ADDED,
                    "file": {"name": name, "sha256": digest, "size": len(entry.apk)},
                    "manifest": manifest,
                }
            },
        }
    repo = {"name": {"en-US": "Practice store", "zh-CN": "练习应用商店"}, "address": address, "timestamp": ADDED}
    return {"repo": repo, "packages": packages}


def _index_v1(entries: Iterable[Entry], address: str) -> dict[str, object]:
    apps, packages = [], {}
    for entry in entries:
        locales = {*entry.names, *entry.summaries, *entry.descriptions}
        localized = {
            locale: {
                "name": entry.names.get(locale, ""),
                "summary": entry.summaries.get(locale, ""),
                "description": entry.descriptions.get(locale, ""),
            }
            for locale in sorted(locales)
        }
        apps.append(
            {
                "packageName": entry.package,
                "localized": localized,
                "authorName": entry.author,
                "suggestedVersionCode": str(entry.version_code),
                "lastUpdated": ADDED,
            }
        )
        packages[entry.package] = [
            {
                "apkName": f"{entry.package}_{entry.version_code}.apk",
                "hash": _sha256(entry.apk),
                "hashType": "sha256",
                "signer": entry.signer,
                "size": len(entry.apk),
                "versionCode": entry.version_code,
                "versionName": entry.version_name,
                "added": ADDED,
            }
        ]
    repo = {"name": "Practice store", "address": address, "timestamp": ADDED, "version": 21}
    return {"repo": repo, "requests": {"install": [], "uninstall": []}, "apps": apps, "packages": packages}
