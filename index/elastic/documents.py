"""Domain objects as documents: raw texts for people, tokens for our queries, values as every engine holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from apk_analysis.fingerprint import Fingerprint
from index.arrivals import Body
from index.elastic import similar
from index.elastic.mappings import RUN_COUNTS
from index.model import Finding, Listing, Run
from index.protocol import Kind, Stored
from index.query.values import finding_texts, finding_values, listing_texts, listing_values, sample_texts, sample_values
from index.times import hours_between

Document = dict[str, Any]
LONGEST = 8000
"""Characters of a raw text in its own field; tokens and body have all of it."""


def listing_document(body: Body) -> Document:
    """Everything but id, times, ties and what the writer keeps for itself."""
    listing = body.listing
    raw = {name: getattr(listing, "package_name" if name == "package" else name) for name in listing_texts(listing)}
    values = listing_values(listing, body.judgement, body.sample)
    return {**_texts(raw, listing_texts(listing)), **values, "body": body}


def finding_document(finding: Finding, listing: Listing, *, proposed: bool) -> Document:
    """The same of a finding, which carries its listing's texts."""
    evidence = [item for violation in finding.violations for item in violation.evidence]
    page = [getattr(listing, name) for name in listing_texts(listing) if name not in {"title", "seller", "package"}]
    raw = {
        "title": listing.title,
        "text": [text for part in page for text in ([part] if isinstance(part, str) else part)],
        "seller": listing.seller,
        "package": listing.package_name,
        "quote": [item.quote for item in evidence],
        "reason": [text for item in evidence for text in (item.zh, item.en)],
    }
    texts = _texts(raw, finding_texts(finding, listing_texts(listing)))
    bare = replace(finding, first_seen="", last_seen="")
    return {**texts, **finding_values(finding), "proposed": proposed, "body": bare}


def sample_document(sample: Fingerprint) -> Document:
    """The same of a sample."""
    raw = {"label": [sample.label or "", *sample.labels.values()], "package_words": sample.package}
    return {**_texts(raw, sample_texts(sample)), **sample_values(sample), **similar.fields_of(sample), "body": sample}


def run_document(run: Run) -> Document:
    """The same of a run."""
    said = {name: getattr(run, name) for name in ("id", "marketplace", "spider", "outcome", "started_at")}
    more = {"finished_at": run.finished_at, "counts": run.counts, "problems": run.problems, "problem": [*run.problems]}
    numbers: Document = {name: run.counts[name] for name in RUN_COUNTS if name in run.counts}
    if (hours := hours_between(run.started_at, run.finished_at)) is not None:
        numbers["minutes"] = hours * 60
    return {**said, **more, **numbers, "body": run}


def stored(kind: Kind, source: Mapping[str, Any]) -> Stored:
    """A hit back as what every engine gives."""
    value = dict(source["body"])
    if kind == "listings":
        listing = value.pop("listing")
        value = {**listing, **value}
    first, last = source["first_seen"], source["last_seen"]
    value |= {"id": source["id"], "first_seen": first, "last_seen": last}
    return Stored(id=source["id"], kind=kind, value=value, first_seen=first, last_seen=last)


def _texts(raw: Mapping[str, str | Iterable[str] | None], tokens: Mapping[str, str]) -> Document:
    """Only texts that are not empty, so that asking whether a field exists means the same everywhere."""
    found: Document = {"tokens": {name: said for name, said in tokens.items() if said}}
    for name, text in raw.items():
        parts = [text] if isinstance(text, str) else list(text or ())
        if kept := [part[:LONGEST] for part in parts if part]:
            found[name] = kept
    return found
