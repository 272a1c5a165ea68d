"""The sample's verified signer against the pins of that package; and samples published as malicious."""

from __future__ import annotations

from collections.abc import Iterator

from detection.brands import compiled
from detection.identity import identity, pins_of
from detection.saying import said
from detection.subject import Subject
from index.model import Evidence

GROUP = "counterfeit"
_MISMATCH = 6.5
_ELSEWHERE = 3.4
"""The pins are of other stores than this one: a lead, which the certificate of this store would settle."""
VENDOR_WIDE = frozenset({"vendor", "vendor_assetlinks"})
"""Pins that the vendor states for the app itself, whatever the store."""
_UNSIGNED = 4.6
_KNOWN_BAD = 9.0


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields evidence where pins are collected for the sample's package and none fits, or the hash is known as bad."""
    sample = subject.fingerprint
    if sample is None:
        return
    brands = compiled(subject.profiles)
    for bad in (sample.md5, sample.sha1, sample.sha256):
        if profile := brands.known_bad.get(bad):
            yield said(
                "known_bad",
                detector="brand_signer",
                violation="p2-6a",
                strength=_KNOWN_BAD,
                observed=bad,
                brand=profile.names[0].text,
            )
    for profile in brands.owners_of(sample.package):
        brand = profile.names[0].text
        pins = pins_of(profile, sample.package)
        if not pins:
            continue
        expected = " / ".join(
            dict.fromkeys(pin.sha256 or pin.sha1 or pin.md5 or pin.rsa_modulus_md5 or "" for pin in pins)
        )
        stores = ", ".join(dict.fromkeys(pin.store for pin in pins))
        if identity(subject, profile).signer == "mismatch":
            here = {subject.listing.marketplace, subject.listing.marketplace.partition(":")[0], *VENDOR_WIDE}
            settled = any(pin.store in here for pin in pins)
            yield said(
                "signer_other" if settled else "signer_elsewhere",
                detector="brand_signer",
                violation="p2-6a",
                strength=_MISMATCH if settled else _ELSEWHERE,
                observed=sample.signature.signers[0].sha256,
                expected=expected,
                brand=brand,
                package=sample.package,
                stores=stores,
            )
        elif sample.signature.status in {"invalid", "unsigned"}:
            yield said(
                "signature_broken",
                detector="brand_signer",
                violation="p2-6a",
                strength=_UNSIGNED,
                observed=sample.signature.status,
                expected=expected,
                brand=brand,
                package=sample.package,
            )
