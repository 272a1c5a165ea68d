"""One observation to be shared: of a notice's target, which a person confirmed, or of a stored finding or listing.

What stands on a block list hurts whoever it names. So values that belong to a genuine brand, and keys that many people
share, are described and never made an indicator; what no person confirmed says so; leads and allow-listed findings give
no indicator at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from w3lib.url import safe_url_string

from apk_analysis.signature.known_keys import known_key
from index.profiles import load_profiles
from index.protocol import Stored
from index.taxonomy import taxonomy
from takedown.notice import Content, Signer, Target
from takedown.personal import impersonal_target, redacted
from takedown.targets import KINDS, host

_URI = re.compile(r"[a-z][a-z0-9+.-]{0,30}:[a-z0-9%._~:/?#@!$&'()*+,;=\[\]-]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alleged:
    """One violation, as taxonomy and machine say it."""

    id: str
    """Short taxonomy id."""
    probability: float
    reasons: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()

    @property
    def tag(self) -> str:
        """'qinglang25:p2-6a'."""
        entry = taxonomy().get(self.id)
        return entry.id if entry else self.id

    def name(self, lang: str) -> str:
        """Its name in the taxonomy."""
        entry = taxonomy().get(self.id)
        return entry.name(lang) if entry else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One target with what is alleged of it."""

    target: Target
    alleged: tuple[Alleged, ...]
    confirmed: bool
    """Whether a person confirmed it."""
    indicates: bool
    """Whether it may stand on a block list at all."""
    same: frozenset[str] = frozenset()
    """Values that the comparison found equal to the genuine ones."""

    @property
    def confidence(self) -> int:
        """0..100, of the strongest violation."""
        return round(100 * max((one.probability for one in self.alleged), default=0))


def of_notice(content: Content) -> Iterator[Observed]:
    """Every target of a notice. Takes time in proportion to the notice, however many targets it has."""
    same: dict[str, set[str]] = {}
    for line in content.comparison:
        if line.differs is False:
            same.setdefault(line.finding_id, set()).add(line.observed)
    alleged: dict[str, list[Alleged]] = {target.finding_id: [] for target in content.targets}
    for one in content.allegations:
        quotes: dict[str, list[str]] = {}
        for quote in one.quotes:
            quotes.setdefault(quote.finding_id, []).append(quote.text)
        reasons = one.reasons_zh if content.language == "zh" else one.reasons_en
        for name in one.targets or alleged:
            if name in alleged:
                said = Alleged(id=one.violation, probability=one.probability, reasons=reasons)
                alleged[name].append(replace(said, quotes=tuple(quotes.get(name, ()))))
    for target in content.targets:
        yield Observed(
            target=target,
            alleged=tuple(alleged[target.finding_id]),
            confirmed=True,
            indicates=True,
            same=frozenset(same.get(target.finding_id, ())),
        )


def of_stored(hit: Stored, lang: str) -> Observed:
    """A finding, or a listing, which alleges nothing."""
    value: dict[str, Any] = hit.value
    signer = str(value.get("signer_sha256") or "")
    found: list[dict[str, Any]] = value.get("violations") or []
    alleged = tuple(
        Alleged(
            id=str(one["id"]),
            probability=float(one["probability"]),
            reasons=tuple(dict.fromkeys(str(each[lang]) for each in one.get("evidence") or () if each.get(lang))),
            quotes=tuple(dict.fromkeys(str(each["quote"]) for each in one.get("evidence") or () if each.get("quote"))),
        )
        for one in found
    )
    url = str(value.get("url") or "")
    kind = KINDS.get(str(value.get("source_kind")), "listing")
    target = Target(
        finding_id=hit.id,
        listing_id=str(value.get("listing_id") or hit.id),
        kind=kind,
        marketplace=str(value.get("marketplace") or ""),
        url=url,
        title=str(value.get("title") or ""),
        seller=str(value.get("seller") or ""),
        price=str(value.get("price") or ""),
        package_name=str(value.get("package_name") or ""),
        version=str(value.get("version") or ""),
        sample_sha256=str(value.get("sample_sha256") or ""),
        signers=(Signer(sha256=signer),) if signer else (),
        domain=host(url) if kind == "site" else "",
        first_seen=hit.first_seen,
        last_seen=hit.last_seen,
    )
    indicates = value.get("verdict") == "violation" and not value.get("allowed")
    return Observed(target=target, alleged=alleged, confirmed=False, indicates=indicates)


def without_people(observed: Observed) -> Observed:
    """The same without what is written like personal data."""
    return replace(
        observed,
        target=impersonal_target(observed.target),
        alleged=tuple(
            replace(one, reasons=tuple(map(redacted, one.reasons)), quotes=tuple(map(redacted, one.quotes)))
            for one in observed.alleged
        ),
    )


def values(observed: Observed) -> list[tuple[str, str]]:
    """(kind, value) of what may stand on a block list; kinds are url, domain, file, app, cert_sha256, cert_sha1 and
    cert_md5.
    """
    if not observed.indicates:
        return []
    target, genuine = observed.target, _genuine() | observed.same
    made = [("url", target.url)]
    if target.domain and not genuine & {target.domain, *_parents(target.domain)}:
        made.append(("domain", target.domain))
    if any({one.sha256, one.sha1, one.md5} & genuine for one in target.signers):
        return made  # signed by the genuine brand: the file is its own
    made += [("file", target.sample_sha256), ("app", "" if target.package_name in genuine else target.package_name)]
    for one in target.signers:
        if known_key(one.sha256, one.public_key_sha256, one.subject) is None:
            made += [("cert_sha256", one.sha256), ("cert_sha1", one.sha1), ("cert_md5", one.md5)]
    return [(kind, value) for kind, value in made if value]


def uri(address: str) -> str:
    """An address with signs that none may hold escaped; empty for what is no address."""
    try:
        escaped = str(safe_url_string(address))
    except ValueError:  # brackets around something that is no host
        return ""
    return escaped if _URI.fullmatch(escaped) else ""


def _parents(domain: str) -> Iterator[str]:
    """'a.b.example' -> 'b.example', 'example'."""
    parts = domain.split(".")
    return (".".join(parts[at:]) for at in range(1, len(parts)))


@cache
def _genuine() -> frozenset[str]:
    """Packages, certificates and domains of the shipped brand profiles, confirmed or not."""
    found = set()
    for profile in load_profiles().values():
        found |= {package.id for package in profile.packages}
        found |= {domain.removeprefix("www.") for domain in profile.domains}
        found |= {digest for pin in profile.signers for digest in (pin.sha256, pin.sha1, pin.md5) if digest}
    return frozenset(found)
