"""Observed against genuine, line by line. What the brand's profile does not hold is 'not collected' and no difference;
values that nobody confirmed may show that something is equal, never that it differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from index.profiles import Profile
from takedown.notice import Compared, Target

SURE = frozenset({"confirmed", "probable"})
EVERYWHERE = frozenset({"vendor", "vendor_assetlinks", "app_filing"})
"""Pins that hold for every store; the others say nothing about a certificate seen in another store."""


def compared(targets: Iterable[Target], profile: Profile | None) -> Iterator[Compared]:
    """The lines of every target; none without a brand."""
    if profile is None:
        return
    for target in targets:
        yield from _target(target, profile)


def _target(target: Target, profile: Profile) -> Iterator[Compared]:
    name = target.finding_id
    official = [one.text for one in profile.names if one.kind in {"official", "alias"} and not one.until]
    yield _line(name, "name", target.title, official, official)
    if target.package_name:
        android = [one for one in profile.packages if one.platform == "android"]
        yield _line(name, "package", target.package_name, _ids(android), _ids(_sure(android)))
    if target.signers:
        yield _signer(target, profile)
    if target.seller:
        yield _developer(target, profile)
    if target.domain:
        yield _domain(target, profile)
    for filing in target.filings:
        numbers = [one.number for one in profile.filings]
        yield _line(name, "filing", filing, numbers, [one.number for one in _sure(profile.filings)])


def _line(finding: str, part: Any, observed: str, known: list[str], sure: list[str]) -> Compared:
    """Equal to a known value, different from all sure ones, or not to be said."""
    same = observed.casefold().strip() in {one.casefold() for one in known}
    differs = False if same else True if sure else None
    genuine = " / ".join(dict.fromkeys(sure or (known if same else ()))) or None
    return Compared(finding_id=finding, part=part, observed=observed, genuine=genuine, differs=differs)


def _signer(target: Target, profile: Profile) -> Compared:
    """Certificates pinned for this package, or, where none are, for any package of the brand."""
    pins = [pin for pin in profile.signers if pin.package == target.package_name] or list(profile.signers)
    own = {digest for signer in target.signers for digest in (signer.sha256, signer.sha1, signer.md5) if digest}
    comparable = [pin for pin in pins if pin.sha256 or pin.sha1 or pin.md5]
    same = [pin for pin in comparable if {pin.sha256, pin.sha1, pin.md5} & own]
    here = target.marketplace.partition(":")[0]
    sure = [pin for pin in comparable if pin.confidence in SURE and (pin.store in EVERYWHERE or pin.store == here)]
    shown = dict.fromkeys(str(pin.sha256 or pin.sha1 or pin.md5) for pin in same or sure)
    return Compared(
        finding_id=target.finding_id,
        part="signer",
        observed=" / ".join(signer.sha256 for signer in target.signers),
        genuine=" / ".join(shown) or None,
        differs=False if same else True if sure else None,
    )


def _developer(target: Target, profile: Profile) -> Compared:
    """A name that holds a genuine one, or part of one, may be a branch or a short form: nothing is said then."""
    names = [one.name for one in profile.developers]
    line = _line(target.finding_id, "developer", target.seller, names, [one.name for one in _sure(profile.developers)])
    near = any(
        one.casefold() in target.seller.casefold() or target.seller.casefold() in one.casefold() for one in names
    )
    if line.differs and near:
        return Compared(
            finding_id=line.finding_id, part="developer", observed=line.observed, genuine=line.genuine, differs=None
        )
    return line


def _domain(target: Target, profile: Profile) -> Compared:
    """A host below a genuine domain is genuine."""
    domains = [one.casefold() for one in profile.domains]
    own = any(target.domain == one or target.domain.endswith(f".{one}") for one in domains)
    return Compared(
        finding_id=target.finding_id,
        part="domain",
        observed=target.domain,
        genuine=" / ".join(domains) or None,
        differs=(not own) if domains else None,
    )


def _sure(parts: Iterable[Any]) -> list[Any]:
    return [one for one in parts if one.confidence in SURE]


def _ids(parts: Iterable[Any]) -> list[str]:
    return [one.id for one in parts]
