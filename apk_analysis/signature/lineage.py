"""Key rotation: a chain of certificates in which each signs the next."""

from __future__ import annotations

from apk_analysis.defects import Defect
from apk_analysis.signature.algorithms import ALGORITHMS
from apk_analysis.signature.block import Reader
from apk_analysis.signature.keys import Certificate, read_public_key, verify

LONGEST = 100


def read_lineage(value: bytes) -> tuple[Certificate, ...]:
    """Oldest first; every link verified and every certificate once. Raises Defect."""
    reader = Reader(value)
    if reader.u32() != 1:
        raise Defect("lineage_invalid", "unknown version")
    chain: list[Certificate] = []
    declared = 0
    while reader:
        node = reader.part()
        signed = node.field()
        _flags, next_algorithm, signature = node.u32(), node.u32(), node.field()
        inner = Reader(signed)
        certificate, algorithm = Certificate(inner.field()), inner.u32()
        if chain:
            _check_link(chain[-1], declared, algorithm, signature, signed)
        if certificate in chain or len(chain) >= LONGEST:
            raise Defect("lineage_invalid", f"certificate {len(chain) + 1} repeats an earlier one, or too many")
        chain.append(certificate)
        declared = next_algorithm
    return tuple(chain)


def _check_link(parent: Certificate, declared: int, algorithm: int, signature: bytes, signed: bytes) -> None:
    known = ALGORITHMS.get(declared)
    if known is None or declared != algorithm:
        raise Defect("lineage_invalid", f"algorithms {declared:#x} and {algorithm:#x}")
    if not verify(read_public_key(parent.spki()), known.family, known.hash_name, signature, signed):
        raise Defect("lineage_invalid", "a certificate is not signed by its predecessor")
