"""An empty field of a profile is 'not collected': it accuses nobody, adds nothing, and no accusation cites it.

Every field of every profile is emptied in turn.
"""

import dataclasses
from collections.abc import Iterator

import pytest

from detection.identity import is_owner
from detection.judge import judge
from detection.subject import Subject
from index.model import Judgement, Listing
from index.profiles import Profile, load_profiles
from tests.detection.conftest import make_listing, make_sample

PROFILES = load_profiles()
GENUINE = ("packages", "developers", "signers", "domains", "filings", "marks", "known_bad")
"""What genuine looks like; emptied, it can only accuse less."""
OTHERS = ("partners", "wrong_ids", "sources", "should_match", "should_not_match")
"""What is no sign of the genuine side, and empty in most shipped profiles."""
OURS = {"brand_name", "brand_package", "brand_developer", "brand_signer", "brand_partner", "test_key"}
"""Detectors that look at profiles."""


def subjects(profile: Profile) -> Iterator[tuple[Listing, object]]:
    """The brand's own listings, its examples, and strangers under its name, with and without samples."""
    name = profile.names[0].text
    packages = [package.id for package in profile.packages] or ["com.example.own"]
    for package in (*packages, "com.stranger.app", packages[0] + ".pro", None):
        for seller in (*(developer.name for developer in profile.developers), "某某工作室", None):
            yield make_listing(f"{name} AI 官方版", package_name=package, seller=seller), None
        yield make_listing(f"{name} AI", package_name=package), make_sample(package, "12" * 32)
    for pin in profile.signers:
        yield make_listing(name, package_name=pin.package), make_sample(pin.package, pin.sha256)
    for example in (*profile.should_match, *profile.should_not_match):
        fields = {"package_name": example.package, "seller": example.seller, "description": example.description}
        yield make_listing(example.title, **fields, source_kind=example.kind), None
    for bad in profile.known_bad[:1]:
        yield make_listing(name), make_sample("com.stranger.app", md5=bad)


def said(profile: Profile, listing: Listing, sample: object) -> Judgement:
    return judge(Subject(listing=listing, fingerprint=sample, profiles={profile.id: profile}))


def accusations(judgement: Judgement) -> dict[tuple[str, str], float]:
    """What the profile was compared with, and how strongly that speaks."""
    evidence = [one for violation in judgement.violations for one in violation.evidence]
    return {(one.detector, one.observed): one.strength for one in evidence if one.detector in OURS and one.strength > 0}


def values(profile: Profile, field: str) -> set[str]:
    """The texts that stand in a field."""
    found = getattr(profile, field)
    return {
        text
        for one in found
        for text in ([one] if isinstance(one, str) else [getattr(one, part.name) for part in dataclasses.fields(one)])
        if isinstance(text, str) and len(text) > 6
    }


def spoken_for(profile: Profile, field: str, listing: Listing) -> bool:
    """Whether the field clears a listing that another collected field speaks against: a stranger's package under the
    owner's name, the brand's package in a stranger's hand. What accuses then is that other field, and it is cited."""
    owner = is_owner(listing.seller, profile.developers)
    own = listing.package_name in {package.id for package in profile.packages}
    return (field == "developers" and owner is True and not own) or (field == "packages" and own and owner is False)


@pytest.mark.parametrize("field", [*GENUINE, *OTHERS])
@pytest.mark.parametrize("brand", PROFILES)
def test_an_emptied_field_accuses_nobody(brand: str, field: str) -> None:
    profile = PROFILES[brand]
    if not getattr(profile, field):
        return  # empty already: what is compared below would be the same thing twice
    emptied = dataclasses.replace(profile, **{field: ()})
    kept = {text for other in ("names", *GENUINE) if other != field for text in values(profile, other)}
    cited = values(profile, field) - kept if field in GENUINE else set()
    for listing, sample in subjects(profile):
        if spoken_for(profile, field, listing):
            continue
        before, after = accusations(said(profile, listing, sample)), said(emptied, listing, sample)
        for key, strength in accusations(after).items():
            assert strength <= before.get(key, 0.0), (listing.title, listing.package_name, key)
        for violation in after.violations:
            for one in violation.evidence:
                assert one.strength <= 0 or not cited & set((one.expected or "").split(" / ")), one


@pytest.mark.parametrize("field", GENUINE)
@pytest.mark.parametrize("brand", PROFILES)
def test_the_brands_own_app_is_not_accused_for_want_of_a_field(brand: str, field: str) -> None:
    profile = PROFILES[brand]
    emptied = dataclasses.replace(profile, **{field: ()})
    for package in profile.packages:
        for developer in profile.developers:
            listing = make_listing(f"{profile.names[0].text} AI 官方版", package_name=package.id, seller=developer.name)
            assert not accusations(said(emptied, listing, None)), (package.id, developer.name)


@pytest.mark.parametrize("brand", PROFILES)
def test_a_profile_with_every_field_emptied_compares_nothing(brand: str) -> None:
    """Only a disguised name still speaks: it needs nothing of the genuine side."""
    profile = PROFILES[brand]
    empty = dataclasses.replace(profile, **dict.fromkeys((*GENUINE, *OTHERS), ()))
    for listing, sample in subjects(profile):
        for detector, observed in accusations(said(empty, listing, sample)):
            assert detector == "brand_name", (listing.title, observed)
            assert not any(name.text == observed and name.kind == "official" for name in profile.names)


@pytest.mark.parametrize("field", ["packages", "developers", "signers", "known_bad"])
def test_the_fields_accuse_while_they_are_full(field: str) -> None:
    """So the tests above can fail."""
    told = set()
    for profile in PROFILES.values():
        emptied = dataclasses.replace(profile, **{field: ()})
        for listing, sample in subjects(profile) if getattr(profile, field) else ():
            told |= set(accusations(said(profile, listing, sample))) - set(accusations(said(emptied, listing, sample)))
    assert told
