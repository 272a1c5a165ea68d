"""What each declared field holds for a given object: the same values for every engine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeAlias

from apk_analysis.fingerprint import Fingerprint
from index.model import Finding, Judgement, Listing, Violation
from index.protocol import Kind, QueryError
from index.query.dates import span
from index.query.fields import FIELDS, Field
from index.query.tokens import BOUNDARY, fold, tokenise

Value: TypeAlias = str | float | tuple[str, ...]
_EMPTY: tuple[object, ...] = ("", (), [])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def listing_texts(listing: Listing) -> dict[str, str]:
    """Text field -> its tokens."""
    return {
        "title": tokenise(listing.title),
        "description": tokenise(listing.description),
        "seller": tokenise(listing.seller or ""),
        "bio": tokenise(listing.bio),
        "options": joined(listing.options),
        "reviews": joined(listing.reviews),
        "questions": joined(listing.questions),
        "notes": tokenise(listing.notes),
        "image_text": joined(listing.image_text),
        "qr_text": joined(listing.qr_text),
        "package": tokenise(listing.package_name or ""),
    }


def finding_texts(finding: Finding, listing: dict[str, str]) -> dict[str, str]:
    """The same of a finding, with the tokens of its listing: who looks for a word looks for it on the page."""
    evidence = [item for violation in finding.violations for item in violation.evidence]
    page = (listing[name] for name in listing if name not in {"title", "seller", "package"} and listing[name])
    return {
        "title": listing["title"],
        "text": f" {BOUNDARY} ".join(page),
        "seller": listing["seller"],
        "package": listing["package"],
        "quote": joined(item.quote for item in evidence),
        "reason": joined(text for item in evidence for text in (item.zh, item.en)),
    }


def sample_texts(sample: Fingerprint) -> dict[str, str]:
    """The same of a sample."""
    return {
        "label": joined((sample.label or "", *sample.labels.values())),
        "package_words": tokenise(sample.package or ""),
    }


def joined(texts: Iterable[str]) -> str:
    """Tokens of several texts, with a boundary between them."""
    return f" {BOUNDARY} ".join(tokenise(text) for text in texts if text)


def listing_values(listing: Listing, judgement: Judgement, sample: str | None) -> dict[str, Value]:
    """Keyword, number and date fields of a listing that have a value; not id, first_seen and last_seen."""
    raw: dict[str, object] = {
        name: getattr(listing, name) for name in FIELDS["listings"] if name in Listing.__dataclass_fields__
    }
    raw |= {name: listing.counters.get(name) for name in ("rating", "downloads", "views", "replies", "sales")}
    raw |= {"sample": sample, "verdict": judgement.verdict, "brand": judgement.brand, "priority": judgement.priority}
    return _values("listings", raw | _found(judgement.violations))


def finding_values(finding: Finding) -> dict[str, Value]:
    """The same of a finding."""
    raw: dict[str, object] = {
        name: getattr(finding, name) for name in FIELDS["findings"] if name in Finding.__dataclass_fields__
    }
    return _values("findings", raw | _found(finding.violations))


def sample_values(sample: Fingerprint) -> dict[str, Value]:
    """The same of a sample."""
    raw: dict[str, object] = {
        name: getattr(sample, name) for name in FIELDS["samples"] if name in Fingerprint.__dataclass_fields__
    }
    raw |= {"signature": sample.signature.status, "signer": [signer.sha256 for signer in sample.signature.signers]}
    raw |= {"permission": sample.permissions, "problem": [problem.kind for problem in sample.problems]}
    raw |= {"trait": [trait.kind for trait in sample.traits], "trait_value": [trait.value for trait in sample.traits]}
    if sample.icon:
        raw |= {"icon_sha256": sample.icon.sha256, "icon_dhash": sample.icon.dhash}
    return _values("samples", raw)


def _found(violations: tuple[Violation, ...]) -> dict[str, object]:
    return {
        "violation": [violation.id for violation in violations],
        "detector": [item.detector for violation in violations for item in violation.evidence],
    }


@cache
def _stored(kind: Kind) -> tuple[Field, ...]:
    declared = FIELDS[kind].values()
    return tuple(f for f in declared if f.type != "text" and f.name not in {"id", "first_seen", "last_seen"})


def _values(kind: Kind, raw: dict[str, object]) -> dict[str, Value]:
    """Only fields that have a value."""
    found = {}
    for field in _stored(kind):
        value = raw.get(field.name)
        if value is not None and value not in _EMPTY and (value := _value(field, value)) is not None:
            found[field.name] = value
    return found


def _value(field: Field, value: Any) -> Value | None:
    if field.many:
        return tuple(dict.fromkeys([fold(str(item)) for item in value]))
    if field.type == "keyword":
        return fold(str(value))
    return _moment(str(value)) if field.type == "date" else _number(value)


def _moment(text: str) -> str | None:
    """The date as we keep dates; None for what is none (marketplaces print what they like)."""
    try:
        return span(text.strip(), _EPOCH)[0]
    except QueryError:
        return None


def _number(value: Any) -> float | None:
    """The number as every engine holds it: finite, whole ones exact up to 2^53."""
    if isinstance(value, int):
        return value if abs(value) <= 2**53 else float(value) if abs(value) < 10**300 else None
    return value if isinstance(value, float) and value - value == 0 else None
