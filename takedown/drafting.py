"""A draft of a notice from what people confirmed: facts from the index, rights from the papers, parties from settings.

It says what was observed, where and when; never intent, never a probability, never what was not collected. What cannot
be known is left empty, and the gates name it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from index.messages import t
from index.party import Party
from index.profiles import Profile
from index.protocol import Index, Stored
from takedown.allegations import allegations
from takedown.comparing import compared
from takedown.facts import summary
from takedown.notice import RIGHTS, Action, Basis, Content, Language, Target
from takedown.papers import Paper
from takedown.proofs import authorization, papers_attached, pictures_attached, rights
from takedown.recipients import Form, Recipient
from takedown.targets import Targets

BATCH = 200
OF_A_BRAND: frozenset[Basis] = frozenset({"ip_trademark", "ip_copyright", "impersonation"})
"""Bases on which a notice speaks for one brand."""


class DraftError(ValueError):
    """What was asked makes no notice; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is drafted, to whom, and in whose name."""

    recipient: Recipient
    form: Form
    basis: Basis
    language: Language
    reporter: Party
    principal: Party | None = None
    action: Action | None = None
    """None: what the form proposes."""
    resubmits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What it is drafted from."""

    index: Index
    confirmed: Mapping[str, str]
    """As `takedown.confirmed.confirmed` says."""
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    papers: Sequence[Paper] = ()
    pictures: Mapping[str, int] = field(default_factory=dict)
    """SHA-256 of the page pictures that are kept -> bytes. Those that are not there are left out of the notice."""


def draft(findings: Iterable[str], wanted: Wanted, known: Known) -> Content:
    """The content of a new notice about these findings. Raises DraftError naming those that nobody confirmed."""
    hits, listings = _read(list(dict.fromkeys(findings)), known)
    brand = _brand(hits, wanted.basis)
    profile = known.profiles.get(brand) if brand else None
    make = Targets(known.index)
    targets: list[Target] = []
    for start in range(0, len(hits), BATCH):
        some = listings[start : start + BATCH]
        supplied = known.index.supplied(listing.id for listing in some)
        pairs = zip(hits[start : start + BATCH], some, strict=True)
        targets += [make.make(hit, listing, supplied.get(listing.id, ())) for hit, listing in pairs]
    jurisdiction = wanted.recipient.country or wanted.reporter.country or "CN"
    alleged = allegations(hits, basis=wanted.basis, jurisdiction=jurisdiction)
    if not alleged:
        raise DraftError(t("notice.no_violation"))
    kind = RIGHTS.get(wanted.basis) or ("trademark" if wanted.form.needs_rights else "")
    owned = rights(kind, brand, profile, known.papers, jurisdiction) if kind and brand else ()
    authority = authorization(wanted.principal, brand, known.papers)
    shown = pictures_attached(hits, known.pictures, wanted.form.attachments.max_count)
    proofs = papers_attached(known.papers, {authority, *(right.paper for right in owned)}, brand)
    return Content(
        recipient=wanted.recipient.id,
        form=wanted.form.id,
        form_version=wanted.form.version,
        basis=wanted.basis,
        jurisdiction=jurisdiction,
        language=wanted.language,
        action=wanted.action or wanted.form.actions[0],
        targets=tuple(targets),
        allegations=alleged,
        decisions=tuple(dict.fromkeys(known.confirmed[hit.id] for hit in hits)),
        brand=brand,
        brand_name=_brand_name(profile, wanted.language) if profile else "",
        summary=summary(targets, alleged, wanted.language),
        reporter=wanted.reporter,
        principal=wanted.principal,
        authorization=authority,
        rights=owned,
        comparison=tuple(compared(targets, profile)),
        attachments=(*shown, *proofs),
        resubmits=wanted.resubmits,
    )


def proposed_basis(form: Form, party: Party, hits: Iterable[Stored]) -> Basis:
    """The basis that fits the sender and what was found, of those that the form takes; its first where none does."""
    if party.role == "regulator":
        wished: tuple[Basis, ...] = ("administrative_referral", "illegal_product", "platform_policy")
    elif any(hit.value.get("group") in {"counterfeit", "shell"} and hit.value.get("brand") for hit in hits):
        wished = ("impersonation", "ip_trademark", "platform_policy")
    else:
        wished = ("illegal_product", "platform_policy")
    return next((basis for basis in wished if basis in form.bases), form.bases[0])


def _read(names: list[str], known: Known) -> tuple[list[Stored], list[Stored]]:
    """Findings and their listings, in one order."""
    if not names:
        raise DraftError(t("notice.nothing"))
    unconfirmed = [name for name in names if name not in known.confirmed]
    if unconfirmed:
        shown = ", ".join(unconfirmed[:10]) + (" …" if len(unconfirmed) > 10 else "")
        raise DraftError(t("notice.unconfirmed", count=len(unconfirmed), ids=shown))
    hits, listings = [], []
    for name in names:
        hit = known.index.get(name)
        listing = known.index.get(str(hit.value["listing_id"])) if hit is not None else None
        if hit is None or listing is None or hit.kind != "findings":
            raise DraftError(t("notice.no_finding", id=name))
        hits.append(hit)
        listings.append(listing)
    return hits, listings


def _brand(hits: Iterable[Stored], basis: Basis) -> str | None:
    """The one brand they are about. Raises DraftError where the notice would need one and there are several."""
    brands = sorted({str(hit.value["brand"]) for hit in hits if hit.value.get("brand")})
    if len(brands) > 1 and basis in OF_A_BRAND:
        raise DraftError(t("notice.several_brands", brands=", ".join(brands)))
    return brands[0] if len(brands) == 1 else None


def _brand_name(profile: Profile, language: Language) -> str:
    official = [name for name in profile.names if name.kind == "official" and not name.until] or list(profile.names)
    spoken = next((name for name in official if (name.lang or "").startswith(language)), official[0])
    return spoken.text
