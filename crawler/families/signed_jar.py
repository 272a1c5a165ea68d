"""Files that a signed JAR vouches for, as F-Droid repositories publish their index."""

from __future__ import annotations

from dataclasses import dataclass

from apk_analysis.archive import Archive, Limits
from apk_analysis.contents import Contents
from apk_analysis.defects import Defect
from apk_analysis.fingerprint import Problem
from apk_analysis.signature.v1 import verify_v1

RULES = 24
"""The rules of Android 7.0: signed attributes and today's algorithms are allowed."""
MOST_ENTRIES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """A file out of a JAR whose signature is right."""

    content: bytes
    signer: str
    """SHA-256 of the certificate that signed it."""


def read_signed(jar: bytes, name: str, *, largest: int) -> Vouched | Problem:
    """The file `name`, of at most `largest` bytes, if one signer vouches for every file of the JAR.

    Checked: PKCS#7 block -> certificate -> signature file -> manifest -> each file.
    """
    try:
        archive = Archive(jar, Limits(entries=MOST_ENTRIES, entry=largest, total=2 * largest))
        outcome = verify_v1(archive, Contents(archive), RULES)
        if outcome.state != "valid" or len(outcome.signers) != 1:
            return _wrong_signature(outcome.state, [f"{found.kind} {found.detail}" for found in outcome.problems])
        entry = archive.find(name)
        if entry is None:
            return Problem(part="index", kind="malformed_index", detail=f"no {name} in the JAR")
        return Vouched(content=archive.read(entry, largest), signer=outcome.signers[0].sha256)
    except Defect as defect:
        return defect.problem("index")


def _wrong_signature(state: str, reasons: list[str]) -> Problem:
    why = "; ".join(reasons) or {"absent": "not signed", "valid": "not exactly one signer"}.get(state, state)
    return Problem(part="index", kind="wrong_signature", detail=why[:500])
