"""Filing numbers that a listing or its sample shows, against our copies of the registers; and a missing one.

What is not collected adds nothing. A number that our copy does not have is a lead at most, and only where the copy is
newer than the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from detection.filings import (
    MODEL_HOSTS,
    TRAITS,
    Claim,
    calls_host_of,
    claims_in,
    claims_of_sample,
    claims_own_model,
    says_it_calls,
)
from detection.identity import identity
from detection.look import Look, look
from detection.subject import Subject
from index.messages import LANGUAGES, text
from index.model import Evidence
from index.registry.check import Checked, check
from index.registry.entities import owns
from index.registry.model import Record

GROUP = None
"""The group is that of the violation."""
_AI, _COUNTERFEIT = "p1-1a", "p2-6a"
_MALFORMED = 2.7
_OTHER, _OTHER_SITE, _OTHER_BRAND = 3.2, 2.7, 3.4
"""Another's app or algorithm; a website's number, which agencies and hosts share; one of a brand's."""
_MODEL_OF_OTHER = 1.2
"""A model's number without a word about whose it is: mostly the model that is called."""
_NOT_IN_COPY = 2.7
_ABSENT = 2.7
_OWN, _OWN_BRAND = -3.0, -2.0
_PLACES = frozenset({"app_store", "site"})
"""Where who publishes is who offers; elsewhere only a package says so."""
_OTHERS_SPEAK = frozenset({"news", "warning", "complaint", "question", "research", "job", "book"})
_HIDDEN = frozenset({"code_hidden", "code_loaded_later", "address_from_config", "incomplete_set"})
_OWN_KEY = re.compile(
    r"自备|自带|自己的\s?(?:api\s?)?(?:key|密钥)|填入.{0,10}(?:key|密钥)|your own (?:\w+ ){0,2}key|开源|open.?source"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")


def detect(subject: Subject) -> Iterator[Evidence]:
    """Yields one evidence per number and violation, or one for a service that shows none."""
    listing, seen = subject.listing, look(subject)
    if listing.source_kind not in _PLACES and not listing.package_name and subject.fingerprint is None:
        return
    claims = {claim.number.key: claim for claim in (*claims_of_sample(subject), *claims_in(seen.fields))}
    filings = [claim for claim in claims.values() if claim.number.kind not in {"credit_code", "producer"}]
    if any(frame.id in _OTHERS_SPEAK for frame, *_ in seen.frames if filings):
        return
    if not filings:
        yield from _absent(subject, seen)
        return
    found = [one for claim in filings for one in _weighed(subject, seen, claim, _checked(subject, claim))]
    strongest = {id(max(same, key=lambda one: one.strength)) for same in _by_violation(found)}
    for one in found:
        yield one if one.strength <= 0 or id(one) in strongest else replace(one, strength=0.0)


def _by_violation(found: list[Evidence]) -> list[list[Evidence]]:
    """Many leads make no verdict: of each violation's the strongest counts, the others are only told."""
    return [[one for one in found if one.violation == violation] for violation in {one.violation for one in found}]


def _checked(subject: Subject, claim: Claim) -> Checked:
    seller, registry = subject.listing.seller, subject.registry
    done = check(claim.number, registry, entity=seller, profiles=subject.profiles)
    if done.record is None or done.record.register != "generative_ai" or done.outcome == "own":
        return done
    owners = [profile for profile in subject.profiles.values() if owns(profile, done.record.entity)]
    calls = says_it_calls(claim, done.record) or calls_host_of(subject, owners)
    return check(claim.number, registry, entity=seller, profiles=subject.profiles, calls_model=calls)


def _weighed(subject: Subject, seen: Look, claim: Claim, done: Checked) -> Iterator[Evidence]:
    """The outcome as evidence; 'undecided' and 'not collected' are none."""
    number, record = claim.number, done.record
    of_ai = number.kind in {"algorithm", "generative_ai", "registration"}
    if done.outcome == "malformed" and not claim.read_from_picture and (of_ai or seen.speaks_of_ai):
        yield _said("malformed", claim, done, _AI, _MALFORMED, defect=number.defect)
    elif done.outcome == "not_in_copy" and of_ai:
        as_of = max((copy.as_of or "" for copy in done.copies), default="")
        covered = number.day is not None and number.day < as_of
        yield _said("not_in_copy", claim, done, _AI, _NOT_IN_COPY if covered else 0.0)
    elif record is not None and done.outcome == "base_model":
        yield _said("base_model", claim, done, _AI, 0.0)
    elif record is not None and done.outcome == "own":
        yield from _own(subject, claim, done, record)
    elif record is not None and done.outcome == "other_entity":
        yield from _other(subject, seen, claim, done, record)


def _own(subject: Subject, claim: Claim, done: Checked, record: Record) -> Iterator[Evidence]:
    """Speaks against an unfiled service, and against a counterfeit of that filer's brand where a store vouches."""
    yield _said("own", claim, done, _AI, _OWN)
    for profile in subject.profiles.values():
        store = subject.listing.source_kind == "app_store"
        if store and owns(profile, record.entity) and identity(subject, profile).signer != "mismatch":
            yield _said("own", claim, done, _COUNTERFEIT, _OWN_BRAND)
            return


def _other(subject: Subject, seen: Look, claim: Claim, done: Checked, record: Record) -> Iterator[Evidence]:
    kind, seller = claim.number.kind, subject.listing.seller
    if kind in {"generative_ai", "registration"} and not claims_own_model(seen.fields):
        yield _said("model_of_other", claim, done, _AI, _MODEL_OF_OTHER, seller=seller)
        return
    if kind in {"generative_ai", "registration", "algorithm"} or seen.speaks_of_ai:
        yield _said("other_entity", claim, done, _AI, _OTHER_SITE if kind == "icp" else _OTHER, seller=seller)
    if kind != "icp" and any(owns(profile, record.entity) for profile in subject.profiles.values()):
        yield _said("other_entity", claim, done, _COUNTERFEIT, _OTHER_BRAND, seller=seller)


def _said(message: str, claim: Claim, done: Checked, violation: str, strength: float, **values: object) -> Evidence:
    """The sentence with the quote, the register and the day of our copy, in each language."""
    record, copy = done.record, done.copies[0] if done.copies else None
    if record is not None:
        copy = next((one for one in done.copies if one.register == record.register), copy)
    words = {}
    for lang in LANGUAGES:
        told = {
            "quote": claim.quote,
            "kind": text(f"registry.kind.{claim.number.kind}", lang),
            "defect": text(f"registry.defect.{values['defect']}", lang) if "defect" in values else "",
            "register": text(f"registry.register.{copy.register}", lang) if copy else "",
            "day": copy.date if copy else "",
            "owner": record.entity if record else "",
        }
        words[lang] = text(f"registry.{message}", lang, **told, seller=values.get("seller", ""))
    return Evidence(
        detector="registry_claim",
        violation=violation,
        strength=strength,
        observed=claim.quote,
        expected=record.entity if record else None,
        field=claim.field.name if claim.field else claim.where,
        quote=claim.quote if claim.field else "",
        start=claim.start,
        end=claim.end,
        decode=claim.decode,
        zh=words["zh"],
        en=words["en"],
    )


def _absent(subject: Subject, seen: Look) -> Iterator[Evidence]:
    """A service for the mainland with a model behind it and no number anywhere, where everything could be seen."""
    sample = subject.fingerprint
    hosts = [trait for trait in sample.traits if trait.kind in MODEL_HOSTS] if sample else []
    if not hosts or sample is None or {trait.kind for trait in sample.traits} & (_HIDDEN | TRAITS):
        return
    told = " ".join(field.text.plain for field in seen.fields if field.own_words and field.name != "seller")
    ours = any(identity(subject, hit.profile).cleared for _, hit in seen.names)
    if ours or not seen.speaks_of_ai or not _HAN.search(told) or _OWN_KEY.search(told):
        return
    if any(frame.id in _OTHERS_SPEAK | {"third_party"} for frame, *_ in seen.frames):
        return
    host = hosts[0]
    words = {lang: text("registry.no_number", lang, observed=host.value, where=host.where) for lang in LANGUAGES}
    yield Evidence(
        detector="registry_claim",
        violation=_AI,
        strength=_ABSENT,
        observed=host.value,
        field=host.where,
        zh=words["zh"],
        en=words["en"],
    )
