"""Scheme v4: a signature in a file of its own, '<sample>.idsig', by which Android checks an app while it is streamed.

It repeats what v2 or v3 signed, together with the root of a Merkle tree over the whole file.
Format: source.android.com/docs/security/features/apksigning/v4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from apk_analysis.archive import Bytes
from apk_analysis.defects import Defect
from apk_analysis.signature.algorithms import ALGORITHMS
from apk_analysis.signature.block import Reader
from apk_analysis.signature.keys import Certificate, read_public_key, same_key, verify
from apk_analysis.signature.merkle import tree
from apk_analysis.signature.outcome import ABSENT, MOST_SIGNERS, Outcome

ENDING = ".idsig"
VERSION, SHA256, PAGES_OF_4096 = 2, 1, 12
LARGEST = 64 << 20
"""Bytes of a signature file; with its tree it takes about 1/128 of the sample."""
LONGEST_SALT, BLOCK_OF_SHA256 = 32, 64
PREFERRED = ("sha512", "verity", "sha256")
"""Form of the content digest that stands for the sample, best first."""
MIB = 1 << 20


class _Info(NamedTuple):
    """What one key signed."""

    digest: bytes
    certificate: bytes
    more: bytes
    spki: bytes
    algorithm: int
    signature: bytes


def find_idsig(path: Path) -> bytes | None:
    """The signature file beside a sample, at most LARGEST bytes of it; None when there is none that can be read."""
    beside = path.with_name(path.name + ENDING)
    try:
        if not beside.is_file():
            return None
        with beside.open("rb") as file:
            return file.read(LARGEST)
    except OSError:
        return None


def verify_v4(idsig: bytes | None, data: Bytes, outcomes: Mapping[str, Outcome]) -> Outcome:
    """Whether the signature file fits the sample `data` and who signed v2 and later of it, as `outcomes` say."""
    if idsig is None:
        return ABSENT
    try:
        certificates = _verified(Reader(idsig), data, outcomes)
    except Defect as defect:
        return Outcome(state="invalid", problems=(defect.problem("signature.v4"),))
    return Outcome(state="valid", signers=certificates)


def _verified(reader: Reader, data: Bytes, outcomes: Mapping[str, Outcome]) -> tuple[Certificate, ...]:
    if (version := reader.u32()) != VERSION:
        raise Defect("malformed_block", f"version {version}")
    hashing, signing = reader.field(), reader.part()
    stored = reader.field() if reader else b""
    infos = [_info(signing)]
    while signing and len(infos) < MOST_SIGNERS:
        signing.u32()  # id of the scheme it stands for; their order says the same
        infos.append(_info(signing.part()))
    for info in infos:
        _check_signature(info, hashing, len(data))
    _check_owners(infos, outcomes)
    _check_tree(Reader(hashing), stored, data)
    return tuple(Certificate(info.certificate) for info in infos)


def _info(reader: Reader) -> _Info:
    return _Info(reader.field(), reader.field(), reader.field(), reader.field(), reader.u32(), reader.field())


def _check_signature(info: _Info, hashing: bytes, size: int) -> None:
    algorithm = ALGORITHMS.get(info.algorithm)
    if algorithm is None:
        raise Defect("unsupported_algorithm", f"{info.algorithm:#06x}")
    told = b"".join(struct.pack("<L", len(part)) + part for part in (info.digest, info.certificate, info.more))
    signed = struct.pack("<LQ", 12 + len(hashing) + len(told), size) + hashing + told
    if not verify(read_public_key(info.spki), algorithm.family, algorithm.hash_name, info.signature, signed):
        raise Defect("signature_mismatch", f"algorithm {info.algorithm:#06x}")
    if not same_key(Certificate(info.certificate).spki(), info.spki):
        raise Defect("key_mismatch", "the certificate holds another key than the one that signed")


def _check_owners(infos: list[_Info], outcomes: Mapping[str, Outcome]) -> None:
    """Each signer of v4 repeats the digest and the only signer of the scheme it stands for. Raises Defect."""
    valid = [name for name in ("v3", "v31") if outcomes[name].state == "valid"]
    schemes = valid if "v3" in valid else ["v2"] if outcomes["v2"].state == "valid" else []
    if not schemes:
        raise Defect("scheme_missing", "v4 needs a valid v2 or v3 inside the sample")
    if len(schemes) != len(infos):
        raise Defect("signers_differ", f"{len(infos)} signers for {' and '.join(schemes)}")
    for name, info in zip(schemes, infos, strict=True):
        signers, digests = outcomes[name].signers, outcomes[name].digests
        if signers != (Certificate(info.certificate),):
            raise Defect("signers_differ", f"v4 and {name}")
        if info.digest != next((digests[form] for form in PREFERRED if form in digests), None):
            raise Defect("digest_mismatch", f"v4 speaks of another content than {name}")


def _check_tree(hashing: Reader, stored: bytes, data: Bytes) -> None:
    algorithm, pages, salt, root = hashing.u32(), hashing.take(1)[0], hashing.field(), hashing.field()
    if (algorithm, pages) != (SHA256, PAGES_OF_4096) or len(salt) > LONGEST_SALT:
        raise Defect("unsupported_algorithm", f"tree of kind {algorithm} with pages of 2^{pages} bytes")
    built = tree(_pieces(data), salt + bytes(-len(salt) % BLOCK_OF_SHA256))
    if built.root != root:
        raise Defect("digest_mismatch", "the file is not the one that was signed (v4)")
    if stored and stored != built.pages:
        raise Defect("digest_mismatch", "the stored tree does not fit the file")


def _pieces(data: Bytes) -> Iterator[bytes]:
    for at in range(0, len(data), MIB):
        yield bytes(data[at : at + MIB])
