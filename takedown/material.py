"""What of a finding an answer rests on: when one of these fields changes the answer reopens, and by nothing else.

Counts, dates, ratings and wording of descriptions are no such fields. What becomes unknown is no change either: a look
that saw less proves nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import log10
from typing import Any

from index.digests import stated
from index.plain import line
from index.reading import encode
from takedown.decision import Material

FIELDS = ("signer", "package", "developer", "sample", "name", "brand", "violations", "price", "contact")
_ADDS = frozenset({"brand", "violations"})
"""Fields of several words of which only a new one counts."""
_ALLEGED, _NOTICED = 0.4, 0.2
"""Probability from which a violation is alleged, as in `detection.scoring`; and from which it is noted when somebody
decides, so that one that was nearly alleged is not new when it comes to be."""
_MOST = 200
"""Characters of a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A material field that changed since somebody decided."""

    field: str
    was: str
    """Empty: nobody knew."""
    now: str


def material(finding: Mapping[str, Any], listing: Mapping[str, Any], ties: Iterable[str]) -> Material:
    """The fields that are known, from a stored finding, its listing and the tie keys it carries."""
    declared = " ".join(sorted(digest for digest in map(stated, listing.get("declared_signers") or ()) if digest))
    violations = (finding.get("violations") or ()) if finding.get("verdict") != "benign" else ()
    known = {
        "signer": finding.get("signer_sha256") or declared,
        "package": listing.get("package_name") or "",
        "developer": _said(listing.get("seller")),
        "sample": finding.get("sample_sha256") or "",
        "name": _said(listing.get("title")),
        "brand": " ".join(sorted(_brands(finding, violations))),
        "violations": " ".join(_violation(one) for one in violations if one["probability"] >= _NOTICED),
        "price": price_class(listing.get("price")),
        "contact": " ".join(sorted(key.partition(":")[2] for key in ties if key.startswith("contact:"))),
    }
    return {name: value for name, value in known.items() if value}


def differences(was: Material, now: Material) -> tuple[Difference, ...]:
    """What changed, in the order of `FIELDS`."""
    return tuple(
        Difference(field=name, was=was.get(name, ""), now=now[name])
        for name in FIELDS
        if name in now and _changed(name, was.get(name, ""), now[name])
    )


def _changed(name: str, was: str, now: str) -> bool:
    if name not in _ADDS:
        return was.casefold() != now.casefold()
    alleged = {word for word in now.split() if not word.endswith("?")}
    return not alleged <= {word.removesuffix("?") for word in was.split()}


def _violation(violation: Mapping[str, Any]) -> str:
    return str(violation["id"]) + ("" if violation["probability"] >= _ALLEGED else "?")


def _brands(finding: Mapping[str, Any], violations: Iterable[Mapping[str, Any]]) -> set[str]:
    """The brand it is about, and the words that named one."""
    quotes = (
        evidence.get("quote") or ""
        for violation in violations
        for evidence in violation.get("evidence") or ()
        if str(evidence.get("detector")).startswith("brand")
    )
    return {
        word
        for word in (finding.get("brand") or "", *("".join(_said(one).casefold().split()) for one in quotes))
        if word
    }


def _said(text: object) -> str:
    return line(" ".join(unicodedata.normalize("NFKC", str(text or "")[: 4 * _MOST]).split()), _MOST)


def price_class(price: object) -> str:
    """'free', or currency and order of magnitude ('￥ 10-99'): small changes are none. Empty where nobody knows."""
    from price_parser import Price  # noqa: PLC0415 - only where something is decided

    text = str(price or "")[:100]
    read = Price.fromstring(text)
    if read.amount is None:
        return "free" if any(word in text.casefold() for word in ("免费", "free")) else ""
    if read.amount <= 0:
        return "free"
    digits = min(9, max(0, int(log10(float(read.amount)))))
    return f"{read.currency or ''} {10**digits if digits else 0}-{10 ** (digits + 1) - 1}".strip()


def evidence_hash(findings: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 over what was seen: each finding's evidence with probabilities, and the hash of its page's capture."""
    seen = {
        str(one["id"]): (one.get("verdict"), one.get("violations"), (one.get("capture") or {}).get("sha256"))
        for one in findings
    }
    return sha256(encode(sorted(seen.items(), key=lambda item: item[0]))).hexdigest()
