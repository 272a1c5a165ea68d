"""Every violation that can be observed has a worked example that is found, and a lawful twin that is not."""

import runpy
from dataclasses import replace

import pytest

from detection.examples import Example, examples
from detection.judge import judge
from detection.scoring import LEAD_FROM
from detection.sub_items import words
from detection.subject import Subject
from detection.terms import lexicon
from index.taxonomy import taxonomy
from tests.conftest import ROOT

OWN = {short: example for short, example in examples().items() if example.violation == short}


def test_every_observable_violation_has_an_example_and_no_other_has_one() -> None:
    observable = {short for short, entry in taxonomy().items() if entry.observable not in {"person", "none"}}
    assert set(examples()) == observable
    assert all(example.violation.startswith(short) for short, example in examples().items())


@pytest.mark.parametrize("short", OWN)
def test_the_example_is_found_and_quoted(short: str, profiles) -> None:
    example: Example = OWN[short]
    listing = example.listing()
    judgement = judge(Subject(listing=listing, profiles=profiles))
    (found,) = [violation for violation in judgement.violations if violation.id == short]
    assert found.probability >= LEAD_FROM
    assert judgement.verdict != "benign"
    quoted = [one for one in found.evidence if example.quote in one.quote or (one.quote and one.quote in example.quote)]
    assert quoted
    for one in found.evidence:
        if one.field in {"title", "description"}:
            assert getattr(listing, one.field)[one.start : one.end] == one.quote
        assert one.violation == short and one.zh and one.en


@pytest.mark.parametrize("short", OWN)
def test_the_lawful_twin_is_not_reported(short: str, profiles) -> None:
    assert judge(Subject(listing=OWN[short].lawful(), profiles=profiles)).verdict == "benign"


def test_what_cannot_be_seen_is_never_scored() -> None:
    unseen = {short for short, entry in taxonomy().items() if entry.observable in {"person", "none"}}
    ruled = {violation for rule in lexicon().rules for violation in (rule.violation, *rule.also)}
    assert not unseen & (ruled | {short for items in words().values() for short in items})


def test_a_sub_item_never_has_more_than_its_category(profiles) -> None:
    for example in OWN.values():
        judgement = judge(Subject(listing=example.listing(), profiles=profiles))
        probabilities = {violation.id: violation.probability for violation in judgement.violations}
        for violation in judgement.violations:
            if any(one.detector == "sub_item" for one in violation.evidence):
                assert violation.probability == probabilities[taxonomy()[violation.id].category]


def test_without_its_category_no_sub_item_is_considered(profiles) -> None:
    text = "。".join(word for items in words()["p2-5"].values() for word in items)
    listing = replace(OWN["p2-5a"].lawful(), title="停车场收费系统", description=text)
    violations = judge(Subject(listing=listing, profiles=profiles)).violations
    told = {v.id for v in violations if any(one.detector == "sub_item" for one in v.evidence)}
    assert told <= {short for short in words()["p2-5"] if "p2-5" in {v.id for v in violations}}


def test_the_page_is_up_to_date() -> None:
    page = runpy.run_path(str(ROOT / "script/categories.py"))["page"]()
    assert (ROOT / "docs/categories.md").read_text("utf-8") == page
