"""Every brand profile runs its own examples; nothing that is not collected ever accuses."""

import dataclasses

import pytest

from detection.scoring import LEAD_FROM
from index.profiles import Profile, load_profiles

PROFILES = load_profiles()
BRANDED = {"counterfeit", "shell"}
EMPTY = ("packages", "developers", "signers", "domains", "filings", "known_bad", "wrong_ids")


def as_listing(example) -> tuple[str, dict]:
    fields = {"package_name": example.package, "seller": example.seller, "description": example.description}
    return example.title, {**fields, "source_kind": example.kind}


def suspected(judgement) -> float:
    return max((v.probability for v in judgement.violations if v.group in BRANDED), default=0.0)


@pytest.mark.parametrize("brand", PROFILES)
def test_examples_of_a_brand(brand, judged) -> None:
    profile = PROFILES[brand]
    assert profile.should_match
    assert profile.should_not_match
    for example in profile.should_match:
        title, fields = as_listing(example)
        judgement = judged(title, **fields)
        assert suspected(judgement) >= LEAD_FROM, title
        assert judgement.brand == brand, title
    for example in profile.should_not_match:
        title, fields = as_listing(example)
        assert suspected(judged(title, **fields)) < LEAD_FROM, title


def genuine_listings(profile: Profile, sample) -> list[tuple[str, dict]]:
    """The brand's own apps, as pages show them: with and without developer and sample."""
    found = []
    for package in profile.packages:
        for developer in (None, *(developer.name for developer in profile.developers)):
            for pin in (None, *profile.signers):
                if pin and (pin.package != package.id or pin.sha256 is None):
                    continue
                fingerprint = sample(package.id, pin.sha256) if pin else None
                for name in profile.names[:2]:
                    fields = {"package_name": package.id, "seller": developer, "fingerprint": fingerprint}
                    found.append((f"{name.text}", fields))
                    found.append((f"{name.text} 官方正版", fields))
    return found


@pytest.mark.parametrize("brand", PROFILES)
def test_the_genuine_app_is_never_flagged(brand, judged, sample) -> None:
    for title, fields in genuine_listings(PROFILES[brand], sample):
        assert judged(title, **fields).verdict == "benign", (title, fields)


@pytest.mark.parametrize("field", EMPTY)
@pytest.mark.parametrize("brand", PROFILES)
def test_an_emptied_field_accuses_nobody(brand, field, judged, sample) -> None:
    """Neither the genuine app nor anyone else gains evidence because something was not collected."""
    profile = PROFILES[brand]
    known = {brand: profile}
    emptied = {brand: dataclasses.replace(profile, **{field: ()})}
    examples = [as_listing(example) for example in (*profile.should_match, *profile.should_not_match)]
    signed_otherwise = [
        (f"{profile.names[0].text} 官方版", {"package_name": package.id, "fingerprint": sample(package.id, "12" * 32)})
        for package in profile.packages
    ]
    for title, fields in (*genuine_listings(profile, sample), *examples, *signed_otherwise):
        with_it, without = judged(title, known=known, **fields), judged(title, known=emptied, **fields)
        assert accusations(without) <= accusations(with_it), (title, fields)


def accusations(judgement) -> set[tuple[str, str, float]]:
    evidence = [one for violation in judgement.violations for one in violation.evidence]
    return {(one.detector, one.quote or one.observed, one.strength) for one in evidence if one.strength > 0}


def test_a_profile_of_nothing_but_its_name_accuses_nobody(judged, sample) -> None:
    for profile in PROFILES.values():
        official = tuple(name for name in profile.names if name.kind == "official")
        bare = {profile.id: Profile(id=profile.id, names=official)}
        for title in (name.text for name in official):
            judgement = judged(
                title + " 官方版",
                known=bare,
                package_name="com.some.package",
                seller="某公司",
                fingerprint=sample("com.some.package"),
            )
            assert judgement.verdict == "benign", title


def test_unseen_says_what_is_not_collected(judged) -> None:
    judgement = judged("豆包AI助手", package_name="com.other.pkg", seller="某公司")
    assert "unseen.genuine_signer" in judgement.unseen
    assert "unseen.sample" in judgement.unseen
