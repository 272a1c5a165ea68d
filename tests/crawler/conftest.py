"""Crawls in processes of their own: a reactor cannot be started twice, and some of them are killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.crawler.site import Site
from tests.forked import Started


@dataclass
class Crawled:
    """What one process said."""

    code: int
    log: str
    runs: list[dict[str, Any]] = field(default_factory=list)
    error: list[list[str]] = field(default_factory=list)
    progress: list[dict[str, Any]] = field(default_factory=list)

    @property
    def run(self) -> dict[str, Any]:
        return self.runs[-1] if self.runs else {}

    @property
    def counts(self) -> dict[str, int]:
        assert self.run, (self.error, self.log[-3000:])
        return self.run["counts"]

    @property
    def problems(self) -> dict[str, int]:
        assert self.run, (self.error, self.log[-3000:])
        return self.run["problems"]


StartCrawl = Callable[..., "Started | subprocess.Popen[str]"]
Crawl = Callable[..., Crawled]


@pytest.fixture
def start_crawl(own_home: Path) -> StartCrawl:
    """Starts a crawl of a site into the test's home."""

    def start(site: Site, *paths: str, **given: Any) -> Started | subprocess.Popen[str]:
        given.setdefault("crawl", {}).setdefault("allow_hosts", [site.host])
        place = given.pop("cwd", ROOT)  # where the settings are that the crawl reads by itself
        order = {"home": str(given.pop("home", own_home)), "start": [site.url(path) for path in paths], **given}
        command = [sys.executable, "-W", "error", "-m", "tests.crawler.drive", json.dumps(order)]
        env = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
        if "MEMUSAGE_LIMIT_MB" not in given.get("settings", {}):
            return Started(command, cwd=place, env=env)
        command = ["/bin/sh", "-c", '"$@" & wait $!', "sh", *command]  # else it inherits the peak memory of its starter
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=place, env=env, stdout=pipe, stderr=pipe, text=True)

    return start


def finish(process: Started | subprocess.Popen[str]) -> Crawled:
    """Waits for the process and reads what it said."""
    try:
        said, log = process.communicate(timeout=600)  # only so that a hang ends
    finally:
        process.kill()  # nothing, unless it hangs
    crawled = Crawled(code=process.returncode, log=log)
    for line in said.splitlines():
        [(what, value)] = json.loads(line).items()
        {"progress": crawled.progress, "run": crawled.runs, "error": crawled.error}[what].append(value)
    return crawled


@pytest.fixture
def crawl(start_crawl: StartCrawl) -> Crawl:
    """Runs a crawl to its end."""

    def run(site: Site, *paths: str, **given: Any) -> Crawled:
        return finish(start_crawl(site, *paths, **given))

    return run
