"""A draft of a notice from what people confirmed: facts from the index, rights from the papers, parties from settings.

It says what was observed, where and when; never intent, never a probability, never what was not collected. What cannot
be known is left empty, and the gates name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.messages import t, text
from index.plain import line
from index.profiles import Mark, Profile
from index.protocol import Index, Stored
from takedown.allegations import allegations
from takedown.comparing import compared
from takedown.notice import (
    RIGHTS,
    Action,
    Allegation,
    Attachment,
    Basis,
    Content,
    Language,
    Party,
    Right,
    Statements,
    Target,
)
from takedown.papers import Paper
from takedown.recipients import Form, Recipient
from takedown.targets import Targets

BATCH = 200
OF_A_BRAND: frozenset[Basis] = frozenset({"ip_trademark", "ip_copyright", "impersonation"})
"""Bases on which a notice speaks for one brand."""
PROVES = {"mark": "trademark", "work": "copyright"}
"""Kind of paper -> kind of right."""
MOST_PICTURES = 50
SAID = 2
"""Reasons of one violation that the summary repeats."""
SAID_LONGEST = 200
"""Characters of one of them."""
SUSPECTED = re.compile(r"^(?:疑似[^：“”]{0,30}：|[Ss]uspected[^:'“”]{0,60}: )")
"""How sentences of evidence begin."""


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
    rights = _rights(wanted, brand, profile, known.papers, jurisdiction)
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
        authorization=_authorization(wanted, brand, known.papers),
        rights=rights,
        comparison=tuple(compared(targets, profile)),
        attachments=tuple(_attachments(hits, rights, wanted, brand, known)),
        statements=Statements(),
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


def _rights(
    wanted: Wanted, brand: str | None, profile: Profile | None, papers: Sequence[Paper], jurisdiction: str
) -> tuple[Right, ...]:
    """Rights of the basis' kind that hold where the notice goes, from papers; marks of the profile where none is."""
    kind = RIGHTS.get(wanted.basis) or ("trademark" if wanted.form.needs_rights else None)
    if kind is None or brand is None:
        return ()
    fitting = [one for one in papers if not one.removed and PROVES.get(one.kind) == kind and one.brand == brand]
    here = [one for one in fitting if one.holds_in(jurisdiction)] or fitting
    if here:
        return tuple(_right(one, jurisdiction) for one in here)
    marks = profile.marks if profile and kind == "trademark" else ()
    return tuple(_mark(one) for one in marks if one.region == jurisdiction)


def _right(paper: Paper, jurisdiction: str) -> Right:
    region = jurisdiction if jurisdiction in paper.regions else next(iter(paper.regions), "")
    return Right(
        kind=PROVES[paper.kind],  # type: ignore[arg-type] # its values are kinds of rights
        title=paper.title,
        number=paper.number,
        jurisdiction=region,
        classes=paper.classes,
        owner=paper.owner,
        valid_from=paper.valid_from,
        valid_to=paper.valid_to,
        paper=paper.id,
        original_url=paper.original_url,
    )


def _mark(mark: Mark) -> Right:
    return Right(
        kind="trademark",
        title=mark.name,
        number=mark.number,
        jurisdiction=mark.region,
        classes=tuple(int(one) for one in mark.classes),
        owner=mark.holder or "",
        valid_to=mark.expires or "",
    )


def _authorization(wanted: Wanted, brand: str | None, papers: Sequence[Paper]) -> str:
    """The paper that lets the reporter act for the principal: the one that lasts longest."""
    if wanted.principal is None:
        return ""
    fitting = [
        one
        for one in papers
        if one.kind == "authorisation" and not one.removed and one.brand in {"", brand or ""}
        if not one.owner or one.owner == wanted.principal.org
    ]
    return max(fitting, key=lambda one: one.valid_to or "9999-12-31").id if fitting else ""


def _attachments(
    hits: Iterable[Stored], rights: Iterable[Right], wanted: Wanted, brand: str | None, known: Known
) -> Iterable[Attachment]:
    """Pictures of the pages, as far as they are kept, and the papers that prove rights, identity and authority."""
    yield from _pictures(hits, wanted, known)
    named = {right.paper for right in rights} | {_authorization(wanted, brand, known.papers)}
    for one in known.papers:
        identity = one.kind in {"licence", "identity"} and one.brand in {"", brand or ""}
        if one.sha256 and not one.removed and (one.id in named or identity):
            yield Attachment(
                kind="paper",
                name=one.file_name,
                sha256=one.sha256,
                size=one.size,
                media_type=one.media_type,
                note=one.title,
                personal=one.kind == "identity",
            )


def _pictures(hits: Iterable[Stored], wanted: Wanted, known: Known) -> Iterable[Attachment]:
    most = min(wanted.form.attachments.max_count or MOST_PICTURES, MOST_PICTURES)
    for hit in hits:
        capture: Any = hit.value.get("capture") or {}
        digest = capture.get("screenshot")
        if digest in known.pictures and most > 0:
            most -= 1
            yield Attachment(
                kind="screenshot",
                name=f"{hit.id[:15]}.png",
                sha256=digest,
                size=known.pictures[digest],
                media_type="image/png",
                captured_at=str(capture.get("taken_at") or ""),
                source_url=str(capture.get("url") or ""),
                finding_id=hit.id,
            )


def summary(targets: Sequence[Target], alleged: Sequence[Allegation], language: Language) -> str:
    """The facts in a few sentences: how many pages, where, from when to when, and what was observed there."""
    places = list(dict.fromkeys(target.marketplace.partition(":")[2] or target.marketplace for target in targets))
    shown = text("notice.and", language).join(places[:5])
    if len(places) > 5:
        shown = text("notice.and_more", language, places=shown, count=len(places) - 5)
    first = min((target.first_seen for target in targets if target.first_seen), default="")[:10]
    last = max((target.look.at if target.look else target.last_seen for target in targets), default="")[:10]
    values = {"count": len(targets), "places": shown, "last": last}
    if first in {"", last}:
        said = [text("notice.summary_day", language, **values)]
    else:
        said = [text("notice.summary", language, first=first, **values)]
    said += [_observed(number, each, len(targets), language) for number, each in enumerate(alleged, start=1)]
    return "\n".join(said)


def _observed(number: int, each: Allegation, total: int, language: Language) -> str:
    """One violation with what was observed; of several pages some of it, and it says so."""
    reasons = (each.reasons_zh if language == "zh" else each.reasons_en)[:SAID]
    facts = text("notice.between", language).join(_fact(one) for one in reasons)
    title = each.title_zh if language == "zh" else each.title_en
    if each.observability != "direct":
        title = text("notice.suspected", language, title=title)
    count = len(each.targets) or total
    message = "notice.observed_bare" if not facts else "notice.observed" if count == 1 else "notice.observed_among"
    return text(message, language, number=number, title=title, count=count, facts=facts)


def _fact(reason: str) -> str:
    """The sentence without the name of the violation before it, which stands there already."""
    return SUSPECTED.sub("", line(reason, SAID_LONGEST)).rstrip("。.;；")
