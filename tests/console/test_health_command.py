"""`copycatch health`: the fleet at a glance, and an exit code for monitoring."""

from pathlib import Path

import pytest
from rich.cells import cell_len

from console.cli import main
from index.home import Home
from index.model import Run
from index.open import open_index
from index.spool.files import Spool
from index.spool.kept import Kept
from tests.crawler.robot import robot

NAMES = ("discuz:bbs.example.org", "feed:news.example.net", "jsonld_shop:shop.example.com")


def runs(home: Path, name: str, *outcomes: str, listings: int = 400, **fields: object) -> None:
    """One run a day, the last one with `listings`, those before with 400."""
    index = open_index(Home(home).prepare())
    for day, outcome in enumerate(outcomes, start=1):
        last = day == len(outcomes)
        count = listings if last else 400
        run = Run(
            id=f"r202611{day:02}-080000-0a0b0c0d-00{day:02}",
            marketplace=name,
            spider=name.partition(":")[0],
            started_at=f"2026-11-{day:02}T08:00:00Z",
            finished_at=f"2026-11-{day:02}T08:30:00Z",
            outcome=outcome,
            counts={"pages": 90, "blocked": 10 if outcome == "blocked" else 0, "listings": count},
            fills={"title": count, "price": count // 2},
            **(fields if last else {}),
        )
        index.record_run(run.__class__(**{**{f: getattr(run, f) for f in run.__slots__}, "id": f"{run.id}{name[:2]}"}))
    index.close()


def named(answer) -> dict[str, dict]:
    return {one["marketplace"]: one for one in answer.fits("health") if one["state"] != "never"}


def test_a_healthy_fleet_ends_with_0(copycatch, own_home: Path) -> None:
    runs(own_home, NAMES[0], "healthy", "healthy", listings=380)
    answer = copycatch("health", "--json")
    assert answer.code == 0
    found = named(answer)[NAMES[0]]
    assert (found["state"], found["listings"], found["usual"], found["change"]) == ("healthy", 380, 400, -0.05)
    assert found["fills"] == {"price": 0.5, "title": 1.0} and found["blocked"] == 0
    assert found["last_healthy"] == "2026-11-02T08:30:00Z" and found["remarks"] == []


@pytest.mark.parametrize("outcome", ["unhealthy", "blocked"])
def test_one_that_is_not_healthy_ends_with_3_and_says_why(copycatch, own_home: Path, outcome: str) -> None:
    runs(own_home, NAMES[0], "healthy", "healthy")
    said = 'crawl.drift_yield {"listings": 3, "usual": 400, "runs": 1}'
    runs(own_home, NAMES[1], "healthy", outcome, listings=3, remarks=(said, 'crawl.allowed_host {"host": "x"}'))
    answer = copycatch("health", "--json")
    assert answer.code == 3
    found = named(answer)[NAMES[1]]
    assert (found["state"], found["last_healthy"], found["remarks"]) == (outcome, "2026-11-01T08:30:00Z", [said])
    assert found["change"] == -0.993
    shown = copycatch("health")
    assert shown.code == 3 and "only 3 listings" in shown.err and "-99%" in shown.out


def test_what_the_settings_schedule_and_nobody_runs_is_overdue(
    copycatch, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "copycatch.toml").write_text(
        '[[marketplaces]]\nspider = "discuz"\nstart = ["https://bbs.example.org/"]\ninterval = "1d"\n'
        '[[marketplaces]]\nspider = "feed"\nstart = ["https://news.example.net/f"]\ninterval = "500w"\n'
    )
    runs(own_home, NAMES[0], "healthy")
    runs(own_home, NAMES[1], "healthy")
    answer = copycatch("health", "--json")
    found = named(answer)
    assert found[NAMES[0]]["overdue"] and found[NAMES[0]]["due"] == "2026-11-02T08:00:00Z"
    assert not found[NAMES[1]]["overdue"]
    assert answer.code == 3
    assert "it was due at 11-02 08:00" in copycatch("health").err


def test_imports_and_rechecks_are_no_marketplaces(copycatch, own_home: Path) -> None:
    runs(own_home, "import:office", "unhealthy")
    runs(own_home, "recheck:" + NAMES[0], "blocked")
    assert copycatch("health", "--json").code == 0


def test_a_person_accepts_a_drift_as_the_new_normal_and_never_a_refusal(copycatch, own_home: Path) -> None:
    drifted = ('crawl.drift_yield {"listings": 90, "usual": 400, "runs": 1}',)
    runs(own_home, NAMES[0], "healthy", "unhealthy", listings=90, remarks=drifted)
    runs(own_home, NAMES[1], "healthy", "blocked", remarks=('crawl.blocked {"blocked": 9, "pages": 9}',))
    runs(own_home, NAMES[2], "unhealthy", remarks=(*drifted, 'crawl.callback_broken {"count": 3}'))
    who = ("--by", "张三", "--reason", "版块关闭")
    assert copycatch("health", "--accept", NAMES[0]).code == 2
    for name in NAMES[1:]:
        assert copycatch("health", "--accept", name, *who).code == 2
    assert copycatch("health", "--accept", "discuz:nowhere", *who).code == 2
    answer = copycatch("health", "--accept", NAMES[0], *who, "--json")
    assert named(answer)[NAMES[0]]["state"] == "healthy" and answer.code == 3  # the other two are not
    index = open_index(Home(own_home))
    [run] = [run for run in index.runs(NAMES[0]) if run.counts["listings"] == 90]
    index.close()
    assert run.outcome == "healthy" and run.remarks == (*drifted, 'crawl.accepted {"by": "张三", "reason": "版块关闭"}')


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_the_terminal(
    own_home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str, width: int
) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    monkeypatch.setenv("COLUMNS", str(width))
    for name in NAMES:
        runs(own_home, name, "healthy", "unhealthy", listings=12345)
    main(["health"])
    lines = capfd.readouterr().out.splitlines()
    assert max(cell_len(line) for line in lines) <= width
    for name in NAMES:
        assert sum(name in line for line in lines) == 1, lines
    assert len([line for line in lines if line.strip()]) <= len(lines)


def test_before_anything_was_crawled_it_is_healthy(copycatch) -> None:
    assert copycatch("health").code == 0


def test_a_test_message_shows_whether_the_robot_is_set_up(
    copycatch, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert copycatch("health", "--test-alert").code == 1
    with robot() as listening:
        (tmp_path / "copycatch.toml").write_text(
            f'[crawl]\nallow_hosts = ["{listening.host}"]\n[alerts]\nkind = "wecom"\nurl_file = "url"\n'
        )
        (tmp_path / "url").write_text(listening.url("/send?key=HUSH"))
        answer = copycatch("health", "--test-alert")
        assert answer.code == 0 and "delivered" in answer.err and len(listening.got) == 1
        listening.answer = b'{"errcode": 93000}'
        answer = copycatch("health", "--test-alert")
    assert answer.code == 1 and "code 93000" in answer.err and "HUSH" not in answer.err + answer.out


def test_what_did_not_reach_the_team_s_index_is_told(copycatch, own_home: Path) -> None:
    runs(own_home, NAMES[0], "healthy", "healthy", listings=380)
    place = Home(own_home).prepare()
    spool = Spool(place.spool, "https://team.example")
    spool.keep(Kept(call="see_again", ids=("l1-0",), at="2026-11-02T08:30:00Z"))
    spool.keep(Kept(call="see_again", ids=("l1-1",), at="2026-11-02T08:30:00Z"))
    place.rejected.write_text("{}\n")
    for command in (("health", "--json"), ("index", "status", "--json")):
        answer = copycatch(*command)
        assert answer.code == (3 if command[0] == "health" else 0)
        assert "2 things wait" in answer.err and str(place.rejected) in answer.err.replace("\n", "")
    spool.carry_out(lambda kept: None)
    place.rejected.unlink()
    answer = copycatch("health", "--json")
    assert answer.code == 0 and "wait" not in answer.err
