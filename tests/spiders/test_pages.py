"""Every spider on pages: own ones with the traps of real sites, and real recorded ones."""

from pathlib import Path

import pytest

from crawler.blocked import recognise
from tests.conftest import ROOT
from tests.spiders.cases import SPIDERS, Case, own_cases, recorded_cases

CASES = own_cases()
RECORDED = recorded_cases()
PLATFORM_TESTS = "".join(path.read_text("utf-8") for path in (ROOT / "tests/platforms").glob("test_*.py"))
ON_PLATFORMS = {name for name in SPIDERS if f'copycatch("crawl", "{name}"' in PLATFORM_TESTS}
"""Spiders that a test crawls real software with."""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_page_of_our_own(case: Case) -> None:
    (page,) = case.folder.glob("response.*")
    case.compare(case.read(page.read_bytes(), brief=False))


@pytest.mark.shared
@pytest.mark.parametrize("case", RECORDED, ids=str)
def test_a_recorded_page(case: Case, shared: Path) -> None:
    case.compare(case.read((shared / "recorded" / case.meta["recorded"]).read_bytes(), brief=True))


@pytest.mark.parametrize("name", SPIDERS)
def test_every_spider_has_a_page(name: str) -> None:
    assert any(case.spider == name for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_says_whether_it_was_recorded_or_made_by_hand(case: Case) -> None:
    if ("recorded" in case.meta) == ("synthetic" in case.meta):
        path = case.folder / "meta.json"
        path.write_text(path.read_text("utf-8").replace("{", '{"synthetic": true, ', 1), "utf-8")
        pytest.fail(f"wrote 'synthetic' into {path}: review it, then run again")
    assert case.meta.get("recorded", case.meta.get("synthetic")) is True
    if "recorded" in case.meta:
        assert {"url", "status", "callback", "date", "replaced"} <= case.meta.keys()


@pytest.mark.parametrize("name", SPIDERS)
def test_the_proof_is_what_the_cases_and_platforms_say(name: str) -> None:
    """An unproven spider may have recorded cases: reduced ones, or such of another time."""
    own = [case for case in CASES if "recorded" in case.meta]
    spider, recorded = SPIDERS[name], any(case.spider == name for case in [*RECORDED, *own])
    proven = "real software" if name in ON_PLATFORMS else "recorded" if recorded else "synthetic"
    assert spider.proof == ("synthetic" if spider.access == "unproven" else proven)


@pytest.mark.parametrize("name", {case.spider for case in [*CASES, *RECORDED]})
def test_every_page_has_a_spider(name: str) -> None:
    assert name in SPIDERS


@pytest.mark.shared
@pytest.mark.parametrize("name", SPIDERS)
def test_no_spider_takes_a_block_page_for_an_empty_one(name: str, shared: Path) -> None:
    for path in sorted((shared / "recorded/block_pages").iterdir()):
        body = path.read_bytes()
        if recognise(200, body) is not None:
            continue  # never reaches a callback
        got = Case(name, path.name, {"url": "https://example.org/"}, path, path).read(body, brief=True)
        assert not any("listing" in thing for thing in got) and any("problem" in thing for thing in got), path.name
