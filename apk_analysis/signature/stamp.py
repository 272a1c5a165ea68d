"""Source stamps: a distributor's signature over what the owner signed. Judge: apksigner 35 for stamps of version 2.

A stamp never decides who signed the sample, and a broken one never makes the sample's signature invalid.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from apk_analysis.archive import Archive
from apk_analysis.defects import Defect, problem
from apk_analysis.fingerprint import Problem, Stamp
from apk_analysis.signature.algorithms import ALGORITHMS, to_verify
from apk_analysis.signature.block import Block, Reader, numbered
from apk_analysis.signature.keys import Certificate, read_public_key, subject, verify
from apk_analysis.signature.lineage import read_lineage
from apk_analysis.signature.outcome import NEWEST, Outcome

ENTRY = "stamp-cert-sha256"
"""File that says which certificate the stamp is signed with; the owner's signature covers it."""
STAMP, OLD_STAMP = 0x6DFF800D, 0x2B09189E
ROTATION, TIME = 0x9D6303F7, 0xE43C5946
LARGEST = 1024
"""Bytes of that file that are read; 32 are meant to be there."""
OLDEST = 30
"""First Android version for which stamps were made."""
SCHEMES = {"v1": 1, "v2": 2, "v3": 3}
"""Their numbers in a stamp. It does not speak of v3.1, beside which v3 always stands."""
FORMS = {"sha256": 1, "sha512": 2, "verity": 3, "manifest": 4}


def read_stamp(
    archive: Archive, block: Block, signed: Mapping[str, Outcome]
) -> tuple[Stamp | None, tuple[Problem, ...]]:
    """The stamp and why it is not better. `signed`: the valid schemes that count; empty when nothing is valid."""
    entry = archive.find(ENTRY)
    pair = block.pairs.get(STAMP, block.pairs.get(OLD_STAMP))
    if entry is None and pair is None:
        return None, ()
    stamp = Stamp(state="unknown", sha256="")
    try:
        claimed = archive.read(entry, LARGEST) if entry else b""
        stamp = Stamp(state="unknown", sha256=claimed.hex()[:64])
        stamp = stamp if pair is None else _claim(stamp, Certificate(Reader(pair).part().field()))
        if entry is None or pair is None:
            missing = ENTRY if entry is None else "stamp in the signing block"
            return stamp, (problem("signature.stamp", "stamp_incomplete", f"there is no {missing}"),)
        if not signed:
            return stamp, (problem("signature.stamp", "stamp_alone", "the sample's own signature is not valid"),)
        time = _verified(pair, claimed, signed, old=STAMP not in block.pairs)
    except Defect as defect:
        return replace(stamp, state="invalid"), (defect.problem("signature.stamp"),)
    return replace(stamp, state="valid", signed_at=time), ()


def _claim(stamp: Stamp, certificate: Certificate) -> Stamp:
    """What the sample says of its stamp, before anything is verified."""
    if stamp.sha256 not in {"", certificate.sha256}:
        return stamp
    return replace(stamp, sha256=certificate.sha256, subject=subject(certificate))


def _verified(pair: bytes, claimed: bytes, signed: Mapping[str, Outcome], *, old: bool) -> str | None:
    """When the stamp was made, if it says so. Raises Defect unless it vouches for every scheme that counts."""
    reader = Reader(pair).part()
    certificate = Certificate(reader.field())
    spki = certificate.spki()
    if hashlib.sha256(certificate.der).digest() != claimed:
        raise Defect("stamp_certificate", f"{ENTRY} names another certificate")
    messages = {SCHEMES[name]: _message(outcome.digests) for name, outcome in signed.items() if name in SCHEMES}
    if old:
        _check_any(reader.field(), messages, spki)
        return None
    vouched = dict(numbered(reader.part()))
    for scheme, message in messages.items():
        if scheme not in vouched:
            raise Defect("no_signature", f"nothing is said of scheme {scheme}")
        _check(vouched[scheme], message, spki)
    if not reader:
        return None
    attributes = reader.field()
    _check(reader.field(), attributes, spki)
    return _read_attributes(Reader(attributes).part(), certificate)


def _message(digests: Mapping[str, bytes]) -> bytes:
    """The digests of one scheme, as a stamp signs them."""
    pairs = sorted((FORMS[form], digest) for form, digest in digests.items())
    return b"".join(struct.pack("<LLL", len(digest) + 8, form, len(digest)) + digest for form, digest in pairs)


def _check_any(signatures: bytes, messages: Mapping[int, bytes], spki: bytes) -> None:
    """Stamps of version 1 sign the digests of one scheme, and do not say which."""
    reason = Defect("no_signature")
    for _, message in sorted(messages.items(), reverse=True):
        try:
            return _check(signatures, message, spki)
        except Defect as defect:
            reason = defect
    raise reason


def _check(signatures: bytes, message: bytes, spki: bytes) -> None:
    """Raises Defect unless the strongest known algorithms verify."""
    known = {number: value for number, value in reversed(numbered(Reader(signatures))) if number in ALGORITHMS}
    if not known:
        raise Defect("no_signature")
    key = read_public_key(spki)
    for number in to_verify(list(known), OLDEST, NEWEST):
        if not verify(key, ALGORITHMS[number].family, ALGORITHMS[number].hash_name, known[number], message):
            raise Defect("signature_mismatch", f"algorithm {number:#06x}")


def _read_attributes(attributes: Reader, certificate: Certificate) -> str | None:
    time = None
    while attributes:
        attribute = attributes.part()
        number, value = attribute.u32(), attribute.rest()
        if number == ROTATION and read_lineage(value)[-1:] != (certificate,):
            raise Defect("lineage_invalid", "it does not end at the stamp's certificate")
        if number == TIME:
            seconds = int.from_bytes(Reader(value).take(8), "little", signed=True)
            if seconds <= 0:
                raise Defect("stamp_time", f"{seconds}")
            with suppress(ValueError, OverflowError, OSError):  # a year that no calendar knows
                time = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return time
