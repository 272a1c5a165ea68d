"""`copycatch recipients`: who takes notices, how old that knowledge is, and what is wrong with a file."""

from pathlib import Path

import pytest

from index.home import Home
from index.messages import LANGUAGES
from takedown.recipients import recipients
from tests.takedown.recipients.test_recipients import OWN


@pytest.fixture
def own(own_home: Path) -> Path:
    folder = Home(own_home).recipients
    folder.mkdir()
    path = folder / "forum.yml"
    path.write_text(OWN, "utf-8")
    return path


def test_the_list_names_every_recipient_where_it_comes_from_and_its_age(copycatch, own: Path) -> None:
    rows = {row["id"]: row for row in copycatch("recipients", "list", "--json").fits("recipients_list")}
    assert set(rows) == {*recipients(), "forum"}
    assert {name for name, row in rows.items() if row["origin"] == "own"} == {"forum"}
    assert rows["forum"]["deadline"] == {"unit": "working_days", "number": 3}
    assert all(form["age_days"] >= 0 for row in rows.values() for form in row["forms"])
    shown = copycatch("recipients", "list").out
    assert "Example forum" in shown
    assert "verified (2026-11-20" in shown
    assert "not verified" in shown


@pytest.mark.parametrize("recipient", recipients())
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_recipient_can_be_shown(copycatch, monkeypatch: pytest.MonkeyPatch, recipient: str, lang: str) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    answer = copycatch("recipients", "show", recipient)
    assert answer.code == 0
    assert recipient in answer.out
    assert all(form.fields[0].path in answer.out for form in recipients()[recipient].forms)


def test_one_recipient_as_a_document(copycatch, own: Path) -> None:
    (shown,) = copycatch("recipients", "show", "forum", "--json").fits("recipients_show")
    assert [field["id"] for field in shown["forms"][0]["fields"]] == ["link", "words"]


def test_an_unknown_recipient_lists_the_known_ones(copycatch) -> None:
    answer = copycatch("recipients", "show", "nobody")
    assert answer.code == 2
    assert "alibaba_ipp" in answer.err


def test_shipped_recipients_pass_the_check(copycatch) -> None:
    rows = copycatch("recipients", "check", "--json").fits("recipients_check")
    assert len(rows) == len(recipients())
    assert all(row["ok"] for row in rows)
    assert any("not verified" in remark for row in rows for remark in row["remarks"])


def test_what_is_wrong_with_a_file_is_named(copycatch, own: Path) -> None:
    assert copycatch("recipients", "check", own).code == 0
    own.write_text(OWN.replace("    version:", "    colour: red\n    version:"), "utf-8")
    answer = copycatch("recipients", "check", own)
    assert answer.code == 1
    assert "forum.yml, forms report" in answer.err
    assert "colour" in answer.err
    assert copycatch("recipients", "list").code == 2, "a broken file is never passed over"


def test_all_faults_of_a_file_are_named_at_once(copycatch, own: Path) -> None:
    own.write_text(OWN.replace("path: summary", "path: nothing").replace("2026-11-20", "lately"), "utf-8")
    (row,) = copycatch("recipients", "check", own, "--json").fits("recipients_check")
    assert len(row["failures"]) == 2
    assert all(failure.startswith("forum.yml: ") for failure in row["failures"])


@pytest.mark.parametrize(
    ("old", "new", "remark"),
    [
        ("2026-11-20", "2024-01-01", "nobody compared it"),
        ("2026-11-20", "2999-01-01", "lies ahead"),
        ('marketplaces: ["discuz:forum.example.org"]', "", "nothing ever proposes it"),
        ('["discuz:forum.example.org"]', "[taobao]", "alibaba_ipp"),
        ("address: https://forum.example.org/report", "", "no address"),
        ("required: true, ", "", "no field is required"),
        ("limit: 200", "required_if: [malware], limit: 200", "malware"),
        ("unverified: false", "unverified: true", "not verified"),
        ("kind: urls", "kind: file", "take no type"),
        ("forms:", "law: [{id: cn-x, article: '9', unverified: true}]\nforms:", "cn-x 9"),
    ],
)
def test_what_is_odd_about_a_file_is_said(copycatch, own: Path, old: str, new: str, remark: str) -> None:
    given = OWN.replace("    fields:", "    attachments: {types: []}\n    fields:")
    assert old in given
    own.write_text(given.replace(old, new, 1), "utf-8")
    (row,) = copycatch("recipients", "check", own, "--json").fits("recipients_check")
    assert row["ok"], row
    assert any(remark in said for said in row["remarks"]), row
