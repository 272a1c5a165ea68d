"""`copycatch demo`: the main job on the practice market, from the first page to the last reason."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from threading import Event
from typing import Any

from rich.text import Text

from console.exits import CommandError, Exit
from console.live import RunDisplay
from console.runs import print_runs
from console.terminal import emit, out, remark
from crawler.run import crawl
from crawler.runs import Order
from demo.market import PORT, Market
from demo.outcome import Outcome, compare
from demo.planted import brand_profile
from demo.report import command, print_report, print_walk
from demo.takedown import Practice, Step, failed
from index.home import Home, find_home
from index.messages import t
from index.model import Run
from index.settings import CrawlSettings, Settings


def run(*, serve: bool = False, json: bool = False) -> int:
    """Crawls the market into `<home>/demo` and prints what was found; `serve` keeps it up until Ctrl+C.

    Returns an exit code of `console.exits.Exit`: FAILURES when what was planted is not what was found, or when somebody
    asked for a picture or film. Raises CommandError.
    """
    home = Home(find_home().path / "demo").prepare()
    home.brands.mkdir(exist_ok=True)
    (home.brands / "xiaozhou.yml").write_text(brand_profile(), "utf-8")
    remark(t("cli.home", path=home.path))
    with _market() as market:
        remark(t("demo.begin", base=market.base))
        remark(t("demo.crawling"))
        begun = time.monotonic()
        runs = _crawl(market, home)
        outcomes = compare(market, home)
        practice = Practice(market, home.path / "takedown")
        if json:
            steps = list(practice.walk())
            emit(_document(runs, outcomes, steps))
        else:
            # The remarks of healthy runs only repeat that the market is on this machine.
            print_runs([replace(run, remarks=()) if run.outcome == "healthy" else run for run in runs], json=False)
            print_report(outcomes, runs, home, seconds=round(time.monotonic() - begun), media=market.media_requested)
            steps = print_walk(practice.walk(), practice.home)
        as_planted = all(outcome.right for outcome in outcomes) and not market.media_requested and not failed(steps)
        if serve:
            _serve(market, home)
    if any(run.outcome != "healthy" for run in runs):
        return Exit.UNHEALTHY
    return Exit.DONE if as_planted else Exit.FAILURES


def _market() -> Market:
    """The market at its own port, so that a second demo meets the same listings; elsewhere when that one is taken."""
    given = os.environ.get("COPYCATCH_DEMO_PORT")
    if given and not (given.isdigit() and 0 < int(given) < 65536):
        raise CommandError(t("demo.bad_port", given=given))
    try:
        return Market(int(given) if given else PORT)
    except OSError as error:
        if given:
            raise CommandError(t("demo.port_taken", port=given), Exit.MISSING) from error
    market = Market(0)
    remark(t("demo.other_port", port=PORT, base=market.base))
    return market


def _crawl(market: Market, home: Home) -> list[Run]:
    # No wait between two requests, and every sample looked at: the market is ours and small.
    settings = Settings(
        crawl=CrawlSettings(
            operator="practice market", allow_hosts=(market.host,), delay=0.0, concurrency=8, audit_one_in=1
        )
    )
    orders = [Order(spider=name, start=(start,)) for name, start in market.urls.items()]
    with RunDisplay() as display:
        return crawl(orders, home=home, settings=settings, progress=display.show)


def _document(runs: Sequence[Run], outcomes: Sequence[Outcome], steps: Sequence[Step]) -> dict[str, Any]:
    guilty = [outcome for outcome in outcomes if outcome.planted.verdict == "violation"]
    return {
        "runs": list(runs),
        "planted": len(guilty),
        "found": sum(outcome.right for outcome in guilty),
        "new": sum(run.counts.get("new", 0) for run in runs),
        "listings": [
            {
                **asdict(outcome.planted),
                "right": outcome.right,
                "listing_id": outcome.listing["id"] if outcome.listing else None,
                "findings": [
                    {name: finding[name] for name in ("id", "group", "verdict", "brand", "probability")}
                    for finding in outcome.findings
                ],
                "cleared": list(outcome.cleared),
            }
            for outcome in outcomes
        ],
        "takedown": [{"step": step.id, "words": step.words, "code": step.code, "well": step.well} for step in steps],
    }


def _serve(market: Market, home: Home) -> None:
    """Keeps the market up until Ctrl+C or SIGTERM."""
    told = Event()
    # Before anybody can be told that it serves.
    before = {number: signal.signal(number, lambda *_: told.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    out().print(Text(t("demo.serving", base=market.base)), soft_wrap=True)
    out().print(Text(t("demo.crawl_hint")), soft_wrap=True)
    for name, start in market.urls.items():
        line = command(home, "crawl", name, "--start", start, COPYCATCH_ALLOW_HOSTS=market.host, COPYCATCH_DELAY="0")
        out().print(Text(f"  {line}"), soft_wrap=True)
    out().file.flush()
    while not told.wait(1):  # a signal that comes just before a wait does not end it
        pass
    for number, handler in before.items():
        signal.signal(number, handler)
