"""The verified signer, else the one that the store states, against the pins of that package; known bad samples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from detection.brands import compiled
from detection.identity import identity, package_of, pins_of
from detection.saying import said
from detection.signers import KINDS
from detection.subject import Subject
from index.model import Evidence
from index.profiles import Pin

GROUP = "counterfeit"
_MISMATCH = 6.5
_ELSEWHERE = 3.4
"""The pins are of other stores than this one: a lead, which the certificate of this store would settle."""
VENDOR_WIDE = frozenset({"vendor", "vendor_assetlinks"})
"""Pins that the vendor states for the app itself, whatever the store."""
_STATED, _STATED_ELSEWHERE = 3.4, 3.0
"""The store states another certificate, which nobody has verified: leads, which the sample would settle."""
_UNSIGNED = 4.6
_KNOWN_BAD = 9.0


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields evidence where pins are collected for the sample's package and none fits, or the hash is known as bad."""
    sample = subject.fingerprint
    yield from _by_statement(subject)
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
        expected, stores = _told(pins)
        if identity(subject, profile).signer == "mismatch":
            settled = _of_this_store(pins, subject)
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


def _by_statement(subject: Subject) -> Iterator[Evidence]:
    """What the store states of a sample that nobody has looked into."""
    listing, package = subject.listing, package_of(subject)
    for bad in (listing.sample_md5, listing.sample_sha256) if subject.fingerprint is None else ():
        if bad and (owner := compiled(subject.profiles).known_bad.get(bad.lower())):
            yield said(
                "known_bad_stated",
                detector="brand_signer",
                violation="p2-6a",
                strength=_STATED,
                observed=bad.lower(),
                brand=owner.names[0].text,
            )
    for profile in compiled(subject.profiles).owners_of(package):
        if identity(subject, profile).stated == "mismatch":
            pins = pins_of(profile, package)
            expected, stores = _told(pins)
            settled = _of_this_store(pins, subject)
            yield said(
                "signer_stated_other" if settled else "signer_stated_elsewhere",
                detector="brand_signer",
                violation="p2-6a",
                strength=_STATED if settled else _STATED_ELSEWHERE,
                observed=" / ".join(listing.declared_signers),
                expected=expected,
                brand=profile.names[0].text,
                package=package,
                stores=stores,
            )


def _told(pins: Sequence[Pin]) -> tuple[str, str]:
    """The pins' digests, the surest of each, and the stores that they are of."""
    digests = (next((digest for kind in KINDS if (digest := getattr(pin, kind))), "") for pin in pins)
    return " / ".join(dict.fromkeys(digests)), ", ".join(dict.fromkeys(pin.store for pin in pins))


def _of_this_store(pins: Iterable[Pin], subject: Subject) -> bool:
    place = subject.listing.marketplace
    return any(pin.store in {place, place.partition(":")[0], *VENDOR_WIDE} for pin in pins)
