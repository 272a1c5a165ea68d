"""What a row of an export says: findings and listings as cells, in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from index.messages import text
from index.protocol import Kind, Stored
from index.times import utc
from takedown.cells import Cell, cell

Look = Callable[[Stored, str], object]
"""Hit and language -> what stands in the cell."""


def _field(name: str) -> Look:
    return lambda hit, _lang: hit.value.get(name)


def _verdict(hit: Stored, lang: str) -> object:
    """In words that accuse nobody before a person confirmed; what somebody allowed says so while that counts."""
    said = text(f"export.verdict.{hit.value.get('verdict', 'benign')}", lang)
    return "\n".join((said, *allowed(hit.value, lang)))


def allowed(value: dict[str, Any], lang: str) -> Iterator[str]:
    """Who allowed a stored finding, why and until when, as far as that counts today."""
    day = utc()[:10]
    for one in value.get("allowed") or ():
        if day <= one["expires"]:
            reason = text(f"learning.reason.{one['reason']}", lang)
            yield text("triage.allowed_by", lang, reason=reason, by=one["by"], expires=one["expires"])


def _each(pick: Callable[[dict[str, Any], str], str]) -> Look:
    """One line per piece of evidence, none twice."""

    def look(hit: Stored, lang: str) -> object:
        lines = (pick(evidence, lang) for evidence in evidence_of(hit.value))
        return "\n".join(dict.fromkeys(line for line in lines if line))

    return look


def evidence_of(value: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """All evidence of a stored finding, strongest violation first."""
    for violation in value.get("violations") or ():
        yield from violation.get("evidence") or ()


def _violations(hit: Stored, _lang: str) -> object:
    held: Any = hit.value.get("violations") or ()
    return "\n".join(f"{violation['id']} {violation['probability']:.0%}" for violation in held)


def _unseen(hit: Stored, lang: str) -> object:
    held: Any = hit.value.get("unseen") or ()
    return "\n".join(unseen(name, lang) for name in held)


def unseen(name: str, lang: str) -> str:
    """What could not be seen, in words; the bare id where an older version named it otherwise."""
    try:
        return text(name, lang)
    except (KeyError, FileNotFoundError):
        return name


def _capture(hit: Stored, _lang: str) -> object:
    capture: Any = hit.value.get("capture")
    return f"{capture['warc']}:{capture['offset']} sha256:{capture['sha256']}" if capture else None


FINDINGS: dict[str, Look] = {
    "verdict": _verdict,
    "title": _field("title"),
    "brand": _field("brand"),
    "violations": _violations,
    "reasons": _each(lambda evidence, lang: str(evidence.get(lang) or evidence.get("observed") or "")),
    "quotes": _each(lambda evidence, _lang: str(evidence.get("quote") or "")),
    "unseen": _unseen,
    "priority": _field("priority"),
    "probability": _field("probability"),
    "marketplace": _field("marketplace"),
    "url": _field("url"),
    "sample_sha256": _field("sample_sha256"),
    "signer_sha256": _field("signer_sha256"),
    "capture": _capture,
    "custody": _field("custody"),
    "first_seen": lambda hit, _lang: hit.first_seen,
    "last_seen": lambda hit, _lang: hit.last_seen,
    "id": lambda hit, _lang: hit.id,
    "listing_id": _field("listing_id"),
}
LISTINGS: dict[str, Look] = {
    "title": _field("title"),
    "marketplace": _field("marketplace"),
    "url": _field("url"),
    "source_kind": _field("source_kind"),
    "seller": _field("seller"),
    "price": _field("price"),
    "package_name": _field("package_name"),
    "version": _field("version"),
    "published_at": _field("published_at"),
    "description": _field("description"),
    "sample_sha256": _field("sample_sha256"),
    "custody": _field("custody"),
    "first_seen": lambda hit, _lang: hit.first_seen,
    "last_seen": lambda hit, _lang: hit.last_seen,
    "id": lambda hit, _lang: hit.id,
}
COLUMNS: dict[Kind, dict[str, Look]] = {"findings": FINDINGS, "listings": LISTINGS}
"""Kind -> column -> what it shows. Headings stand in the catalogue under export.column."""


def heading(kind: Kind, lang: str) -> list[str]:
    """The first row."""
    return [text(f"export.column.{column}", lang) for column in COLUMNS[kind]]


def row(hit: Stored, kind: Kind, lang: str) -> list[Cell]:
    """One hit as safe cells."""
    return [cell(look(hit, lang)) for look in COLUMNS[kind].values()]
