"""Drafts: what was observed and nothing else, from what people confirmed and nothing else."""

import tracemalloc
from dataclasses import replace
from typing import Any

import pytest

from index.model import Observation, Supplied, Supply, Violation
from index.party import Party
from index.protocol import Index
from index.reading import encode
from index.records import Decisions
from takedown.confirmed import confirmed
from takedown.drafting import DraftError, Known, Wanted, draft, proposed_basis
from takedown.notice import Content
from takedown.papers import Paper
from takedown.recipients import recipients
from takedown.targets import newest_looks
from tests.takedown.objects import content
from tests.takedown.stored import AT, PROFILE, SHOT, confirm, counterfeit, evidence, put

HUAWEI = recipients()["huawei_appgallery"]
REPORTER = content().reporter


def wanted(**given: Any) -> Wanted:
    said: dict[str, Any] = {
        "recipient": HUAWEI,
        "form": HUAWEI.forms[0],
        "basis": "impersonation",
        "language": "zh",
        "reporter": REPORTER,
    }
    return Wanted(**{**said, **given})


def known(index: Index, records: Decisions, **given: Any) -> Known:
    said: dict[str, Any] = {"profiles": {"xiaozhou": PROFILE}, "pictures": {SHOT: 5000}}
    return Known(index=index, confirmed=confirmed(records), **{**said, **given})


def drafted(index: Index, records: Decisions, *judged: Any, **given: Any) -> Content:
    names = put(index, *judged)
    confirm(records, "u1-a", *names)
    return draft(names, wanted(**given), known(index, records))


def test_a_draft_says_what_was_observed(index: Index, records: Decisions) -> None:
    made = drafted(index, records, counterfeit(1), counterfeit(2))
    first = made.targets[0]
    assert (first.kind, first.sample_sha256, first.sample_size) == ("app", f"{1:064x}", 1001)
    assert first.signers[0].sha256 == "ab" * 32 and first.signers[0].public_key_sha256 == "99" * 32
    assert first.filings == ("粤ICP备2025000001号-7A",) and first.custody == "crawled"
    assert first.look is not None and (first.look.state, first.look.at) == ("seen", AT)
    assert [each.violation for each in made.allegations] == ["p2-6a"], "not what is improbable"
    alleged = made.allegations[0]
    assert alleged.reasons_zh and alleged.reasons_en and alleged.targets == ()
    assert {quote.text for quote in alleged.quotes} == {"官方版"}
    assert {(law.id, law.article) for law in alleged.laws if law.unverified} == {("cn-miit-app-filing", "")}
    assert ("cn-ecommerce", "42") not in {(law.id, law.article) for law in alleged.laws}, "it rests on no right"
    assert made.decisions == ("u1-a:1",) and made.brand_name == "小舟智聊"
    assert made.statements.signed_by == "" and not made.statements.good_faith, "nobody signed yet"
    assert [each.kind for each in made.attachments] == ["screenshot", "screenshot"]


def test_observed_stands_beside_genuine_and_what_is_not_collected_is_none(index: Index, records: Decisions) -> None:
    made = drafted(index, records, counterfeit(1))
    lines = {line.part: (line.genuine, line.differs) for line in made.comparison}
    assert lines["signer"] == ("11" * 32, True) and lines["package"] == ("org.example.genuine", True)
    assert lines["filing"] == (None, None), "the profile holds none"
    assert "未采集" not in encode(made).decode()


def test_unsure_values_clear_and_never_accuse(index: Index, records: Decisions) -> None:
    guess = replace(PROFILE.packages[0], id="org.example.copy1", confidence="unverified")
    names = put(index, counterfeit(1), counterfeit(2))
    confirm(records, "u1-a", *names)
    profile = replace(PROFILE, packages=(guess,), signers=(replace(PROFILE.signers[0], store="other_store"),))
    made = draft(names, wanted(), known(index, records, profiles={"xiaozhou": profile}))
    said = {(line.finding_id, line.part): line.differs for line in made.comparison}
    assert said[names[0], "package"] is False and said[names[1], "package"] is None
    assert said[names[0], "signer"] is None, "a certificate of another store says nothing here"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_summary_states_facts_in_one_language(index: Index, records: Decisions, language: Any) -> None:
    said = drafted(index, records, counterfeit(1), language=language).summary
    assert "2026-11-25" in said and "apps.example.org" in said
    assert ("签名证书与官方不同" in said) == (language == "zh")
    assert "97" not in said and "probab" not in said and "故意" not in said


def test_what_rests_on_something_unknown_is_not_repeated(index: Index, records: Decisions) -> None:
    unsure = evidence(zh="本渠道的正版证书未采集", en="the genuine one is not collected", quote="")
    held = Violation(id="p2-6a", group="counterfeit", probability=0.9, evidence=(unsure, evidence(zh="甲", en="a")))
    made = drafted(index, records, counterfeit(1, violations=[held]))
    assert made.allegations[0].reasons_zh == ("甲",) and "未采集" not in made.summary


def test_hostile_words_stay_in_their_place(index: Index, records: Decisions) -> None:
    title = "=HYPERLINK(1)<script>\u202egpj.exe" + "长" * 100_000
    far = evidence(zh=f"标题“{title}”", en=f"title '{title}'", quote=title[:5000])
    held = Violation(id="p2-6a", group="counterfeit", probability=0.9, evidence=(far,))
    made = drafted(index, records, counterfeit(1, title=title, violations=[held]))
    assert made.targets[0].title == title, "raw: exporters escape it"
    assert made.allegations[0].quotes == (), "a quote is exact or not there"
    assert len(made.summary) < 1000 and "\u202e" not in made.summary


def test_nothing_leaves_on_the_machines_word_alone(index: Index, records: Decisions) -> None:
    names = put(index, counterfeit(1), counterfeit(2))
    confirm(records, "u1-a", names[0])
    with pytest.raises(DraftError, match=names[1]):
        draft(names, wanted(), known(index, records))
    with pytest.raises(DraftError):
        draft([], wanted(), known(index, records))


def test_a_notice_about_a_brand_is_about_one(index: Index, records: Decisions) -> None:
    other = counterfeit(2)
    other = replace(other, findings=(replace(other.findings[0], brand="dabo"),))
    with pytest.raises(DraftError, match="dabo"):
        drafted(index, records, counterfeit(1), other)
    names = put(index, counterfeit(1), other)
    made = draft(names, wanted(basis="illegal_product"), known(index, records))
    assert made.brand is None and made.comparison == ()


def mark(**given: Any) -> Paper:
    said: dict[str, Any] = {
        "id": "p1-1",
        "kind": "mark",
        "title": "小舟智聊",
        "brand": "xiaozhou",
        "number": "1234",
        "classes": (9,),
        "regions": ("CN",),
        "file_name": "mark.pdf",
        "sha256": "aa" * 32,
        "size": 10,
        "media_type": "application/pdf",
    }
    return Paper(**{**said, **given})


def test_rights_and_authority_come_from_the_papers_of_the_brand(index: Index, records: Decisions) -> None:
    names = put(index, counterfeit(1))
    confirm(records, "u1-a", *names)
    letters = [
        mark(id=f"p1-{end}", kind="authorisation", title="授权", owner="委托方", valid_to=end, sha256=end[0] * 64)
        for end in ("2026-12-31", "2028-01-01", "2027-01-01")
    ]
    papers = [mark(), mark(id="p1-2", regions=("US",)), mark(id="p1-3", brand="dabo"), mark(id="p1-4", removed=True)]
    asked = wanted(basis="ip_trademark", principal=Party(org="委托方"))
    made = draft(names, asked, known(index, records, papers=[*papers, *letters]))
    assert [right.paper for right in made.rights] == ["p1-1"] and made.authorization == "p1-2028-01-01"
    assert {each.sha256 for each in made.attachments if each.kind == "paper"} == {"aa" * 32, "2" * 64}
    assert ("cn-ecommerce", "42") in {(law.id, law.article) for law in made.allegations[0].laws}
    assert draft(names, wanted(), known(index, records, papers=papers)).rights == (), "impersonation names no right"


def test_a_list_that_was_brought_is_no_look(index: Index, records: Decisions) -> None:
    one = counterfeit(1)
    names = put(index, one)
    supply = Supply(by="某单位", channel="U盘", received_at=AT, file="a.csv", file_sha256="ee" * 32)
    index.put_supplied([Supplied(listing_id=one.findings[0].listing_id, run_id="r", at=AT, place="1", supply=supply)])
    confirm(records, "u1-a", *names)
    made = draft(names, wanted(), known(index, records))
    assert made.targets[0].look is None and "某单位" in made.targets[0].custody


def look(at: str, state: Any) -> Observation:
    return Observation(listing_id="l", at=at, state=state, run_id="r")


@pytest.mark.parametrize(
    ("looks", "last_seen", "newest"),
    [
        ([], "", []),
        ([], AT, [("seen", AT)]),
        ([look("2026-11-26T00:00:00Z", "gone")], AT, [("gone", "2026-11-26T00:00:00Z")]),
        ([look("2026-11-24T00:00:00Z", "gone")], AT, [("seen", AT)]),
        ([look("2026-11-26T00:00:00Z", "blocked")], AT, [("seen", AT), ("blocked", "2026-11-26T00:00:00Z")]),
        (
            [look("2026-11-26T00:00:00Z", "gone"), look("2026-11-27T00:00:00Z", "seen")],
            AT,
            [("seen", "2026-11-27T00:00:00Z")],
        ),
    ],
)
def test_the_newest_look_is_what_a_run_of_ours_saw_last(looks: Any, last_seen: str, newest: Any) -> None:
    assert [(found.state, found.at) for found in newest_looks(looks, last_seen)] == newest


def test_five_thousand_targets_stay_in_bounds(index: Index, records: Decisions) -> None:
    names = put(index, *(counterfeit(number, description="永久会员" * 10) for number in range(5000)))
    confirm(records, "u1-a", *names)
    held = known(index, records)
    made = draft(names, wanted(), held)
    tracemalloc.start()  # of a fifth: it takes its time
    try:
        draft(names[:1000], wanted(), held)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(made.targets) == 5000 and len(made.allegations[0].quotes) <= 10_000
    assert len(made.allegations[0].reasons_zh) <= 12 and len(made.summary) < 2000
    assert len(made.attachments) <= 50
    assert peak < 50 << 20 and len(encode(made)) < 16 << 20


def test_the_basis_fits_the_sender_and_the_finding(index: Index) -> None:
    names = put(index, counterfeit(1))
    hits = [hit for name in names if (hit := index.get(name))]
    form = replace(HUAWEI.forms[0], bases=("platform_policy", "administrative_referral", "impersonation"))
    assert proposed_basis(form, REPORTER, hits) == "impersonation"
    assert proposed_basis(form, replace(REPORTER, role="regulator"), hits) == "administrative_referral"
    assert proposed_basis(form, REPORTER, []) == "platform_policy"
