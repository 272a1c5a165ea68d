"""Changed copies of signed packages are never taken for the owner's: no false accept, in any way, on any package."""

import re
from pathlib import Path

import pytest

from apk_analysis.analyse import analyse
from tests.apk_analysis import build, tamper

OWN = {
    "v1": {"schemes": "v1", "min_sdk": 21},
    "v1 v2": {"schemes": "v1 v2", "min_sdk": 21},
    "v1 v2 v3": {"schemes": "v1 v2 v3", "min_sdk": 21},
    "v2": {"schemes": "v2"},
    "v2 v3": {"schemes": "v2 v3"},
    "v3": {"schemes": "v3", "min_sdk": 28},
}

SPECIAL = re.compile("janus|issue-1128")
"""Refused as they are; or with decoy pairs in the signing block, which may change because Android ignores them."""


def accepted(folder: Path, apk: bytes) -> bool:
    path = folder / "tampered.apk"
    path.write_bytes(apk)
    return analyse(path).fingerprint.signature.status == "valid"


@pytest.mark.parametrize("way", sorted(tamper.WAYS))
@pytest.mark.parametrize("name", sorted(OWN))
def test_changed_copies_of_our_packages(tmp_path: Path, name: str, way: str) -> None:
    apk = build.signed(**OWN[name])  # type: ignore[arg-type]
    assert accepted(tmp_path, apk)
    try:
        changed = tamper.WAYS[way](apk)
    except tamper.NotApplicable:
        assert way not in {"change a file", "put junk behind", "add code"}, "these apply to every package"
        return
    assert changed != apk and accepted(tmp_path, changed) == tamper.lawful(name, way)


@pytest.mark.shared
def test_changed_copies_of_real_packages(tmp_path: Path, corpus: list[tuple[Path, dict[str, str]]]) -> None:
    """At least 15 packages in at least 15 ways; signing schemes as they come."""
    by_schemes: dict[str, list[tuple[Path, dict[str, str]]]] = {}
    for path, row in corpus:
        if row["sig_schemes(apksigner35)"] != "INVALID" and not SPECIAL.search(row["file"]):
            by_schemes.setdefault(row["sig_schemes(apksigner35)"], []).append((path, row))
    chosen = [
        item for items in by_schemes.values() for item in sorted(items, key=lambda item: int(item[1]["size"]))[:4]
    ]
    wrong, used = [], set()
    for path, row in chosen:
        apk = path.read_bytes()
        schemes = row["sig_schemes(apksigner35)"].replace("+", " ")
        for way, change in tamper.WAYS.items():
            try:
                changed = change(apk)
            except tamper.NotApplicable:
                continue
            used.add(way)
            if accepted(tmp_path, changed) and not tamper.lawful(schemes, way):
                wrong.append((row["file"], way))
    assert len(chosen) >= 15 and len(used) >= 15
    assert not wrong
