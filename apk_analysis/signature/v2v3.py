"""Schemes v2, v3 and v3.1: signers of the whole file, in the signing block.

The first certificate is read only after its key has verified the signed data that holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from apk_analysis.defects import Defect
from apk_analysis.signature.algorithms import ALGORITHMS, to_verify
from apk_analysis.signature.block import Reader, items, numbered
from apk_analysis.signature.content import Content
from apk_analysis.signature.keys import Certificate, read_public_key, same_key, verify
from apk_analysis.signature.lineage import read_lineage
from apk_analysis.signature.outcome import MOST_SIGNERS, NEWEST, Outcome

STRIPPING, LINEAGE, ROTATION_FROM, DEVELOPMENT = 0xBEEFF00D, 0x3BA06F8C, 0x559F8B02, 0xC2A6B3BA
PROMISED = {2: "v2", 3: "v3", 31: "v31"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """One verified signer."""

    certificate: Certificate
    digests: tuple[tuple[int, bytes], ...]
    """Algorithm number and content digest, as signed."""
    verified: frozenset[str]
    """Forms of the content digest whose signature was verified."""
    oldest: int
    newest: int
    attributes: tuple[tuple[int, bytes], ...]

    def attribute(self, wanted: int) -> bytes | None:
        return next((value for number, value in self.attributes if number == wanted), None)


def verify_v2(pair: bytes, content: Content, min_sdk: int) -> Outcome:
    """The outcome of a v2 pair for Android versions from `min_sdk` on. Defects become its problems."""
    try:
        signed = _signers(pair, v3=False, oldest=max(min_sdk, 24))
        _check_content(signed, content)
        promises = {
            PROMISED[int.from_bytes(value[:4], "little")]
            for signer in signed
            for number, value in signer.attributes
            if number == STRIPPING and int.from_bytes(value[:4], "little") in PROMISED
        }
    except Defect as defect:
        return Outcome(state="invalid", problems=(defect.problem("signature.v2"),))
    certificates = tuple(signer.certificate for signer in signed)
    return Outcome(state="valid", signers=certificates, promises=frozenset(promises), digests=_digests(signed))


def verify_v3(pair: bytes, content: Content, part: str) -> Outcome:
    """The outcome of a v3 or v3.1 pair. `part`: 'signature.v3' or 'signature.v31'."""
    try:
        signed = _signers(pair, v3=True, oldest=0)
        _check_content(signed, content)
        oldest, newest = _joined_range(signed)
        lineage = _joined_lineage(signed)
    except Defect as defect:
        return Outcome(state="invalid", problems=(defect.problem(part),))
    rotation = next((value for signer in signed if (value := signer.attribute(ROTATION_FROM)) is not None), None)
    return Outcome(
        state="valid",
        signers=tuple(signer.certificate for signer in signed),
        lineage=lineage,
        covers=(oldest, newest),
        rotates_from=None if rotation is None else int.from_bytes(rotation[:4], "little"),
        digests=_digests(signed),
    )


def _signers(pair: bytes, *, v3: bool, oldest: int) -> list[_Signed]:
    blocks = Reader(pair).part()
    signed: list[_Signed] = []
    while blocks:
        if len(signed) == MOST_SIGNERS:
            raise Defect("too_many_signers", f"more than {MOST_SIGNERS}")
        signed.append(_signer(blocks.part(), v3=v3, oldest=oldest))
    if not signed:
        raise Defect("no_signer")
    return signed


def _signer(block: Reader, *, v3: bool, oldest: int) -> _Signed:
    signed_data = block.field()
    newest = NEWEST
    if v3:
        oldest, newest = block.u32(), block.u32()
        if oldest > newest or newest > NEWEST:
            raise Defect("sdk_range", f"{oldest} to {newest}")
    signatures = numbered(block.part())
    spki = block.field()
    verified = _verify_signatures(signatures, spki, signed_data, oldest, newest)
    inside = Reader(signed_data)
    digests, certificates = numbered(inside.part()), inside.part()
    if v3 and (inside.u32(), inside.u32()) != (oldest, newest):
        raise Defect("sdk_range", "differs between signer and signed data")
    attributes = _attributes(inside.part())
    if not certificates:
        raise Defect("no_certificate")
    certificate, *others = [Certificate(item.data) for item in items(certificates)]
    for other in others:
        other.parsed()
    if not same_key(certificate.spki(), spki):
        raise Defect("key_mismatch", "the certificate holds another key than the one that signed")
    if [number for number, _ in digests] != [number for number, _ in signatures]:
        raise Defect("algorithm_mismatch", "signatures and digests name different algorithms")
    return _Signed(
        certificate=certificate,
        digests=tuple(digests),
        verified=verified,
        oldest=oldest,
        newest=newest,
        attributes=tuple(attributes),
    )


def _attributes(reader: Reader) -> list[tuple[int, bytes]]:
    return [(item.u32(), item.rest()) for item in items(reader)]


def _verify_signatures(
    signatures: list[tuple[int, bytes]], spki: bytes, signed: bytes, oldest: int, newest: int
) -> frozenset[str]:
    if not signatures:
        raise Defect("no_signature")
    wanted = to_verify([number for number, _ in signatures], oldest, newest)
    if not wanted:
        raise Defect("unsupported_algorithm", ", ".join(f"{number:#06x}" for number, _ in signatures))
    key, first = read_public_key(spki), dict(reversed(signatures))
    for number in wanted:
        algorithm = ALGORITHMS[number]
        if not verify(key, algorithm.family, algorithm.hash_name, first[number], signed):
            raise Defect("signature_mismatch", f"algorithm {number:#06x}")
    return frozenset(ALGORITHMS[number].content for number in wanted)


def _check_content(signed: list[_Signed], content: Content) -> None:
    verified = frozenset[str]().union(*(signer.verified for signer in signed))
    for signer in signed:
        for number, digest in signer.digests:
            form = ALGORITHMS[number].content if number in ALGORITHMS else None
            if form is not None and form in verified and digest != content.digest(form):
                raise Defect("digest_mismatch", f"the file is not the one that was signed ({form})")


def _digests(signed: list[_Signed]) -> dict[str, bytes]:
    """Content digests by their form; of a later signer where several give one."""
    return {
        ALGORITHMS[number].content: digest
        for signer in signed
        for number, digest in signer.digests
        if number in ALGORITHMS
    }


def _joined_range(signed: list[_Signed]) -> tuple[int, int]:
    """First and last Android version of all signers together; they may not leave gaps."""
    ordered = sorted(signed, key=lambda signer: signer.newest)
    for before, after in pairwise(ordered):
        touching = after.oldest == before.newest and after.attribute(DEVELOPMENT) is not None
        if after.oldest != before.newest + 1 and not touching:
            raise Defect("sdk_range", f"gap or overlap between {before.newest} and {after.oldest}")
    return ordered[0].oldest, ordered[-1].newest


def _joined_lineage(signed: list[_Signed]) -> tuple[Certificate, ...]:
    """The longest verified rotation; every other one must be its beginning and end at its own signer."""
    longest: tuple[Certificate, ...] = ()
    for signer in sorted(signed, key=lambda signer: signer.newest):
        for value in (value for number, value in signer.attributes if number == LINEAGE):
            lineage = read_lineage(value)
            if not lineage or lineage[-1] != signer.certificate:
                raise Defect("lineage_invalid", "it does not end at the signer")
            if lineage[: len(longest)] != longest:
                raise Defect("lineage_invalid", "signers disagree about the rotation")
            longest = lineage
    return longest
