"""`copycatch schedule`: what is due and why; real crawls of a real site are started, drained and resumed."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock

from crawler.plan_file import PlanFile
from crawler.schedule.slots import Slots
from tests.conftest import ROOT
from tests.console.conftest import Answer
from tests.console.test_crawl import site  # noqa: F401 - a fixture

SETTINGS = """
[crawl]
shipped = false
delay = 0.0
allow_hosts = ["{host}"]
[schedule]
zone = "Asia/Shanghai"
jitter = "0"
[[marketplaces]]
spider = "feed"
start = ["http://{host}/feed.xml"]
interval = "daily 07:00"
"""


class Settled(NamedTuple):
    """A folder with settings, and the site that they name."""

    folder: Path
    host: str

    @property
    def toml(self) -> Path:
        return self.folder / "copycatch.toml"


@pytest.fixture
def settled(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Settled:
    host = request.getfixturevalue("site")
    (tmp_path / "copycatch.toml").write_text(SETTINGS.format(host=host), "utf-8")
    monkeypatch.chdir(tmp_path)
    return Settled(tmp_path, host)


def start(folder: Path, *argv: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", "import sys; from console.cli import main; sys.exit(main())", "schedule", *argv],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COPYCATCH_LANG": "en", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_what_is_due_is_named_run_once_and_not_due_any_more(
    copycatch,
    settled: Settled,
    own_home: Path,
) -> None:
    (row,) = copycatch("schedule", "next", "--json").fits("schedule_next")
    assert (row["name"], row["why"], row["ready"], row["last"]) == (f"feed:{settled.host}", "never", True, None)
    named = copycatch("schedule", "due")
    assert (named.code, named.out.split()) == (0, [f"feed:{settled.host}"])

    out, err = (process := start(settled.folder, "due", "--run", "--json")).communicate(timeout=600)
    answer = Answer(code=process.returncode, out=out, err=err)
    assert answer.code == 0, (err, (own_home / "logs/schedule.log").read_text("utf-8"))
    assert [event["what"] for event in answer.fits("schedule_run")] == ["started", "done"]
    assert copycatch("search", "--kind", "listings", "--json").documents[0]["total"] == 2

    assert copycatch("schedule", "due").code == 1
    (row,) = copycatch("schedule", "next", "--json").fits("schedule_next")
    assert (row["why"], row["ready"], row["outcome"]) == ("turn", False, "done")
    assert row["due"].endswith("T07:00:00+08:00")
    assert "its turn" in copycatch("schedule", "next").out


def test_a_blocked_marketplace_ends_with_3_and_waits_for_its_turn(copycatch, settled: Settled) -> None:
    toml = settled.toml
    toml.write_text(toml.read_text("utf-8").replace("feed.xml", "captcha"), "utf-8")
    out, err = (process := start(settled.folder, "due", "--run")).communicate(timeout=600)
    assert process.returncode == 3, err
    assert "started" in out and "unhealthy or blocked" in out
    assert copycatch("schedule", "due").code == 1


def test_the_loop_drains_on_sigterm(copycatch, settled: Settled, own_home: Path) -> None:
    process = start(settled.folder, "run", "--json")
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert first["what"] == "started"
    refused = copycatch("schedule", "run")
    assert (refused.code, refused.out) == (1, "") and "another process" in refused.err
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    ended = json.loads(out.splitlines()[-1])
    assert ended["what"] in {"interrupted", "done"}  # it may have been quick
    assert list((own_home / "runs").glob("*.sqlite")) == [] or ended["what"] == "interrupted"


def test_what_died_with_its_machine_is_tried_again(copycatch, settled: Settled, own_home: Path) -> None:
    copycatch("schedule", "next")
    plan = PlanFile(own_home / "plan.sqlite")
    assert Slots(plan).claim(f"feed:{settled.host}", None, datetime.now(UTC).timestamp() - 3600)
    plan.close()
    (row,) = copycatch("schedule", "next", "--json").fits("schedule_next")
    assert (row["why"], row["ready"]) == ("broken_off", True)


def test_a_marketplace_that_is_being_crawled_is_running(copycatch, settled: Settled, own_home: Path) -> None:
    from crawler.lock import held  # noqa: PLC0415 - beside its only use
    from index.home import Home  # noqa: PLC0415 - as above

    copycatch("schedule", "next")
    plan = PlanFile(own_home / "plan.sqlite")
    Slots(plan).claim(f"feed:{settled.host}", None, datetime.now(UTC).timestamp())
    plan.close()
    with held(Home(own_home), f"feed:{settled.host}"):
        (row,) = copycatch("schedule", "next", "--json").fits("schedule_next")
        assert (row["why"], row["ready"]) == ("running", False)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"daily 07:00"', '"dayly 07:00"', "interval of feed:"),
        ('"Asia/Shanghai"', '"Asia/Nowhere"', "no such time zone"),
        ('jitter = "0"', 'jitter = "some"', "expected a time span"),
        ('spider = "feed"', 'spider = "food"', "no spider is called 'food'"),
    ],
)
def test_settings_that_say_nothing_are_named(copycatch, settled: Settled, old: str, new: str, words: str) -> None:
    toml = settled.toml
    toml.write_text(toml.read_text("utf-8").replace(old, new), "utf-8")
    answer = copycatch("schedule", "next")
    assert (answer.code, answer.out) == (2, "") and words in answer.err


def test_one_schedule_in_a_home(copycatch, settled: Settled, own_home: Path) -> None:
    copycatch("schedule", "next")
    with FileLock(own_home / "locks" / "schedule.lock", mode=0o600):
        assert copycatch("schedule", "run").code == 1
