"""Signing certificates against the pins of a profile: like is compared with like, and what cannot be stays unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Literal

from apk_analysis.fingerprint import Fingerprint
from detection.brands import sure
from index.digests import by_kind
from index.model import Listing
from index.profiles import Pin

Outcome = Literal["match", "mismatch", "unknown"]
KINDS = ("sha256", "sha1", "md5", "hex_md5", "rsa_modulus_md5")
"""Digests that a pin may have, the surest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of the certificates that a sample carries, or that a store says it carries."""

    digests: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    """Kind of digest -> the digests; kinds that nobody told are missing."""
    settling: AbstractSet[str] = frozenset()
    """Kinds in which all its certificates are known, so that a pin with another digest is another certificate."""


def of_sample(sample: Fingerprint | None) -> Seen:
    """The certificates whose signature over the sample was verified; nothing is known where none was."""
    if sample is None or sample.signature.status != "valid" or not sample.signature.signers:
        return Seen()
    signers, former = sample.signature.signers, sample.signature.lineage
    told = {kind: {getattr(signer, kind) for signer in signers} for kind in KINDS}
    # Earlier analyses did not keep every digest; that a key has no RSA modulus is known.
    digests = {kind: found - {None} for kind, found in told.items() if None not in found or kind == "rsa_modulus_md5"}
    digests["sha256"] |= set(former)
    return Seen(digests=digests, settling={"sha256"} if former else digests.keys())  # of former ones we know no more


def of_store(listing: Listing) -> Seen:
    """The certificates that the store states: a statement, which nobody has verified."""
    digests = by_kind(listing.declared_signers)
    return Seen(digests=digests, settling=digests.keys())


def compare(seen: Seen, pins: Iterable[Pin]) -> Outcome:
    """'match' where one of the `pins` (of one package) is among the certificates; 'mismatch' where every pin is another
    certificate and one of them is sure enough to accuse; else 'unknown': a pin may be the one, and nobody can tell.
    """
    pins = tuple(pins)
    kinds = {pin: [kind for kind in KINDS if getattr(pin, kind)] for pin in pins}
    if any(getattr(pin, kind) in seen.digests.get(kind, ()) for pin in pins for kind in kinds[pin]):
        return "match"
    differs = all(not seen.settling.isdisjoint(kinds[pin]) for pin in pins)
    return "mismatch" if differs and any(sure(pin.confidence) for pin in pins) else "unknown"
