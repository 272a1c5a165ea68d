"""`copycatch demo`: the main job on the practice market, from the first page to the last reason."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.text import Text

from console.exits import CommandError, Exit
from console.runs import RunDisplay, print_runs
from console.terminal import complain, emit, out, remark
from crawler.run import crawl
from crawler.runs import Order
from demo.market import PORT, Market
from demo.planted import Planted, brand_profile, planted
from demo.report import print_report
from index.home import Home, find_home
from index.messages import t
from index.model import Run
from index.open import open_index
from index.settings import CrawlSettings, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One planted listing beside what the machine made of it."""

    planted: Planted
    listing: dict[str, Any] | None
    """As stored; None when it was not even seen."""
    findings: tuple[dict[str, Any], ...]
    """Findings that say violation or lead."""

    @property
    def right(self) -> bool:
        """Flagged in the right group, or rightly not flagged."""
        groups = {finding["group"] for finding in self.findings}
        if self.listing is None:
            return False
        return self.planted.group in groups if self.planted.verdict == "violation" else not groups


def run(*, serve: bool = False, json: bool = False) -> int:
    """Crawls the market into `<home>/demo` and prints what was found; `serve` keeps it up. Returns an exit code."""
    home = Home(find_home().path / "demo").prepare()
    home.brands.mkdir(exist_ok=True)
    (home.brands / "xiaozhou.yml").write_text(brand_profile(), "utf-8")
    with _market() as market:
        if not json:
            remark(t("demo.begin", base=market.base))
            remark(t("demo.crawling"))
        begun = time.monotonic()
        runs = _crawl(market, home)
        outcomes = compare(home)
        seconds = round(time.monotonic() - begun)
        if json:
            emit(_document(runs, outcomes))
        else:
            print_runs(runs, json=False)
            print_report(outcomes, runs, home, seconds)
        if serve:
            _serve(market, home)
    if any(run.outcome != "healthy" for run in runs):
        return Exit.UNHEALTHY
    return Exit.DONE if all(outcome.right for outcome in outcomes) else Exit.FAILURES


def _market() -> Market:
    given = os.environ.get("COPYCATCH_DEMO_PORT", "")
    port = int(given) if given.isdigit() else PORT
    try:
        return Market(port)
    except (OSError, OverflowError) as error:
        raise CommandError(t("demo.port_taken", port=port), Exit.MISSING) from error


def _crawl(market: Market, home: Home) -> list[Run]:
    # No wait between two requests, and every sample looked at: the market is ours and small.
    settings = Settings(
        crawl=CrawlSettings(
            operator="practice market", allow_hosts=(market.host,), delay=0.0, concurrency=8, audit_one_in=1
        )
    )
    orders = [Order(spider=name, start=tuple(start.split())) for name, start in market.urls.items()]
    with RunDisplay() as display:
        return crawl(orders, home=home, settings=settings, progress=display.show)


def compare(home: Home) -> list[Outcome]:
    """Each planted listing beside what the index holds of it."""
    index = open_index(home, write=False)
    try:
        listings = {str(hit.value["title"]): {**hit.value, "id": hit.id} for hit in index.scan("*", kind="listings")}
        flagged: dict[str, list[dict[str, Any]]] = {}
        for hit in index.scan("NOT verdict:benign", kind="findings"):
            flagged.setdefault(str(hit.value["listing_id"]), []).append({**hit.value, "id": hit.id})
    finally:
        index.close()
    outcomes = []
    for truth in planted():
        listing = listings.get(truth.title)
        findings = tuple(flagged.get(str(listing["id"]), [])) if listing else ()
        outcomes.append(Outcome(planted=truth, listing=listing, findings=findings))
    return outcomes


def _document(runs: Sequence[Run], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "runs": list(runs),
        "planted": sum(outcome.planted.verdict == "violation" for outcome in outcomes),
        "found": sum(outcome.planted.verdict == "violation" and outcome.right for outcome in outcomes),
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
            }
            for outcome in outcomes
        ],
    }


def _serve(market: Market, home: Home) -> None:
    remark(t("demo.serving", base=market.base))
    remark(t("demo.crawl_hint"))
    prefix = f"COPYCATCH_HOME={home.path} COPYCATCH_ALLOW_HOSTS={market.host}"
    for name, start in market.urls.items():
        out().print(Text(f"  {prefix} copycatch crawl {name} --start '{start.split()[0]}'"), soft_wrap=True)
    try:
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    except KeyboardInterrupt:
        complain("")
