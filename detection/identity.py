"""Is it the brand's own? By package, verified signer and developer, as far as they are collected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import OSA

from detection.brands import sure
from detection.brands.reading import is_word
from detection.look import look
from detection.normalise import fold
from detection.signers import Outcome, compare, of_sample, of_store
from detection.subject import Subject
from index.profiles import Developer, Partner, Pin, Profile, last_day

_LEGAL_FORM = re.compile(
    r"(?:股份|科技|技术|信息|网络|软件)?有限(?:责任)?公司$|\b(?:inc|llc|ltd|limited|corp|corporation|co|gmbh|pbc|pte|oü|sas|bv)\b\.?"
)


_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What speaks for and against the brand's own hand."""

    package: str | None
    """The sample's package, else the one the page names."""
    own_package: bool
    signer: Outcome
    """Against the pins of that package; 'unknown' where no sample was verified or no pin is collected."""
    stated: Outcome
    """The same of the certificate that the store states, as long as no sample was verified. Nobody has checked it: it
    clears nothing, and what it accuses of has to be looked at."""
    owner: bool | None
    """Whether the seller is the owner; None when the page names none or the owner is not collected."""
    partner: Partner | None = None
    """Whose licence the listing falls under, whether or not it has ended: an ended one is for brand_partner to say."""

    @property
    def genuine(self) -> bool:
        """Package and signer are the brand's, or package and developer where the signer could not be compared."""
        if self.signer == "unknown":
            return self.own_package and self.owner is True and self.stated != "mismatch"
        return self.own_package and self.signer == "match"

    @property
    def cleared(self) -> bool:
        """The name is no accusation here: the brand's own package not contradicted, the owner's or a partner's."""
        return self.signer != "mismatch" and (self.own_package or self.owner is True or self.partner is not None)


def package_of(subject: Subject) -> str | None:
    """The sample's package, else the one the page names."""
    sample = subject.fingerprint
    return (sample.package if sample else None) or subject.listing.package_name


def identity(subject: Subject, profile: Profile) -> Identity:
    """Compares the subject with one profile; several detectors ask for the same one."""
    known = look(subject).identities
    if profile.id not in known or known[profile.id][0] is not profile:
        known[profile.id] = profile, _compared(subject, profile)
    return known[profile.id][1]


def _compared(subject: Subject, profile: Profile) -> Identity:
    package = package_of(subject)
    own_package = package is not None and any(package == own.id for own in profile.packages)
    return Identity(
        package=package,
        own_package=own_package,
        signer=_signer(subject, profile),
        stated=_stated(subject, profile),
        owner=is_owner(subject.listing.seller, profile.developers),
        partner=next((partner for partner in profile.partners if _fits(subject, partner)), None),
    )


def licensed(partner: Partner, day: str) -> bool:
    """Whether the licence holds on `day` (ISO 8601); one whose end is not collected does."""
    return partner.expires is None or day <= last_day(partner.expires).isoformat()


def _fits(subject: Subject, partner: Partner) -> bool:
    """By signer, else package, else name; what is collected of the partner and differs speaks against it."""
    sample, package = subject.fingerprint, package_of(subject)
    if partner.signers and sample and sample.signature.signers:
        return any(signer.sha256 in partner.signers for signer in sample.signature.signers)
    if partner.packages and package:
        return package in partner.packages
    seller = _core((subject.listing.seller or "")[:_LONGEST_NAME])
    return bool(seller) and seller == _core(partner.name)


def pins_of(profile: Profile, package: str | None) -> tuple[Pin, ...]:
    """Pins that may accuse, for that package."""
    return tuple(pin for pin in profile.signers if pin.package == package and sure(pin.confidence))


def _pinned(profile: Profile, package: str | None) -> tuple[Pin, ...]:
    return tuple(pin for pin in profile.signers if pin.package == package)


def _signer(subject: Subject, profile: Profile) -> Outcome:
    sample = subject.fingerprint
    return compare(of_sample(sample), _pinned(profile, sample.package if sample else None))


def _stated(subject: Subject, profile: Profile) -> Outcome:
    if of_sample(subject.fingerprint).digests:
        return "unknown"
    return compare(of_store(subject.listing), _pinned(profile, package_of(subject)))


def is_owner(seller: str | None, developers: tuple[Developer, ...]) -> bool | None:
    """True, or False when sure names are collected and none fits, or None when that cannot be said."""
    seller = (seller or "")[:_LONGEST_NAME]
    if not seller.strip():
        return None
    shown = _core(seller)
    for developer in developers:
        known = _core(developer.name)
        if shown == known or (not developer.complete and known in shown and _LEGAL_FORM.search(fold(seller).strip())):
            return True
    return False if any(sure(developer.confidence) for developer in developers) else None


Kinship = Literal["own", "kin", "imitated", "named", "other", "incomparable", "unknown"]
"""The owner; someone who shares a telling word with the owner; a name made to look like the owner's; someone who
carries the brand's name; someone else; written in another script than every collected owner; not known (the page names
none, or the owner is not collected)."""

_PLACE = re.compile(
    r"^(?:北京|上海|深圳|广州|杭州|成都|重庆|武汉|南京|苏州|天津|西安|长沙|厦门|合肥|珠海|海南|广东|浙江|江苏|四川|湖北|湖南|福建|山东)(?:市|省)?"
)
_COMMON_WORDS = frozenset(
    """
    the app apps inc ltd llc co corp company limited technology technologies tech software studio studios games mobile
    android google media labs group international global digital network networks beijing shanghai shenzhen hangzhou
    """.split()  # noqa: SIM905 - one word beside the other is easier to read
)
_TELLING = 4
"""Letters of a Latin word that tells whose hand it is."""


def kinship(developer: str, profile: Profile) -> Kinship:
    """What a developer's name is to the brand's owner; a name is a claim that anybody can make."""
    core = _core(developer[:_LONGEST_NAME])
    if not core:
        return "unknown"
    owner = is_owner(developer, profile.developers)
    if owner:
        return "own"
    if _resembles(core, profile):
        return "imitated"
    if _shares(developer, profile):
        return "kin"
    if any(len(name) > 1 and name in core for name in (_core(one.text) for one in profile.names)):
        return "named"
    return "unknown" if owner is None else _stranger(core, profile)


def _stranger(core: str, profile: Profile) -> Kinship:
    comparable = any(sure(one.confidence) and _is_latin(one.name) == _is_latin(core) for one in profile.developers)
    return "other" if comparable else "incomparable"


def _resembles(core: str, profile: Profile) -> bool:
    """Whether a developer's name is one slip away from the owner's."""
    known = (_core(one.name) for one in profile.developers)
    return any(len(name) > _TELLING and OSA.distance(core, name, score_cutoff=1) == 1 for name in known)


def _shares(developer: str, profile: Profile) -> bool:
    """Whether it shares a telling word with the owner or with the owner's packages; the brand's own name is none."""
    folded = fold(developer[:_LONGEST_NAME])
    vendors = {part for own in profile.packages for part in own.id.lower().split(".")[:2] if len(part) >= _TELLING}
    shared = _telling(developer[:_LONGEST_NAME]) & {word for one in profile.developers for word in _telling(one.name)}
    shared |= {part for part in vendors - _COMMON_WORDS if part in folded}
    names = [_core(one.text) for one in profile.names]
    return any(not any(word in name or name in word for name in names) for word in shared if not is_word(word))


def _is_latin(name: str) -> bool:
    return not any("\u3400" <= char <= "\u9fff" for char in name)


@lru_cache(maxsize=8192)
def _telling(name: str) -> frozenset[str]:
    """Words of a developer's name that tell whose hand it is: Latin ones, the first two characters of a Chinese one."""
    folded = fold(name).strip()
    words = {word for word in re.findall(r"[a-z0-9]+", folded) if len(word) >= _TELLING}
    chinese = re.sub(r"[^\u3400-\u9fff]", "", _PLACE.sub("", folded))
    return frozenset(words - _COMMON_WORDS) | ({chinese[:2]} if len(chinese) > 1 else set())


@lru_cache(maxsize=8192)
def _core(name: str) -> str:
    """The name without legal form, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", _LEGAL_FORM.sub("", fold(name).strip()))
