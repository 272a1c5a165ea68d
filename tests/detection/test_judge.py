import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detection import scoring
from detection.judge import findings, judge, judge_all
from detection.subject import Subject
from detection.ties import tie_keys, ties
from detection.training.data import labelled
from index.ids import finding_id, listing_id
from index.model import Capture, Evidence, Listing
from index.profiles import load_profiles
from index.ties import HUB

PROFILES = load_profiles()
OFFER = "代过人脸 失败全退 实时换脸软件 卡密自动发货 ChatGPT国内镜像站 永久会员 DeepSееk 官方"
WORDS = st.lists(
    st.sampled_from(
        [
            "换脸",
            "代过人脸",
            "豆包",
            "官方",
            "不",
            "谨防",
            "AI",
            "ChatGPT",
            "镜像",
            "永久",
            "。",
            "\n",
            "變 臉",
            "😀",
            "加V：abc12345",
            "\u200b",
        ]
    ),
    max_size=14,
).map("".join)


def field_text(listing: Listing, name: str) -> str:
    head, _, number = name.partition("[")
    value = getattr(listing, head)
    return value[int(number.rstrip("]"))] if number else value


@given(title=WORDS, description=WORDS, option=WORDS, price=st.sampled_from([None, "免费", "30元"]))
@settings(max_examples=150, deadline=None)
def test_every_quote_is_found_where_it_says(title, description, option, price) -> None:
    listing = Listing(
        marketplace="m", native_id="1", url="https://m.example/", title=title, description=description, options=(option,), price=price, source_kind="shop"
    )  # fmt: skip
    judgement = judge(Subject(listing=listing, profiles=PROFILES))
    for violation in judgement.violations:
        assert 0 <= violation.probability <= 1
        for one in violation.evidence:
            assert one.zh
            assert one.en
            if one.field:
                assert field_text(listing, one.field)[one.start : one.end] == one.quote != ""


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=30), st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_any_text_is_judged(title, description, seller, package) -> None:
    listing = Listing(
        marketplace="m", native_id="1", url="u", title=title, description=description, seller=seller, package_name=package, source_kind="app_store"
    )  # fmt: skip
    subject = Subject(listing=listing, profiles=PROFILES)
    judgement = judge(subject)
    assert judgement == judge(Subject(listing=listing, profiles=PROFILES))
    assert 0 <= judgement.priority <= 1
    tie_keys(listing, None)


@pytest.mark.parametrize("field", ["title", "description", "seller", "package_name", "bio", "notes"])
def test_texts_of_a_million_characters_are_judged_in_bounded_time(field, judged) -> None:
    judgement = judged(OFFER * 20_000) if field == "title" else judged(**{field: OFFER * 20_000})
    assert ("unseen.long_text" in judgement.unseen) is (field != "package_name")


def test_several_at_once_are_judged_as_each_by_itself() -> None:
    rows = labelled()[::150]
    subjects = [Subject(listing=row.listing, profiles=PROFILES, day="2026-11-01") for row in rows]
    assert len(subjects) > 100  # more than are kept at the same time
    assert judge_all(subjects) == [judge(one) for one in subjects]
    assert judge_all([*subjects[:2], subjects[0]]) == [judge(one) for one in (*subjects[:2], subjects[0])]
    assert judge_all([]) == []


def test_nothing_known_is_benign_and_says_what_was_not_seen(judged) -> None:
    judgement = judged("便签本", known={})
    assert judgement.verdict == "benign"
    assert judgement.violations == ()
    assert judgement.unseen == ("unseen.sample",)


def test_findings_are_one_per_group_with_stable_ids(judged, listing, sample) -> None:
    page = listing(OFFER, source_kind="shop", price="30", package_name="com.fake.chat")
    fingerprint = sample("com.fake.chat")
    judgement = judge(Subject(listing=page, fingerprint=fingerprint, profiles=PROFILES))
    capture = Capture(sha256="a", url="u", taken_at="t", warc="w", offset=1, status=200)
    found = findings(page, judgement, fingerprint=fingerprint, capture=capture)
    ident = listing_id("test", "1")
    assert {finding.group for finding in found} >= {"illegal_tool", "shell"}
    for finding in found:
        brand = judgement.brand if finding.group in {"counterfeit", "shell"} else None
        assert finding.brand == brand
        assert finding.id == finding_id(ident, finding.group, brand)
        assert finding.listing_id == ident
        assert finding.probability == max(v.probability for v in finding.violations)
        assert {v.group for v in finding.violations} == {finding.group}
        assert finding.capture is capture
        assert finding.sample_sha256 == fingerprint.sha256
        assert finding.signer_sha256 == fingerprint.signature.signers[0].sha256
    assert [f.priority for f in found] == sorted((f.priority for f in found), reverse=True)


def test_benign_listings_give_no_finding(judged, listing) -> None:
    assert findings(listing("便签本"), judged("便签本")) == ()


def test_ties(listing, sample) -> None:
    page = listing(
        "出售 加V：Abc_12345",
        description="QQ：123456789，TG @Some_Seller 或 t.me/other_one，mail Help@Shop.example ；微 信：weixin_99",
        reviews=("QQ 987654321",),
    )
    keys = tie_keys(page, sample("p", "ab" * 32))
    assert keys[:2] == ("signer:" + "ab" * 32, "sample:" + "aa" * 32)
    assert {key for key in keys[2:] if not key.startswith(("text:", "stated_signer:"))} == {
        "contact:wechat:abc_12345",
        "contact:qq:123456789",
        "contact:telegram:some_seller",
        "contact:telegram:other_one",
        "contact:mail:help@shop.example",
    }
    assert tie_keys(listing("什么都没有"), None) == ()


WORDING = "全新改装，支持任意平台，收到后自行安装，一次付清以后都免费更新，不会用的可以远程协助，售后群里随时有人，放心拍下不用问在不在。"


def test_the_same_wording_with_another_contact_and_price_is_a_tie(listing) -> None:
    one = set(tie_keys(listing("甲", description=f"{WORDING}只要 30 元 QQ：123456789"), None))
    two = set(tie_keys(listing("乙", description=f"{WORDING}只要 45 元 QQ：987654321"), None))
    other = set(
        tie_keys(
            listing(
                "丙",
                description="二手登山包，九成新，去年买的，背过三次，周末可以到地铁站看货，不满意可以退，运费各付一半，诚心要的可以再商量价格。"
                * 2,
            ),
            None,
        )
    )
    assert {key for key in one & two if key.startswith("text:")}
    assert not one & other


def test_ties_are_said_in_words_and_a_hub_ties_nobody() -> None:
    keys = ("contact:qq:123456789", "text:0-a", "text:1-b", "signer:ab")
    found = ties(
        keys,
        {"contact:qq:123456789": ["l1-b", "l1-me"], "text:0-a": ["l1-b"], "text:1-b": ["l1-c"], "signer:ab": ["l1-d"]},
        {"signer:ab": HUB + 1},
        "l1-me",
    )
    assert [(tie.kind, tie.count, tie.hub) for tie in found] == [
        ("contact", 1, False),
        ("text", 2, False),
        ("signer", HUB, True),
    ]
    assert "qq:123456789" in found[0].zh
    assert found[0].others == ("l1-b",)
    assert "nobody" in found[2].en


STRENGTHS = st.lists(st.floats(-8, 8, allow_nan=False), max_size=8)


@given(STRENGTHS, st.floats(0, 5), st.data())
def test_stronger_evidence_never_lowers_a_probability(strengths, more, data) -> None:
    before = scoring.probability(strengths)
    assert scoring.probability([*strengths, more]) >= before - 1e-12
    if strengths:
        at = data.draw(st.integers(0, len(strengths) - 1))
        raised = [*strengths[:at], strengths[at] + more, *strengths[at + 1 :]]
        assert scoring.probability(raised) >= before - 1e-12


@given(STRENGTHS, st.floats(-8, 0))
def test_evidence_against_never_raises_it(strengths, against) -> None:
    assert scoring.probability([*strengths, against]) <= scoring.probability(strengths) + 1e-12


def test_evidence_only_against_makes_no_violation() -> None:
    against = Evidence(detector="genuine", violation="p2-6a", strength=-8.0, observed="x")
    assert scoring.score([against], {"genuine": "counterfeit"}) == ()


def test_reach_is_bounded_and_grows_with_the_audience(listing) -> None:
    seen = [scoring.reach(listing("x", counters={"downloads": n})) for n in (0, 10, 1e4, 1e7, 1e300, float("inf"))]
    assert seen[:4] == sorted(seen[:4])
    assert all(0.5 <= value <= 1.0 for value in seen)


def test_another_process_says_the_same_words() -> None:
    """Words are kept in sets nowhere that shows: a second look at an unchanged page changes nothing."""
    program = (
        "from detection.judge import judge; from detection.subject import Subject; from index.model import Listing; "
        "from index.profiles import load_profiles; from index.reading import encode; import sys; "
        f"page = Listing(marketplace='m', native_id='1', url='u', title={OFFER!r}, source_kind='shop', price='30'); "
        "sys.stdout.buffer.write(encode(judge(Subject(listing=page, profiles=load_profiles()))))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


def test_importing_the_room_costs_nothing() -> None:
    program = (
        "import sys, detection, detection.subject, detection.judge; "
        "print([m for m in ('opencc', 'pypinyin', 'ahocorasick_rs', 'rapidfuzz', 'yaml.cyaml') if m in sys.modules and m != 'yaml.cyaml'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
