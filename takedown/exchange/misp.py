"""Observations as MISP objects: our own template for the offer, the community's for the app and its certificate.

Only what may stand on a block list is marked for detection (`to_ids`). Ids follow from what they name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from pymisp import MISPEvent, MISPObject

from index.plain import plain
from takedown.exchange.observed import Observed, values

TEMPLATES = Path(__file__).parent
"""Holds `marketplace-listing/definition.json`, as MISP reads templates."""
LONGEST = 10_000
"""Characters of one text attribute."""
Pair = tuple[str, object]


def event(name: str, info: str, day: str, tags: list[str]) -> MISPEvent:
    """An event without objects, for the own organisation only until somebody shares it on. `day`: '2026-11-25'."""
    made = MISPEvent()
    made.uuid = uuid_of("event", name)
    made.info, made.date = plain(info)[:LONGEST], datetime.fromisoformat(day).date()
    made.distribution, made.threat_level_id, made.analysis = 0, 4, 2
    for tag in tags:
        made.add_tag(tag)
    return made


def objects(observed: Observed, brand: str = "") -> Iterator[MISPObject]:
    """The offer, and what was found in it."""
    indicated = {value for _, value in values(observed)}
    target = observed.target
    listing = _object("marketplace-listing", target.finding_id, _listing(observed, brand), indicated)
    found = []
    if target.package_name or target.sample_sha256:
        hashes = [one.sha256 for one in target.signers if one.sha256]
        app: list[Pair] = [("name", target.title), ("appid", target.package_name), ("sha256", target.sample_sha256)]
        app += [("certificate-sha256", value) for value in hashes]
        app += [("certificate", one.sha1) for one in target.signers]
        made = _object("android-app", target.finding_id, app, indicated)
        listing.add_reference(made.uuid, "contains")
        found.append(made)
    for one in target.signers:
        held: list[Pair] = [("x509-fingerprint-sha256", one.sha256), ("x509-fingerprint-sha1", one.sha1)]
        held += [("x509-fingerprint-md5", one.md5), ("subject", one.subject)]
        made = _object("x509", f"{target.finding_id} {one.sha256}", held, indicated)
        found[0].add_reference(made.uuid, "signed-by") if found else listing.add_reference(made.uuid, "related-to")
        found.append(made)
    for made in (listing, *found):
        for reference in made.references:
            reference.uuid = uuid_of("reference", made.uuid, reference.referenced_uuid)
        yield made


def _listing(observed: Observed, brand: str) -> list[Pair]:
    target = observed.target
    said: list[Pair] = [
        ("url", target.url),
        ("item-id", target.native_id or ("" if target.url else target.listing_id)),
        ("title", target.title),
        ("marketplace", target.marketplace),
        ("seller", target.seller),
        ("price", target.price),
        ("kind", target.kind),
        ("brand", brand),
        ("first-seen", target.first_seen),
        ("last-seen", target.last_seen),
        ("state", target.look.state if target.look else ""),
        ("custody", target.custody),
    ]
    said += [("reviewed", "1" if observed.confirmed else "0")] if observed.alleged else []
    for one in observed.alleged:
        said.append(("violation", one.tag))
        said += [("reason", reason) for reason in one.reasons[:20]]
        said += [("quote", quote) for quote in one.quotes[:20]]
    return said


def _object(template: str, name: str, said: list[Pair], indicated: set[str]) -> MISPObject:
    """Raises pymisp's own errors for what the template does not allow: strict."""
    own: dict[str, Any] = {"misp_objects_path_custom": TEMPLATES} if (TEMPLATES / template).is_dir() else {}
    made = MISPObject(template, strict=True, standalone=False, **own)
    made.uuid = uuid_of("object", template, name)
    seen = set()
    for relation, value in said:
        text = plain(str(value))[:LONGEST]
        if not text or (relation, text) in seen:
            continue
        seen.add((relation, text))
        made.add_attribute(
            relation,
            value=text,
            uuid=uuid_of("attribute", template, name, relation, text),
            to_ids=str(value) in indicated and relation not in {"name", "title", "subject", "item-id"},
        )
    return made


def uuid_of(*parts: str) -> str:
    """An id that follows from the parts, in the shape of a random one."""
    return str(UUID(bytes=sha256(chr(0).join(("copycatch 1", *parts)).encode()).digest()[:16], version=4))
