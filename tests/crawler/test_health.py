"""What a run may say about itself."""

import re

import pytest

from crawler.health import IN_PART, examine
from crawler.problems import IGNORED, KINDS
from crawler.refusal_words import KINDS as REFUSALS
from crawler.remarks import by_the_way, spoken
from crawler.spider import Expect
from crawler.tally import Tally
from index.messages import text
from tests.conftest import ROOT

SHOP = Expect(listings=(10, 100), fill={"title": 1.0, "price": 0.8})


def tally(**counts: int) -> Tally:
    made = Tally()
    filled = {name: counts.pop(name) for name in ("title", "price") if name in counts}
    for name, count in ({"pages": 50, "listings": 40} | counts).items():
        made.count(name, count)
    for name in ("title", "price"):
        for _ in range(filled.get(name, made.counters["listings"])):
            made.filled(name)
    return made


def test_a_healthy_full_run_may_retire() -> None:
    health = examine(tally(), SHOP, full=True)
    assert health.outcome == "healthy" and health.may_retire and health.remarks == ()


@pytest.mark.parametrize(
    ("counts", "outcome", "said"),
    [
        ({"listings": 9}, "unhealthy", "at least 10"),
        ({"listings": 101}, "unhealthy", "at most 100"),
        ({"price": 20}, "unhealthy", "price is filled in 50%"),
        ({"failed": 20}, "unhealthy", "20 of 70 pages"),
        ({"blocked": 3}, "blocked", "3 of 53 pages"),
        ({"listings": 0, "blocked": 1, "pages": 500}, "blocked", "1 of 501 pages"),
    ],
)
def test_a_run_outside_of_what_is_expected_says_why_and_retires_nothing(
    counts: dict[str, int], outcome: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    health = examine(tally(**counts), SHOP, full=True)
    assert health.outcome == outcome and not health.may_retire
    monkeypatch.setenv("COPYCATCH_LANG", "en")
    assert said in " ".join(spoken(remark) for remark in health.remarks)
    assert not any(by_the_way(remark) for remark in health.remarks)


def test_a_partial_run_may_see_few_listings_and_retires_nothing() -> None:
    health = examine(tally(listings=2), SHOP, full=False)
    assert health.outcome == "healthy" and not health.may_retire


@pytest.mark.parametrize("counts", [{"blocked": 1}, {"failed": 1}])
def test_one_page_that_was_not_seen_is_enough_to_retire_nothing(counts: dict[str, int]) -> None:
    health = examine(tally(**counts), SHOP, full=True)
    assert health.outcome == "healthy" and not health.may_retire


@pytest.mark.parametrize("kind", IN_PART)
def test_a_run_that_saw_a_part_retires_nothing(kind: str) -> None:
    seen = tally()
    seen.problem(kind)
    health = examine(seen, SHOP, full=True)
    assert health.outcome == "healthy" and not health.may_retire


def test_broken_callbacks_are_unhealthy() -> None:
    broken = tally()
    broken.problem("callback_broken")
    health = examine(broken, SHOP, full=True)
    assert health.outcome == "unhealthy" and health.remarks == ('crawl.callback_broken {"count": 1}',)


def test_a_run_that_could_not_begin_says_so() -> None:
    health = examine(tally(listings=0, pages=0), SHOP, full=True, started=False)
    assert health.outcome == "unhealthy" and health.remarks[0] == "crawl.no_start"


def test_a_run_that_was_refused_again_and_again_is_blocked_however_many_pages_came_before() -> None:
    health = examine(tally(pages=5000, blocked=12), SHOP, full=True, refused=True)
    assert health.outcome == "blocked" and not health.may_retire


def test_a_site_whose_robots_rules_forbid_all_of_it_is_blocked_and_one_forbidden_link_is_nothing() -> None:
    forbidden = tally(listings=0, pages=0, failed=1)
    forbidden.problem("robots_forbidden")
    assert examine(forbidden, SHOP, full=True).outcome == "blocked"
    some = tally(failed=1)
    some.problem("robots_forbidden")
    assert examine(some, SHOP, full=True).outcome == "healthy"


def test_what_drifted_makes_a_run_unhealthy() -> None:
    health = examine(tally(), SHOP, full=True, drifted=["crawl.drift_yield {}"])
    assert health.outcome == "unhealthy" and health.remarks == ("crawl.drift_yield {}",) and not health.may_retire


def test_every_problem_a_crawl_counts_is_explained() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "crawler").glob("*.py"))
    kinds = {kind for _, kind in (*KINDS, *IGNORED)}
    kinds |= set(
        re.findall(
            r'(?:Problem\(part="\w+", kind=|problem\(|problem = |kind = |kind = ".*" if .* else |Refusal\()"([a-z_]+)"',
            sources,
        )
    ) - {"stopping", "unchanged", "recorded"}  # no problems, and a kind of case
    kinds |= set(REFUSALS)
    assert len(kinds) > 20
    for kind in sorted(kinds):
        assert text(f"problem.{kind}", "zh") and text(f"problem.{kind}", "en")
