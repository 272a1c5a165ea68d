"""Changed copies of signed packages are never taken for the owner's: no false accept, in any way, on any package."""

import re
import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from apk_analysis.analyse import analyse
from apk_analysis.archive import Archive
from tests.apk_analysis import build, tamper
from tests.apk_analysis.build import NEWEST, V3, V31, attribute, key, lineage, v3, with_block
from tests.apk_analysis.judging import judged, platform_of, signers_of

OWN = {
    "v1": {"schemes": "v1", "min_sdk": 21},
    "v1 v2": {"schemes": "v1 v2", "min_sdk": 21},
    "v1 v2 v3": {"schemes": "v1 v2 v3", "min_sdk": 21},
    "v2": {"schemes": "v2"},
    "v2 v3": {"schemes": "v2 v3"},
    "v3": {"schemes": "v3", "min_sdk": 28},
}
EVERYWHERE = {"change a file", "put junk behind", "add code", "point a record at another file", "lie about a size"}
SPECIAL = re.compile("janus|issue-1128")
"""Refused as they are; or with decoy pairs in the signing block, which may change because Android ignores them."""


def false_answers(apk: bytes, schemes: str, used: set[str]) -> Iterator[tuple[str, bool]]:
    """(way, whether the copy was accepted) of every way that is answered wrongly."""
    owners, platform = signers_of(apk), platform_of(Archive(apk))
    assert owners and platform
    for way, change in tamper.WAYS.items():
        try:
            changed = change(apk)
        except tamper.NotApplicable:
            continue
        assert changed != apk, way
        used.add(way)
        accepted = signers_of(changed) == owners
        if accepted != tamper.lawful(schemes, way, platform.min_sdk):
            yield way, accepted


@pytest.mark.parametrize("name", sorted(OWN))
def test_changed_copies_of_our_packages(name: str) -> None:
    used: set[str] = set()
    assert not list(false_answers(build.signed(**OWN[name]), name, used))
    assert used >= EVERYWHERE and len(used) >= 25


@pytest.mark.parametrize("way", sorted(tamper.WAYS))
def test_an_analysis_gives_the_same_answer(tmp_path: Path, way: str) -> None:
    """The whole of it, with problems and all, on one package that most ways apply to."""
    apk = build.signed("v1 v2 v3", min_sdk=21)
    try:
        changed = tamper.WAYS[way](apk)
    except tamper.NotApplicable:
        pytest.skip("nothing to change")
    (tmp_path / "sample.apk").write_bytes(changed)
    found = analyse(tmp_path / "sample.apk").fingerprint
    accepted = {item.sha256 for item in found.signature.signers} == {key().sha256}
    assert accepted == tamper.lawful("v1 v2 v3", way, 21)
    assert accepted or found.problems or found.signature.status == "unsigned"


def test_a_stripped_v31_is_not_the_owners() -> None:
    old, new = key("Old"), key("New")
    apk = build.archive(build.files(min_sdk=28))
    first = (V3, v3(apk, [(old, 28, 32, [attribute(0x559F8B02, struct.pack("<L", 33))])]))
    second = (V31, v3(apk, [(new, 33, NEWEST, [attribute(0x3BA06F8C, lineage([old, new]))])]))
    whole = with_block(apk, [first, second])
    assert signers_of(whole) == {new.sha256}
    assert judged(tamper.WAYS["drop the v3.1 pair"](whole)).status == "invalid"
    thief = (V31, v3(apk, [(key("Thief"), 33, NEWEST, [attribute(0x3BA06F8C, lineage([old, key("Thief")]))])]))
    assert signers_of(with_block(apk, [first, thief])) == {key("Thief").sha256}, "the old key may hand over to anybody"
    assert signers_of(with_block(apk, [first, second, thief])) == {new.sha256}, "the first pair of an id counts"


@pytest.mark.parametrize("schemes", ["v2", "v2 v3", "v1 v2 v3"])
def test_signing_blocks_do_not_fit_another_version(schemes: str) -> None:
    one, other = (build.signed(schemes, min_sdk=24, version=version) for version in (7, 8))
    assert signers_of(one) == signers_of(other) == {key().sha256}
    for base, block in ((one, other), (other, one)):
        assert judged(with_block(tamper.WAYS["strip the signing block"](base), tamper.pairs(block))).status == "invalid"


@pytest.mark.shared
def test_changed_copies_of_real_packages(corpus: list[tuple[Path, dict[str, str]]]) -> None:
    """At least 15 packages in at least 15 ways; signing schemes as they come."""
    by_schemes: dict[str, list[tuple[Path, dict[str, str]]]] = {}
    for path, row in corpus:
        if row["sig_schemes(apksigner35)"] != "INVALID" and not SPECIAL.search(row["file"]):
            by_schemes.setdefault(row["sig_schemes(apksigner35)"], []).append((path, row))
    chosen = [
        item for items in by_schemes.values() for item in sorted(items, key=lambda item: int(item[1]["size"]))[:4]
    ]
    wrong, used = [], set[str]()
    for path, row in chosen:
        schemes = row["sig_schemes(apksigner35)"].replace("+", " ")
        wrong += [(row["file"], *answer) for answer in false_answers(path.read_bytes(), schemes, used)]
    assert len(chosen) >= 15 and len(used) >= 30
    assert not wrong


@pytest.mark.shared
def test_signing_blocks_of_real_versions_are_not_exchangeable(corpus: list[tuple[Path, dict[str, str]]]) -> None:
    versions: dict[tuple[str, str], list[bytes]] = {}
    for path, row in corpus:
        if "v2" in row["sig_schemes(apksigner35)"] and not SPECIAL.search(row["file"]) and int(row["size"]) < 20e6:
            versions.setdefault((row["app_id"], row["signer_sha256"]), []).append(path.read_bytes())
    tried = 0
    for apks in versions.values():
        for base, block in pairwise(apks):
            if tamper.pairs(base) != tamper.pairs(block):
                tried += 1
                swapped = with_block(tamper.WAYS["strip the signing block"](base), tamper.pairs(block))
                assert judged(swapped).status == "invalid"
    assert tried >= 1
