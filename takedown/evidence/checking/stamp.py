"""An RFC 3161 time stamp, as far as the standard library reads it: of what it is, and when. Its signature is checked
with openssl, by the command that is printed.
"""

from __future__ import annotations

import hashlib

from takedown.evidence.checking.report import Member, Report, Wrong

_SHA2 = bytes.fromhex("6086480165030402")
ALGORITHMS = {_SHA2 + b"\1": "sha256", _SHA2 + b"\2": "sha384", _SHA2 + b"\3": "sha512"}
SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
TST_INFO = bytes.fromhex("2a864886f70d0109100104")
GRANTED = (b"\0", b"\1")
LARGEST = 1 << 20
"""Bytes of a time stamp."""


def parts(data: bytes) -> list[bytes]:
    """The values that follow each other in DER, without their tags and lengths. Raises ValueError, IndexError."""
    found, at = [], 0
    while at < len(data):
        length, at = data[at + 1], at + 2
        if length >= 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(data[at : at + count], "big"), at + count
        if at + length > len(data):
            raise ValueError("cut off")
        found.append(data[at : at + length])
        at += length
    return found


def stamped(token: bytes) -> tuple[str, bytes, str]:
    """Hash algorithm, digest and time ('20261125090000Z') in a response. Raises ValueError, IndexError, KeyError."""
    [response] = parts(token)
    status, content = parts(response)
    kind, signed = parts(content)
    if parts(status)[0] not in GRANTED or kind != SIGNED_DATA:
        raise ValueError("not granted")
    inner_kind, inner = parts(parts(parts(signed)[0])[2])
    if inner_kind != TST_INFO:
        raise ValueError("no time stamp")
    info = parts(parts(parts(inner)[0])[0])
    algorithm, digest = parts(info[2])
    return ALGORITHMS[parts(algorithm)[0]], digest, info[4].decode("ascii")


def check_stamp(report: Report, manifest: Member, token: bytes, where: str) -> None:
    """Whether the time stamp is one of this manifest."""
    try:
        algorithm, digest, moment = stamped(token[:LARGEST])
    except (ValueError, LookupError):
        raise Wrong("stamp_unreadable", where) from None
    own = hashlib.new(algorithm)
    for chunk in report.chunks(manifest.at, manifest.size):
        own.update(chunk)
    if own.digest() != digest:
        raise Wrong("stamp", where, digest.hex())
    report.stamp = {"at": moment, "algorithm": algorithm, "where": where}
