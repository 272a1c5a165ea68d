"""Observations as STIX 2.1 objects. Ids follow from what they name: the same thing has the same id in every bundle.

STIX has no object for an app or for an offer. So `software` and `url` carry a property extension, defined in each
bundle. Mobile forensics (MVT) reads a dialect of its own, which the official validator refuses in part (`app:id`), and
cannot read all of the standard's: `mvt` makes that one apart. A finding that no person confirmed is labelled a
machine's proposal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import stix2
from stix2.v21 import observables

from index.plain import plain
from takedown.exchange.observed import Observed, uri, values
from takedown.notice import Notice, Target

SEED = "copycatch 1"
"""Changes when ids are to be made in another way."""
EXTENSION = "extension-definition--7a3c1f0e-3c0b-4a52-9d0c-6f7d0f6f7a11"
TLP = {"clear": stix2.TLP_WHITE, "green": stix2.TLP_GREEN, "amber": stix2.TLP_AMBER, "red": stix2.TLP_RED}
PATTERNS = {
    "url": "[url:value = {}]",
    "domain": "[domain-name:value = {}]",
    "file": "[file:hashes.'SHA-256' = {}]",
    "cert_sha256": "[app:cert.sha256 = {}]",
    "cert_sha1": "[app:cert.sha1 = {}]",
    "cert_md5": "[app:cert.md5 = {}]",
}
MVT = {
    "domain": "[domain-name:value={}]",
    "file": "[file:hashes.sha256={}]",
    "app": "[app:id={}]",
    "cert_sha256": "[app:cert.sha256={}]",
    "cert_sha1": "[app:cert.sha1={}]",
    "cert_md5": "[app:cert.md5={}]",
}
"""What MVT reads: without blanks, and no addresses, since it takes every '=' for the end of the name."""
_HOST = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,10}", re.IGNORECASE)
Made = Any
"""An object of the stix2 library, which has no types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Who says it, when, and how far it may go."""

    org: str
    """Empty: the program, where a table is exported and no organisation speaks."""
    now: str
    tlp: str = "amber"
    lang: str = "zh"

    @property
    def identity(self) -> Made:
        """The organisation, or the program."""
        name = self.org or "copycatch"
        kind = "organization" if self.org else "system"
        # Of a time of its own: an organisation does not change whenever something is exported.
        return stix2.Identity(
            id=_id("identity", kind, name), name=name, identity_class=kind, created=EVER, modified=EVER
        )


EVER = "2026-11-01T00:00:00Z"
"""When objects that never change were made."""


def head(teller: Teller) -> Iterator[Made]:
    """What every bundle begins with: how far it may go, who speaks, and what our extension means."""
    yield TLP[teller.tlp]
    system = Teller(org="", now=teller.now).identity
    yield system
    if teller.org:
        yield teller.identity
    yield stix2.ExtensionDefinition(
        id=EXTENSION,
        created_by_ref=system.id,
        created=EVER,
        modified=EVER,
        name="marketplace listing",
        description="An offer at a marketplace, and the app package offered there.",
        schema="On url: marketplace, native_id, title, seller, price, custody (texts). On software: package_name, "
        "version_code (number), signer_sha256 (list), marketplace. All optional; texts as observed.",
        version="1.0.0",
        extension_types=["property-extension"],
    )


def told(observed: Observed, teller: Teller) -> Iterator[Made]:
    """Everything about one observation: the things, the look at them, indicators, and why."""
    target = observed.target
    things = list(_things(observed, teller))
    first, last = sorted((target.first_seen or target.last_seen or teller.now, target.last_seen or teller.now))
    said = {"created_by_ref": teller.identity.id, "object_marking_refs": [TLP[teller.tlp].id]}
    said |= {"created": first, "modified": max(first, teller.now), "labels": _labels(observed)}
    confidence = {"confidence": observed.confidence} if observed.alleged else {}
    look = stix2.ObservedData(
        id=_id("observed-data", target.finding_id),
        first_observed=first,
        last_observed=last,
        number_observed=1,
        object_refs=[thing.id for thing in things],
        **said,
        **confidence,
    )
    yield from (*things, look)
    for kind, value in values(observed):
        shown = uri(value) if kind == "url" else value
        if kind not in PATTERNS or not shown or (kind == "domain" and not _HOST.fullmatch(shown)):
            continue
        indicator = _indicator(PATTERNS[kind], (kind, shown), observed, {"valid_from": first, **said, **confidence})
        yield indicator
        yield stix2.Relationship(
            id=_id("relationship", indicator.id, look.id),
            source_ref=indicator.id,
            target_ref=look.id,
            relationship_type="based-on",
            **{**said, "labels": None},
        )
    if words := _words(observed, teller.lang):
        yield stix2.Note(
            id=_id("note", target.finding_id),
            content=words,
            object_refs=[look.id],
            lang=teller.lang,
            **said,
        )


def mvt(observed: Observed, teller: Teller) -> Iterator[Made]:
    """What MVT can look for on a phone."""
    target = observed.target
    first = min(target.first_seen or target.last_seen or teller.now, teller.now)
    said = {"created_by_ref": teller.identity.id, "object_marking_refs": [TLP[teller.tlp].id]}
    said |= {"created": first, "modified": teller.now, "labels": _labels(observed), "confidence": observed.confidence}
    for kind, value in values(observed):
        if kind in MVT and not set("'=\\[]") & set(value):
            yield _indicator(MVT[kind], (kind, value), observed, {"valid_from": first, **said})


def report(notice: Notice, subject: str, summary: str, objects: list[Made], teller: Teller) -> Made:
    """What groups the objects of a notice."""
    drafted = notice.steps[0].at
    return stix2.Report(
        id=_id("report", notice.id),
        created_by_ref=teller.identity.id,
        created=drafted,
        modified=max(drafted, teller.now),
        name=subject,
        report_types=["observed-data", "indicator"],
        published=max(drafted, teller.now),
        object_refs=list(dict.fromkeys(each.id for each in objects)),
        object_marking_refs=[TLP[teller.tlp].id],
        lang=teller.lang,
        external_references=[{"source_name": "copycatch", "external_id": notice.id}],
        **({"description": plain(summary)} if summary else {}),
    )


def _things(observed: Observed, teller: Teller) -> Iterator[Made]:
    target = observed.target
    marked = {"object_marking_refs": [TLP[teller.tlp].id]}
    listing = {
        name: plain(str(getattr(target, name))) for name in ("marketplace", "native_id", "title", "seller", "price")
    }
    listing["custody"] = target.custody
    yield observables.URL(value=_uri(target), extensions=_extension(listing), **marked)
    if _HOST.fullmatch(target.domain):
        yield observables.DomainName(value=target.domain, **marked)
    hashes = {"SHA-256": target.sample_sha256, "SHA-1": target.sample_sha1, "MD5": target.sample_md5}
    if held := {name: value for name, value in hashes.items() if value}:
        size = {"size": target.sample_size} if target.sample_size is not None else {}
        yield observables.File(hashes=held, **size, **marked)
    for one in target.signers:
        hashes = {"SHA-256": one.sha256, "SHA-1": one.sha1, "MD5": one.md5}
        subject = {"subject": plain(one.subject)} if one.subject else {}
        held = {name: value for name, value in hashes.items() if value}
        yield observables.X509Certificate(hashes=held, **subject, **marked)
    if target.package_name:
        app: dict[str, Any] = {"package_name": plain(target.package_name), "marketplace": target.marketplace}
        app |= {"version_code": target.version_code} if target.version_code is not None else {}
        app |= {"signer_sha256": [one.sha256 for one in target.signers]} if target.signers else {}
        told = {"vendor": plain(target.seller), "version": plain(target.version)}
        held = {name: value for name, value in told.items() if value}
        name = plain(target.title) or target.package_name
        yield observables.Software(name=name, extensions=_extension(app), **held, **marked)


@dataclass(frozen=True, slots=True)
class _Indicator:
    """An indicator as it is written. The library would read each pattern with a grammar, five milliseconds apiece, of
    which there are four to a target; ours are made from the six above, and the tests read them.
    """

    said: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.said["id"])

    def serialize(self) -> str:
        return json.dumps(self.said)


def _indicator(pattern: str, indicated: tuple[str, str], observed: Observed, said: dict[str, Any]) -> _Indicator:
    """One pattern. What it stands for is not known to do harm unless that is what is alleged: 'anomalous-activity'."""
    kind, value = indicated
    quoted = "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    names = ", ".join(one.name("en") for one in observed.alleged[:5])
    by = "Confirmed by a person" if observed.confirmed else "Proposed by a machine"
    return _Indicator(
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": _id("indicator", kind, value),
            "name": f"{kind}: {plain(value)[:200]}",
            "description": f"{by}; alleged: {names}",
            "pattern": pattern.format(quoted),
            "pattern_type": "stix",
            "pattern_version": "2.1",
            "indicator_types": ["anomalous-activity"],
            **said,
            **{name: _millisecond(str(said[name])) for name in ("created", "modified", "valid_from")},
        }
    )


def _millisecond(at: str) -> str:
    return str(stix2.utils.format_datetime(stix2.utils.parse_into_datetime(at, "millisecond")))


def _labels(observed: Observed) -> list[str]:
    reviewed = "person-reviewed" if observed.confirmed else "machine-proposal"
    return [reviewed, *dict.fromkeys(one.tag for one in observed.alleged)]


def _uri(target: Target) -> str:
    """The address as the standard wants it; a name of ours where there is none."""
    return uri(target.url) or f"urn:copycatch:{target.listing_id}"


def _words(observed: Observed, lang: str) -> str:
    lines = []
    for one in observed.alleged:
        lines.append(f"{one.tag} {one.name(lang)}")
        lines += [f"- {plain(reason)}" for reason in one.reasons[:20]]
        lines += [f"> {plain(quote)}" for quote in one.quotes[:20]]
    return "\n".join(lines)[:20_000]


def _extension(held: dict[str, Any]) -> dict[str, Any]:
    filled = {name: value for name, value in held.items() if value not in ("", None)}
    return {EXTENSION: {"extension_type": "property-extension", **filled}}


def _id(kind: str, *parts: str) -> str:
    """An id that follows from the parts, in the shape of a random one, which the standard wants for these objects."""
    return f"{kind}--{UUID(bytes=sha256(chr(0).join((SEED, kind, *parts)).encode()).digest()[:16], version=4)}"
