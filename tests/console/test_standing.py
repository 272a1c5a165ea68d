"""What people decided and whom they let pass is said on every page, and of what is handed in, with either index."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.home import Home
from tests.console.conftest import Answer
from tests.console.engines import elastic_place, elastic_url, put, url
from tests.console.shelf import counterfeit

__all__ = ["elastic_place", "elastic_url", "url"]
Command = Callable[..., Answer]
OFFER = counterfeit(1, "豆包会员版")


@pytest.fixture
def home(own_home: Path, url: str | None, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("COPYCATCH_AS", "li")
    found = Home(own_home)
    put(found, url, OFFER)
    return found


def shown(copycatch: Command, name: str) -> dict[str, Any]:
    (said,) = copycatch("show", name, "--json").fits("show")
    standings: dict[str, Any] = said["standings"]
    return standings


LINE = {
    "id": "x",
    "title": "豆包会员版 破解版 永久免费",
    "source_kind": "app_store",
    "package_name": "com.example.doubao",
}
NAME, LISTING = OFFER.findings[0].id, OFFER.findings[0].listing_id


def test_a_confirmed_finding_is_suspected_no_more_until_it_changes(
    copycatch: Command, home: Home, url: str | None
) -> None:
    assert copycatch("show", NAME).out.startswith("suspected violation")
    assert shown(copycatch, NAME).get(NAME, {"state": "open"})["state"] == "open"
    assert copycatch("triage", "confirm", NAME).code == 0
    page = copycatch("show", NAME).out
    assert page.startswith("confirmed") and "suspected" not in page and "li: confirmed" in page
    assert "suspected" not in copycatch("show", LISTING).out.split("Findings")[1].split("\n\n")[0]
    assert "confirmed" in copycatch("search", "*").out and "suspected" not in copycatch("search", "*").out
    standing = shown(copycatch, LISTING)[NAME]
    assert (standing["state"], standing["answer"]["kind"], standing["answer"]["by"]) == ("confirmed", "confirm", "li")

    dearer = replace(OFFER, listing=replace(OFFER.listing, price="￥9999", seller="另一家"))
    put(home, url, dearer, at="2999-11-21T08:00:00Z")
    page = copycatch("show", NAME).out
    assert page.startswith("suspected violation") and "reopened" in page.splitlines()[0] and "另一家" in page
    assert shown(copycatch, NAME)[NAME]["state"] == "reopened"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_who_dismissed_it_and_why_is_said(
    copycatch: Command, home: Home, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    copycatch("triage", "dismiss", NAME, "--reason", "licensed", "--note", "合同在卷")
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    page = copycatch("show", NAME).out
    assert page.startswith("已驳回" if lang == "zh" else "dismissed") and "合同在卷" in page
    assert ("疑似" if lang == "zh" else "suspected") not in page


def detected(copycatch: Command, **said: Any) -> dict[str, Any]:
    (document,) = copycatch("detect", "-", "--json", stdin=json.dumps({**LINE, **said}).encode()).fits("detect")
    found: dict[str, Any] = document
    return found


def test_what_is_let_pass_is_said_of_what_is_handed_in(copycatch: Command, home: Home) -> None:
    there, elsewhere = OFFER.listing.url, "https://other.example/1"
    before = detected(copycatch, url=there, seller=OFFER.listing.seller)
    assert before["verdict"] != "benign" and "allowed" not in before
    for scope in ("seller", "offer"):
        assert copycatch(
            "triage", "allow", NAME, "--scope", scope, "--reason", "licensed", "--expires", "2999-01-01"
        ).code == 0  # fmt: skip
    found = detected(copycatch, url=there, seller=OFFER.listing.seller)
    assert [one["reason"] for one in found["allowed"]] == ["licensed", "licensed"]
    assert {name: value for name, value in found.items() if name != "allowed"} == before, "the verdict stays as it is"
    assert len(detected(copycatch, url=there, seller="别人")["allowed"]) == 1
    assert "allowed" not in detected(copycatch, url=elsewhere, seller=OFFER.listing.seller)
    assert "allowed (licensed, by li" in copycatch("detect", "-", stdin=json.dumps({**LINE, "url": there}).encode()).out
    assert shown(copycatch, NAME)[NAME]["state"] == "allowed" and "by li" in copycatch("show", NAME).out
    copycatch("triage", "allow", NAME, "--scope", "offer", "--reason", "licensed", "--expires", "2999-01-01", "--end")
    assert "allowed" not in detected(copycatch, url=there, seller="别人")
