"""Samples that look like one, or share code with it: how near each is, what the two are to each other, where it is.

Looked up by icon and by code of its own, at most ten of each, with a few small questions for every one found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from apk_analysis.fingerprint import Fingerprint
from apk_analysis.relation import FEW_CLASSES, FEW_CODE
from console.standing import Standing, standings
from crawler.rejudge import as_sample
from index.protocol import Facet, Index, Similar, Stored
from index.reading import ReadError
from index.similar import BITS, code_sketch, icon_bands, sketch_bands

MOST = 10
"""Samples of each kind that are shown."""
REACH = 8
"""Bits in which icons may differ."""
SOME = 0.1
"""Share of all features of two samples' code that both have, below which it is not worth a look."""
PLACES = 5
"""Marketplaces and findings that are named of each; the rest is counted."""

State = Literal["compared", "missing", "common", "few"]
"""missing: nothing there that can be compared. common: an icon that is plain, or that many apps have. few: so little
code that it looks like that of every other small app (`apk_analysis.relation`). None of them is a sign of anything."""
Signers = Literal["same", "shared_key", "other", "unknown"]
"""Of two samples. shared_key: both are signed with a key that anybody, or many, can use. unknown: one of the two has no
verified signer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another sample, as far as one look tells."""

    value: Mapping[str, Any]
    first_seen: str
    last_seen: str
    signers: Signers
    relation: str | None
    """What the two are to each other (`apk_analysis.relation`), by what is stored of them."""
    score: float | None
    listings: int
    """That offer it."""
    marketplaces: tuple[Facet, ...] = ()
    """Where most of them stand."""
    findings: tuple[Stored, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What was found by icon, or by code."""

    state: State
    near: tuple[Similar, ...] = ()
    """The nearest first, without the sample itself."""
    same_icon: int = 0
    """Other samples that have the very same icon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """All of one sample."""

    sample: str
    icon: Side
    code: Side
    others: Mapping[str, Other]
    standings: Mapping[str, Standing] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As JSON (docs/schema/show.json)."""
        icon = {"state": self.icon.state, "same": self.icon.same_icon, "samples": self._each(self.icon.near, icon=True)}
        code = {"state": self.code.state, "samples": self._each(self.code.near, icon=False)}
        return {"sample": self.sample, "icon": icon, "code": code}

    def _each(self, near: Iterable[Similar], *, icon: bool) -> list[dict[str, Any]]:
        return [
            {
                "id": one.id,
                "similarity": one.similarity,
                **({"bits": bits_of(one)} if icon else {"exact": one.exact}),
                **_described(self.others[one.id], self.standings),
            }
            for one in near
        ]


def _described(other: Other, stands: Mapping[str, Standing]) -> dict[str, Any]:
    signature = other.value.get("signature") or {}
    names = ("label", "package", "version_name")
    return {
        **{name: other.value.get(name) for name in names},
        "signature": signature.get("status", "unknown"),
        "signer": next((one["sha256"] for one in signature.get("signers") or ()), None),
        "signers": other.signers,
        "relation": other.relation,
        "score": other.score,
        "first_seen": other.first_seen,
        "last_seen": other.last_seen,
        "listings": other.listings,
        "marketplaces": [{"name": one.value, "listings": one.count} for one in other.marketplaces],
        "findings": [
            {"id": hit.id, "verdict": hit.value.get("verdict"), "state": _state(hit, stands)} for hit in other.findings
        ],
    }


def _state(hit: Stored, stands: Mapping[str, Standing]) -> str:
    return stands[hit.id].member.state if hit.id in stands else "open"


def bits_of(one: Similar) -> int:
    """Bits of 64 in which the icons differ."""
    return round((1 - one.similarity) * BITS)


def alike(index: Index, hit: Stored) -> Alike | None:
    """Of a sample, or of the sample of a finding or listing; None where there is none. Raises IndexUnavailable."""
    digest = {"samples": hit.id, "findings": hit.value.get("sample_sha256"), "listings": hit.value.get("sample")}
    stored = hit if hit.kind == "samples" else index.get(str(digest[hit.kind] or ""))
    sample = _read(stored) if stored is not None and stored.kind == "samples" else None
    if sample is None:
        return None
    icon, code = _by_icon(index, sample), _by_code(index, sample)
    others = _others(index, sample, dict.fromkeys(one.id for one in (*icon.near, *code.near)))
    icon, code = (replace(side, near=tuple(one for one in side.near if one.id in others)) for side in (icon, code))
    stands = standings(index, [finding for other in others.values() for finding in other.findings])
    return Alike(sample=sample.sha256, icon=icon, code=code, others=others, standings=stands)


def _read(stored: Stored) -> Fingerprint | None:
    """The fingerprint without sketches and icons that are damaged; None of one that cannot be read at all."""
    try:
        sample = as_sample(stored)
    except ReadError:
        return None
    return replace(
        sample,
        sketches={name: one for name, one in sample.sketches.items() if sketch_bands(one)},
        icon=sample.icon if sample.icon and icon_bands(sample.icon.dhash) else None,
        icons=tuple(one for one in sample.icons if icon_bands(one.dhash)),
    )


def _by_icon(index: Index, sample: Fingerprint) -> Side:
    from apk_analysis.code.sample import distinctive  # noqa: PLC0415 - loads numpy; most pages need none
    from apk_analysis.compare import icon_hashes  # noqa: PLC0415 - as above

    if sample.icon is None:
        return Side(state="missing")
    dhash = sample.icon.dhash
    if dhash not in set(distinctive("icon", icon_hashes(sample))):
        return Side(state="common")
    near = _but(sample, index.similar_icons(dhash, distance=REACH, limit=MOST + 1))
    same = index.count(f'icon_dhash:"{dhash}" AND NOT id:"{sample.sha256}"', kind="samples")
    return Side(state="compared", near=near, same_icon=same)


def _by_code(index: Index, sample: Fingerprint) -> Side:
    sketch = code_sketch(sample)
    if sketch is None:
        return Side(state="missing")
    if sketch.size < FEW_CODE or (sample.code and sample.code.own_classes < FEW_CLASSES):
        return Side(state="few")
    near = _but(sample, index.similar_code(sketch, limit=MOST + 1))
    return Side(state="compared", near=tuple(one for one in near if one.similarity >= SOME))


def _but(sample: Fingerprint, found: Sequence[Similar]) -> tuple[Similar, ...]:
    return tuple(one for one in found if one.id != sample.sha256)[:MOST]


def _others(index: Index, sample: Fingerprint, names: Iterable[str]) -> dict[str, Other]:
    """Those that are still there."""
    found = ((name, index.get(name)) for name in names)
    return {name: _other(index, sample, stored) for name, stored in found if stored is not None}


def _other(index: Index, sample: Fingerprint, stored: Stored) -> Other:
    from apk_analysis.compare import compare_fingerprints  # noqa: PLC0415 - as above

    there = _read(stored)
    compared = compare_fingerprints(sample, there) if there else None
    offers = f'sample:"{stored.id}"'
    return Other(
        value=stored.value,
        first_seen=stored.first_seen,
        last_seen=stored.last_seen,
        signers=_signers(sample, there) if there else "unknown",
        relation=compared.relation if compared else None,
        score=compared.score if compared else None,
        listings=index.count(offers, kind="listings"),
        marketplaces=tuple(index.facet(offers, "marketplace", kind="listings", limit=PLACES)),
        findings=tuple(index.search(f'sample_sha256:"{stored.id}"', sort="-priority", limit=PLACES)),
    )


def _signers(one: Fingerprint, other: Fingerprint) -> Signers:
    keys = [{signer.sha256 for signer in each.signature.signers} for each in (one, other)]
    if not all(keys):
        return "unknown"
    everybodys = {
        signer.sha256
        for each in (one, other)
        for signer in each.signature.signers
        if signer.known_test_key or signer.shared_by
    }
    shared = keys[0] & keys[1]
    return "other" if not shared else "same" if shared - everybodys else "shared_key"
