"""All schemes together, by the rules Android applies: which ones count, what stripping betrays, who must agree.

Judge of these rules: apksigner 35 on Google's own suite of signed files. Beyond it, Janus files are always refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from apk_analysis.archive import Archive
from apk_analysis.axml import Platform
from apk_analysis.contents import Contents
from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Problem, Signature, Signer
from apk_analysis.signature.block import V2, V3, V31, Block, find_block
from apk_analysis.signature.content import Content
from apk_analysis.signature.keys import Certificate, signer
from apk_analysis.signature.outcome import ABSENT, NEWEST, UNTOLD, Outcome
from apk_analysis.signature.stamp import read_stamp
from apk_analysis.signature.v1 import has_v1, hashes_for_v1, verify_v1
from apk_analysis.signature.v2v3 import verify_v2, verify_v3
from apk_analysis.signature.v4 import verify_v4

NEWER = ("v2", "v3", "v31")
SCHEMES = ("v1", *NEWER)


def algorithms(archive: Archive) -> frozenset[str]:
    """Hashes that `verify` will want of every file; let `Contents` compute them on its way."""
    return hashes_for_v1(archive)


def verify(
    archive: Archive, platform: Platform | None, contents: Contents | None = None, idsig: bytes | None = None
) -> tuple[Signature, tuple[Problem, ...]]:
    """The signature and why it is not better. Without `platform` (unreadable manifest) nobody can tell.

    `contents` answers for the files. A v1 signature that no Android version from `minSdkVersion` on looks at is
    verified only when all contents went by already; else its state is 'unknown', which changes nothing in the outcome.
    `idsig`: the v4 signature file that came beside the sample.
    """
    block = find_block(archive)
    signature, problems, outcomes = _own(archive, platform, contents, block)
    counted = counting(outcomes, platform.min_sdk) if outcomes and platform else ()
    signed = {name: outcomes[name] for name in counted if signature.status == "valid"}
    stamp, of_stamp = read_stamp(archive, block, signed)
    v4 = verify_v4(idsig, archive.data, outcomes) if outcomes else UNTOLD if idsig else ABSENT
    beside = {"v4": _hashes(v4.signers)} if v4.state == "valid" else {}
    signature = replace(
        signature,
        schemes={**signature.schemes, "v4": v4.state},
        by_scheme={**signature.by_scheme, **beside},
        stamp=stamp,
    )
    return signature, (*problems, *of_stamp, *v4.problems)


Own = tuple[Signature, tuple[Problem, ...], dict[str, Outcome]]


def _own(archive: Archive, platform: Platform | None, contents: Contents | None, block: Block) -> Own:
    """What the schemes inside the sample say together, why, and what each says; empty when they were not looked at."""
    if not block.pairs and not block.problems and not has_v1(archive):
        return Signature(status="unsigned", schemes=dict.fromkeys(SCHEMES, "absent")), (), {}
    if platform is None:
        untold = problem("signature", "sdk_unknown", "without the manifest nobody can say which schemes count")
        return Signature(status="unknown", schemes=dict.fromkeys(SCHEMES, "unknown")), (untold,), {}
    if any(found.kind == "too_large" for found in block.problems):
        return Signature(status="unknown", schemes=dict.fromkeys(SCHEMES, "unknown")), block.problems, {}
    outcomes = _outcomes(archive, platform.min_sdk, block, contents)
    return *_combine(archive, platform, outcomes, block.problems), outcomes


def _outcomes(archive: Archive, min_sdk: int, block: Block, contents: Contents | None) -> dict[str, Outcome]:
    """Each scheme by its own rules."""
    content, pairs = Content(archive, block.start), block.pairs
    found = {
        "v2": verify_v2(pairs[V2], content, min_sdk) if V2 in pairs else ABSENT,
        "v3": verify_v3(pairs[V3], content, "signature.v3") if V3 in pairs else ABSENT,
        "v31": verify_v3(pairs[V31], content, "signature.v31") if V31 in pairs else ABSENT,
    }
    if not has_v1(archive):
        return {"v1": ABSENT, **found}
    if "v1" not in counting({"v1": UNTOLD, **found}, min_sdk) and not (contents and contents.complete):
        return {"v1": UNTOLD, **found}
    return {"v1": verify_v1(archive, contents or Contents(archive, algorithms(archive)), min_sdk), **found}


def counting(outcomes: Mapping[str, Outcome], min_sdk: int) -> tuple[str, ...]:
    """The schemes that at least one Android version from `min_sdk` on would look at, newest first."""
    found = [name for name in ("v31", "v3") if outcomes[name] is not ABSENT]
    if outcomes["v2"] is not ABSENT and (min_sdk < 28 or not found):
        found.append("v2")
    if min_sdk < 24 or not found:
        found.append("v1")
    return tuple(found)


def _combine(
    archive: Archive, platform: Platform, outcomes: dict[str, Outcome], noted: tuple[Problem, ...]
) -> tuple[Signature, tuple[Problem, ...]]:
    names = counting(outcomes, platform.min_sdk)
    known = Signature(
        schemes={name: outcomes[name].state for name in SCHEMES},
        by_scheme={name: _hashes(outcomes[name].signers) for name in SCHEMES if outcomes[name].state == "valid"},
    )
    against = [item for name in names for item in outcomes[name].problems]
    if not against:
        against = [problem("signature", kind, detail) for kind, detail in _breaches(platform, outcomes, names)]
    if archive.flaw:
        against.append(problem("signature", "malformed_archive", archive.flaw))
    if against:
        told = all(outcomes[name].state in {"valid", "unknown"} for name in names) and not archive.flaw
        unsure = told and any(outcomes[name].state == "unknown" for name in names)
        return replace(known, status="unknown" if unsure else "invalid"), (*noted, *against)
    try:
        signers = tuple(signer(certificate) for certificate in _signers(outcomes, names[0]))
    except Defect as defect:
        return replace(known, status="unknown"), (*noted, defect.problem("signature"))
    others = _others(outcomes, signers)
    return replace(
        known, status="valid", signers=signers, other_signers=others, lineage=_hashes(_lineage(outcomes))
    ), noted


def _hashes(certificates: Iterable[Certificate]) -> tuple[str, ...]:
    return tuple(certificate.sha256 for certificate in certificates)


def _others(outcomes: Mapping[str, Outcome], signers: tuple[Signer, ...]) -> tuple[Signer, ...]:
    """Verified certificates beside `signers`: older keys, and signers that only some Android versions look at."""
    verified = [item for name in SCHEMES for item in (*outcomes[name].signers, *outcomes[name].lineage)]
    known = {item.sha256 for item in signers}
    found = []
    for certificate in dict.fromkeys(verified):
        if certificate.sha256 not in known:
            with suppress(Defect):  # one whose key is unreadable still stands in `lineage` by its hash
                found.append(signer(certificate))
    return tuple(found)


def _signers(outcomes: Mapping[str, Outcome], strongest: str) -> tuple[Certificate, ...]:
    """v3 and v3.1 list one signer per range of Android versions; the last one speaks for the newest."""
    signers = outcomes[strongest].signers
    return signers[-1:] if strongest in {"v3", "v31"} else signers


def _lineage(outcomes: Mapping[str, Outcome]) -> tuple[Certificate, ...]:
    return outcomes["v31"].lineage or outcomes["v3"].lineage


def _breaches(platform: Platform, outcomes: Mapping[str, Outcome], names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(kind, detail) of every rule between schemes that is broken. Called only when each scheme is valid by itself."""
    if "v1" in names and outcomes["v1"] is ABSENT:
        yield "scheme_missing", f"Android before 7.0 (minSdkVersion {platform.min_sdk}) looks for a v1 signature"
    newer = [name for name in names if name in NEWER]
    if platform.sandbox > 1 and not newer:
        yield "scheme_missing", f"targetSandboxVersion {platform.sandbox} needs v2"
    if platform.target_sdk >= 30 and not newer:
        yield "scheme_missing", f"targetSdkVersion {platform.target_sdk} needs v2"
    for name in names:
        for promised in sorted(outcomes[name].promises):
            if outcomes[promised] is ABSENT:
                yield "scheme_stripped", f"{name} says that {promised} was there when the file was signed"
    yield from _rotation_breaches(platform, outcomes)
    yield from _disagreements(outcomes, names)


def _rotation_breaches(platform: Platform, outcomes: Mapping[str, Outcome]) -> Iterator[tuple[str, str]]:
    v3, v31 = outcomes["v3"], outcomes["v31"]
    if v31 is not ABSENT:
        if v3 is ABSENT:
            yield "scheme_stripped", "v3.1 needs v3 beside it"
            return
        if v3.signers[-1] not in (v31.lineage or v31.signers):
            yield "signers_differ", "v3.1 does not continue the signer of v3"
        if v31.covers[1] != NEWEST:
            yield "sdk_range", f"v3.1 ends at {v31.covers[1]}"
    if v3 is ABSENT:
        return
    until = NEWEST if v31 is ABSENT else v31.covers[0] - 1
    if v3.covers[0] > max(platform.min_sdk, 28) or v3.covers[1] < until:
        yield "sdk_range", f"v3 covers {v3.covers[0]} to {v3.covers[1]} only"
    if v3.rotates_from is not None and v31 is ABSENT:
        yield "scheme_stripped", f"v3 says that v3.1 takes over from {v3.rotates_from}"
    elif v3.rotates_from is not None and v3.rotates_from != v31.covers[0]:
        yield "sdk_range", f"v3 says that v3.1 takes over from {v3.rotates_from}, it begins at {v31.covers[0]}"


def _disagreements(outcomes: Mapping[str, Outcome], names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    older = [outcomes[name].signers for name in ("v1", "v2") if name in names and outcomes[name].signers]
    if len(older) == 2 and set(older[0]) != set(older[1]):
        yield "signers_differ", "v1 and v2"
    if "v3" not in names or not older:
        return
    lineage = _lineage(outcomes)
    first = lineage[:1] or outcomes["v3"].signers
    if older[0] != first:
        yield "signers_differ", "v3 does not begin with the signer of " + ("v1" if "v1" in names else "v2")
