"""What a person allowed is judged as before and says so; an entry that is over says nothing any more."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.rescore import rescore
from index.allowed import Allowed, Scope, ScopeKind, allowed_list, host_of, scopes
from index.home import Home
from index.model import Listing
from index.open import open_allowed, open_decisions, open_index
from index.settings import Settings
from takedown.columns import allowed
from tests.crawler.test_intake import BAD, take

AT = "2026-11-20T08:00:00Z"


def allow(home: Home, kind: ScopeKind, value: str, name: str = "a1-1", **given: Any) -> None:
    said: dict[str, Any] = {"reason": "licensed", "expires": "2999-01-01", **given}
    with closing(open_decisions(home)) as records:
        known = records.latest("allowed", name)
        entry = Allowed(scope=Scope(kind=kind, value=value), **said)
        records.append("allowed", name, entry, at=AT, by="li", after=known.version if known else 0)


def findings(home: Home) -> list[dict[str, Any]]:
    with closing(open_index(home, write=False)) as index:
        return [hit.value for hit in index.search("verdict:violation")]


def test_an_allowed_seller_stays_a_finding_that_says_who_allowed_it(own_home: Path) -> None:
    home = Home(own_home).prepare()
    offer = replace(BAD, seller="甲店")
    take(own_home, [offer])
    (before,) = findings(home)
    assert not before.get("allowed")
    allow(home, "seller", f"{offer.marketplace}/甲店")
    rescore(home=home, settings=Settings())
    (after,) = findings(home)
    assert (after["verdict"], after["violations"]) == (before["verdict"], before["violations"])
    (hit,) = after["allowed"]
    assert (hit["reason"], hit["by"], hit["expires"]) == ("licensed", "li", "2999-01-01")
    assert [*allowed(after, "zh")] == ["在允许名单内（已获授权，li，有效至 2999-01-01）"]
    assert not [*allowed({**after, "allowed": [{**hit, "expires": "2026-01-01"}]}, "zh")]  # over, though nobody looked
    allow(home, "seller", f"{offer.marketplace}/甲店", expires="2026-01-01")
    rescore(home=home, settings=Settings())
    assert not findings(home)[0].get("allowed")


def test_what_comes_in_later_meets_the_list_at_once(own_home: Path) -> None:
    home = Home(own_home).prepare()
    offer = replace(BAD, seller="甲店")
    allow(home, "seller", f"{offer.marketplace}/甲店")
    take(own_home, [offer, replace(BAD, native_id="other", url=f"{BAD.url}x", title=f"{BAD.title}!", seller="乙店")])
    assert sorted(len(one.get("allowed") or ()) for one in findings(home)) == [0, 1]


@pytest.mark.parametrize(
    ("given", "covered"),
    [
        ({}, True),
        ({"group": "illegal_tool"}, True),
        ({"group": "shell"}, False),
        ({"brand": "doubao"}, False),
        ({"ended": True}, False),
    ],
)
def test_an_entry_reaches_no_farther_than_it_says(own_home: Path, given: dict[str, Any], covered: bool) -> None:
    home = Home(own_home).prepare()
    offer = replace(BAD, seller="甲店")
    allow(home, "seller", f"{offer.marketplace}/甲店", **given)
    take(own_home, [offer])
    assert [bool(one.get("allowed")) for one in findings(home) if one["group"] == "illegal_tool"] == [covered]


def test_scopes_of_a_listing() -> None:
    site = Listing(
        marketplace="web:x",
        native_id="1",
        url="https://www.例子.example/a",
        title="t",
        source_kind="site",
        seller=" 甲 ",
    )
    reached = scopes(site, sample="ab", signers=["cd"], package="org.example")
    assert reached["domain"] == ("xn--fsqu00a.example",) and reached["seller"] == ("web:x/甲",)
    assert reached["app"] == ("sample:ab", "signer:cd/org.example")
    shop = replace(site, source_kind="shop", seller=None)
    assert set(scopes(shop, sample=None)) == {"offer", "page"}  # a shop's domain is not the seller's
    assert host_of("http://[bad") == "" and host_of("nothing") == ""


def test_a_home_without_decisions_allows_nothing(own_home: Path) -> None:
    assert not open_allowed(Home(own_home)) and not (own_home / "decisions.sqlite").exists()


def test_the_digest_changes_with_every_version(own_home: Path) -> None:
    home = Home(own_home).prepare()
    seen = {open_allowed(home).digest}
    for day in ("2999-01-01", "2999-01-02"):
        allow(home, "offer", "l1-a", expires=day)
        seen.add(open_allowed(home).digest)
    assert len(seen) == 3
    with closing(open_decisions(home)) as records:
        assert [entry.version for entry in allowed_list(records).entries.values()] == [2]
