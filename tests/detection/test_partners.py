"""Licensed partners: cleared while the licence holds, a lead with a sentence afterwards, nothing lent to impostors."""

import dataclasses

import pytest

from detection import scoring
from detection.detectors import brand_developer, brand_name, brand_package, brand_partner, brand_signer
from detection.judge import judge as whole
from detection.subject import Subject
from index.model import Judgement
from index.profiles import Partner, load_profiles
from tests.detection.conftest import make_listing, make_sample

SIGNER = "5a" * 32
PARTNER = Partner(name="杭州云帆科技有限公司", packages=("cn.yunfan.doubao",), signers=(SIGNER,), expires="2026-06")
BEFORE, AFTER = "2026-06-30", "2026-07-01"


DETECTORS = (brand_developer, brand_name, brand_package, brand_partner, brand_signer)


def judge(subject: Subject) -> Judgement:
    """What the rules about brands say, without what the whole text looks like."""
    evidence = [one for detector in DETECTORS for one in detector.detect(subject)]
    violations = scoring.score(evidence, dict.fromkeys((one.detector for one in evidence), "counterfeit"))
    return Judgement(verdict=scoring.verdict(violations), violations=violations)


def judged(partner: Partner | None, day: str, *, fingerprint=None, **fields):
    brand = load_profiles()["doubao"]
    profile = dataclasses.replace(brand, partners=(partner,) if partner else ())
    values = {"package_name": "cn.yunfan.doubao", "seller": "杭州云帆科技有限公司", **fields}
    subject = Subject(
        listing=make_listing("豆包AI 官方版", **values), fingerprint=fingerprint, profiles={"doubao": profile}, day=day
    )
    return judge(subject)


def said(judgement) -> set[str]:
    return {one.detector for violation in judgement.violations for one in violation.evidence}


def test_without_a_licence_the_listing_is_suspected() -> None:
    assert judged(None, BEFORE).verdict == "violation"


@pytest.mark.parametrize(
    "partner",
    [
        PARTNER,
        Partner(name="杭州云帆"),
        Partner(name="x", packages=("cn.yunfan.doubao",)),
        Partner(name="杭州云帆科技有限公司", expires=None),
    ],
    ids=["all", "short name", "package", "no end"],
)
def test_a_partner_is_cleared_while_the_licence_holds(partner: Partner) -> None:
    assert judged(partner, BEFORE).verdict == "benign"


def test_a_partner_is_known_by_the_signer_of_the_sample() -> None:
    partner = Partner(name="other", signers=(SIGNER,), expires="2026-06-30")
    assert judged(partner, BEFORE, fingerprint=make_sample("cn.any.package", SIGNER)).verdict == "benign"


def test_afterwards_it_is_a_lead_that_says_when_it_ended() -> None:
    judgement = judged(PARTNER, AFTER)
    assert judgement.verdict == "lead"
    (evidence,) = judgement.violations[0].evidence
    assert evidence.detector == "brand_partner"
    assert "2026-06" in evidence.zh and "2026-06" in evidence.en and evidence.zh.startswith("线索")


@pytest.mark.parametrize(
    "fields",
    [
        {"package_name": "com.fake.doubao"},
        {"fingerprint": make_sample("cn.yunfan.doubao", "6b" * 32)},
        {"seller": "别的公司", "package_name": None, "fingerprint": make_sample("com.fake.doubao", "6b" * 32)},
    ],
    ids=["other package", "other signer", "neither"],
)
def test_the_partners_name_does_not_clear_what_differs_from_what_is_known_of_it(fields: dict) -> None:
    assert judged(PARTNER, BEFORE, **fields).verdict == "violation"


@pytest.mark.parametrize(("day", "verdict"), [(BEFORE, "benign"), (AFTER, "lead")])
def test_the_whole_judgement_follows(day: str, verdict: str) -> None:
    profile = dataclasses.replace(load_profiles()["doubao"], partners=(PARTNER,))
    listing = make_listing("豆包AI 官方版", package_name="cn.yunfan.doubao", seller="杭州云帆科技有限公司")
    judgement = whole(Subject(listing=listing, profiles={"doubao": profile}, day=day))
    assert (judgement.verdict, judgement.brand) == (verdict, "doubao")


def test_an_ended_licence_never_hides_a_foreign_signer_of_the_genuine_package() -> None:
    brand = load_profiles()["openai_chatgpt"]
    partner = Partner(name="Yunfan", expires="2020")
    profile = dataclasses.replace(brand, partners=(partner,))
    sample = make_sample("com.openai.chatgpt", "6b" * 32)
    listing = make_listing("ChatGPT", package_name="com.openai.chatgpt", seller="Yunfan", marketplace="google_play")
    judgement = judge(Subject(listing=listing, fingerprint=sample, profiles={profile.id: profile}, day=AFTER))
    assert judgement.verdict == "violation" and "brand_signer" in said(judgement)
