"""A web page that could be taken for a brand's own: its domain, what it claims, what it asks for or gives away.

A domain alone is a lead. Only domain, claim and a form or program together make a violation. Brands without a collected
domain are passed over: their genuine site is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from detection.brands import claims
from detection.domains import Domains, Resemblance, compiled, readable
from detection.fields import Field
from detection.look import Look, look
from detection.saying import quoted, said, spoken_against
from detection.site import is_program
from detection.stance import negated
from detection.subject import Subject
from index.model import Evidence, Listing
from index.profiles import Profile
from index.registry.numbers import find

GROUP = "counterfeit"
_DOMAIN = {"slip": 2.6}
"""Strength of a resemblance that is sure, by technique; of all others _OF_DOMAIN."""
_OF_DOMAIN, _UNSURE_DOMAIN = 3.0, 2.0
_CLAIM, _CLAIM_ELSEWHERE = 3.0, 2.5
_SIGN, _SIGN_ALONE = 2.6, 1.0
"""A form or program; alone without a claim, or on a domain that resembles nothing: download sites carry many apps."""
_BORROWED = 2.6
_GENUINE, _HONEST = -8.0, -2.4
_SAYS_SO = re.compile(
    r"非官方|并?非[^，。；\n]{0,12}官网|与[^，。；\n]{1,20}(?:无关|没有(?:任何)?(?:关系|关联))|"
    r"\b(?:not affiliated|not endorsed|unofficial|not the official|no affiliation|independent of)\b",
    re.ASCII,
)
_NEAR = 40
"""Characters between name and claim beyond which they do not belong together."""
_ENTRANCE = re.compile(
    r"官网|官方网站|网页版|登[录入]|入口|下载|客户端|\b(?:official|log ?in|sign ?in|download|web app)\b", re.ASCII
)
_SPEAK_AGAINST = {
    *("third_party", "licensed", "book", "game_or_fan", "hardware", "news", "warning", "complaint", "job", "research"),
    *("question", "course_lawful"),
}
_OTHER_NAMES = {"slip", "look_alike"}
"""Techniques by which a domain may well be that of another name."""
_LABEL_FROM = 4
_LINK = re.compile(r"https?://[^\s\"'<>，。；）)]{4,300}")
_MOST_LINKS = 50


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields evidence per brand, then what speaks against; for a genuine domain only that it is one."""
    listing = subject.listing
    host = readable(listing.url) if listing.source_kind == "site" else ""
    if not host:
        return
    domains = compiled(subject.profiles)
    if owners := domains.owners(host):
        brand = owners[0].names[0].text
        yield _said("genuine_site", _GENUINE, observed=host, brand=brand, expected=" / ".join(owners[0].domains))
        return
    seen = look(subject)
    hosts = dict.fromkeys((host, *map(readable, listing.came_from)))
    resembling: dict[str, Resemblance] = {}
    for one in (one for name in hosts if name for one in domains.resembling(name)):
        resembling.setdefault(one.profile.id, one)
    claimed = {profile.id: (profile, claim) for profile, claim in _claims(seen)}
    concerned = [*(one.profile for one in resembling.values()), *(profile for profile, _ in claimed.values())]
    accused = False
    for profile in {profile.id: profile for profile in concerned}.values():
        claim = claimed[profile.id][1] if profile.id in claimed else None
        for evidence in _page(subject, host, profile, resembling.get(profile.id), claim):
            accused = True
            yield evidence
    if accused:
        against = [found for found in seen.frames if found[0].id in _SPEAK_AGAINST]
        yield from spoken_against(against, detector="lookalike_site", violations=("p2-6a",))
        yield from _says_so(seen)


Claim = tuple[Field, str, int, int]
"""A field, a view of its text, and where in it the brand's name and the claim stand."""


def _claims(seen: Look) -> Iterator[tuple[Profile, Claim]]:
    """The title names a brand beside a word for its official page, its entrance or download."""
    for field, hit in seen.names:
        if field.name != "title" or not hit.profile.domains:
            continue
        view = "joined" if hit.view == "joined" else "plain"
        string = field.text.joined if view == "joined" else field.text.plain
        for start, end in (*claims(string), *(match.span() for match in _ENTRANCE.finditer(string))):
            if abs(start - hit.start) <= _NEAR and not negated(string, start, end):
                yield hit.profile, (field, view, min(start, hit.start), max(end, hit.end))
                break


def _page(
    subject: Subject, host: str, profile: Profile, like: Resemblance | None, claim: Claim | None
) -> Iterator[Evidence]:
    """Evidence concerning one brand."""
    listing, brand, own = subject.listing, profile.names[0].text, " / ".join(profile.domains)
    if like is not None and like.technique in _OTHER_NAMES and _own_name(like, profile, subject):
        return
    signs = list(_signs(listing, host, compiled(subject.profiles)))
    if like is None and not signs:
        return
    if like is not None and not like.sure and claim is None:
        return
    if like is not None:
        strength = _DOMAIN.get(like.technique, _OF_DOMAIN) if like.sure else _UNSURE_DOMAIN
        yield _said(f"domain_{like.technique}", strength, observed=like.host, expected=like.genuine, brand=brand)
    if claim is not None:
        field, view, start, end = claim
        yield quoted(
            "lookalikes.claims_brand",
            field,
            view,
            start,
            end,
            detector="lookalike_site",
            violation="p2-6a",
            strength=_CLAIM if like else _CLAIM_ELSEWHERE,
            expected=own,
            brand=brand,
            host=host,
        )
    for message, observed in signs if claim else signs[:1]:
        yield _said(message, _SIGN if like and claim else _SIGN_ALONE, observed=observed, expected=own, brand=brand)
    yield from _filing(listing, host, profile)


def _says_so(seen: Look) -> Iterator[Evidence]:
    """The page itself says that it is not the brand's."""
    for field in seen.fields:
        if field.own_words and (match := _SAYS_SO.search(field.text.joined)):
            yield quoted(
                "lookalikes.says_so",
                field,
                "joined",
                *match.span(),
                detector="lookalike_site",
                violation="p2-6a",
                strength=_HONEST,
            )
            return


def _own_name(like: Resemblance, profile: Profile, subject: Subject) -> bool:
    """Whether the page goes by the very name its domain has, and does not name the brand."""
    named = any(hit.profile.id == profile.id for _, hit in look(subject).names)
    title = subject.listing.title.casefold()
    return not named and any(label in title for label in like.host.split(".") if len(label) >= _LABEL_FROM)


def _signs(listing: Listing, host: str, domains: Domains) -> Iterator[tuple[str, str]]:
    """(message, what was seen): programs that do not come from an owner's domain, then what the page asks for."""
    links = (match[0] for _, match in zip(range(_MOST_LINKS), _LINK.finditer(listing.description), strict=False))
    programs = [*listing.download_urls, *(link for link in links if is_program(link))]
    foreign = next((one for one in programs if not domains.owners(readable(one))), None)
    if foreign is not None:
        yield "offers_program", foreign
    for form in ("payment", "identity", "login", "phone"):
        if form in listing.forms:
            yield f"asks_{form}", host


def _filing(listing: Listing, host: str, profile: Profile) -> Iterator[Evidence]:
    """The brand's own website filing number on a foreign domain; all other numbers are for registry_claim to judge."""
    own = {_base(filing.number) for filing in profile.filings if filing.registry == "icp"}
    for number in find(f"{listing.description}\n{listing.notes}") if own else ():
        if number.kind == "icp" and _base(number.text) in own:
            yield _said("icp_borrowed", _BORROWED, observed=number.text, brand=profile.names[0].text, host=host)
            return


def _base(number: str) -> str:
    """The filer's number without the serial of the site: 京ICP备2026031728号."""
    return number.partition("号")[0]


def _said(message: str, strength: float, *, observed: str, expected: str | None = None, **values: str) -> Evidence:
    return said(
        f"lookalikes.{message}",
        detector="lookalike_site",
        violation="p2-6a",
        strength=strength,
        observed=observed,
        expected=expected,
        **values,
    )
