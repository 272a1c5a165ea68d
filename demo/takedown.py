"""What follows a finding, on the practice market: decided, written, refused, mended, approved, sent, gone, back again.

Every step is a `copycatch` command, run here as a user would type it, in a home of its own.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from console.cli import main
from demo.market import Market
from demo.planted import CONTENT, brand_profile
from index import standing
from index.home import Home
from index.messages import language
from takedown.exporters import notice_exporters

APP, AGAIN = "com.deepseek.fullpower.vip", "com.deepsky.fullblood.app"
NEW_NAME = "深空满血助手"
CRAWLS = frozenset({"crawl", "recheck"})
ANALYST, REVIEWER = "林分析", "王复核"
SETTINGS = f"""[crawl]
operator = "practice market"
allow_hosts = ["HOST"]
delay = 0.0
concurrency = 8
audit_one_in = 1

[[people]]
name = "{ANALYST}"

[[people]]
name = "{REVIEWER}"
roles = ["reviewer"]

[reporter]
org = "练习品牌保护中心"
name = "{ANALYST}"
role = "trusted_flagger"
email = "practice@example.org"
domain = "example.org"
country = "CN"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command and what it said."""

    id: str
    """Message 'demo.step.<id>'."""
    words: tuple[str, ...]
    """The command as typed, without --json."""
    code: int
    expected: int
    said: tuple[Any, ...] = ()
    """The JSON documents it printed."""
    aside: str = ""
    """What it wrote to standard error."""
    values: dict[str, object] = field(default_factory=dict)
    """What the message tells."""
    right: bool = True
    """Whether it said what it should."""

    @property
    def well(self) -> bool:
        """Whether it ended as it should."""
        return self.right and self.code == self.expected


class Practice:
    """The walk, step by step."""

    def __init__(self, market: Market, folder: Path) -> None:
        """Begins with an empty home in `folder`, which is made anew."""
        shutil.rmtree(folder, ignore_errors=True)
        self.home = Home(folder).prepare()
        self._market = market
        for name, text in (
            ("copycatch.toml", SETTINGS.replace("HOST", market.host)),
            ("brands/xiaozhou.yml", brand_profile()),
            ("recipients/practice_store.yml", (CONTENT / "recipient.yml").read_text("utf-8")),
        ):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, "utf-8")

    def walk(self) -> Iterator[Step]:
        """All steps, each as soon as it is done; ends early at one that went wrong."""
        with _as_user(self.home.path), patch.object(standing, "APART", timedelta(0)):  # here an hour passes at once
            for step in self._steps():
                yield step
                if not step.well:
                    return

    def _steps(self) -> Iterator[Step]:
        store = self._market.urls["fdroid_repo"]
        yield self._do("crawl", "crawl", "fdroid_repo", "--start", store)
        yield (found := self._do("search", "search", f"package:{APP} AND group:counterfeit"))
        hit = found.said[0]["hits"][0]
        finding = str(hit["id"])
        yield self._do("confirm", "triage", "confirm", finding, "--as", ANALYST)
        yield (
            drafted := self._do(
                "draft",
                "notice",
                "draft",
                finding,
                "--to",
                "practice_store",
                "--basis",
                "impersonation",
                "--as",
                ANALYST,
            )
        )
        notice = str(drafted.said[0]["id"])
        yield self._do("refused", "notice", "approve", notice, "--as", REVIEWER, code=1)
        bundle = str(self.home.exports / "evidence.zip")
        yield self._do("bundle", "evidence", "build", notice, "--out", bundle, "--as", ANALYST)
        yield self._do("verify", "evidence", "verify", bundle)
        mended = (
            "--set",
            "fields.kind=fake",
            "--set",
            "fields.genuine_url=https://www.deepseek.com/",
            "--sign",
            ANALYST,
            "--bundle",
            bundle,
            "--as",
            ANALYST,
        )
        yield self._do("mend", "notice", "edit", notice, *mended)
        yield self._do("alone", "notice", "approve", notice, "--as", ANALYST, code=2)
        yield self._do("approve", "notice", "approve", notice, "--as", REVIEWER)
        formats = [word for name in sorted(notice_exporters()) for word in ("--format", name)]
        yield self._do("export", "notice", "export", notice, *formats, "--as", REVIEWER)
        yield self._do("sent", "notice", "sent", notice, "--as", ANALYST)
        self._market.take_down(APP)
        listing = str(hit["value"]["listing_id"])
        yield self._do("look", "recheck", listing)
        yield self._do("look_again", "recheck", listing)
        yield self._outcome(notice)
        self._market.relist(APP, as_package=AGAIN, name=NEW_NAME)
        yield self._do("crawl_again", "crawl", "fdroid_repo", "--start", store)
        yield self._relisted(listing)
        yield self._do("audit", "audit", "verify")

    def _outcome(self, notice: str) -> Step:
        step = self._do("outcome", "notice", "outcomes", notice, "--apply", "--as", ANALYST)
        return replace(step, right=bool(step.said) and step.said[0]["targets"][0]["became"] == "removed")

    def _relisted(self, listing: str) -> Step:
        step = self._do("relisted", "groups", "relisted")
        known = [one for one in step.said if NEW_NAME in json.dumps(one, ensure_ascii=False)]
        return replace(step, right=listing in json.dumps(known), values={"name": NEW_NAME})

    def _do(self, name: str, *words: str, code: int = 0) -> Step:
        ended, shown, aside = (_apart if words[0] in CRAWLS else _here)([*words, "--json"])
        said = tuple(json.loads(line) for line in shown.splitlines())
        return Step(id=name, words=words, code=ended, expected=code, said=said, aside=aside)


def _here(words: list[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command, run in this process."""
    shown, aside = io.BytesIO(), io.StringIO()
    wrapped = io.TextIOWrapper(shown, "utf-8", write_through=True)
    with contextlib.redirect_stdout(wrapped), contextlib.redirect_stderr(aside):
        code = main(words)
    return code, shown.getvalue().decode("utf-8"), aside.getvalue()


def _apart(words: list[str]) -> tuple[int, str, str]:
    """The same in a process of its own: one process crawls once."""
    call = [sys.executable, "-c", "from console.cli import main; raise SystemExit(main())", *words]
    done = subprocess.run(call, capture_output=True, check=False, encoding="utf-8")  # noqa: S603 - ourselves
    return done.returncode, done.stdout, done.stderr


@contextlib.contextmanager
def _as_user(folder: Path) -> Iterator[None]:
    """In the folder, with its home and settings and nobody else's."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COPYCATCH_")}
    ours |= {"COPYCATCH_HOME": str(folder), "COPYCATCH_LANG": language()}
    with contextlib.chdir(folder), patch.dict(os.environ, ours, clear=True):
        yield


def failed(steps: Sequence[Step]) -> list[Step]:
    """Those that did not end as they should."""
    return [step for step in steps if not step.well]
