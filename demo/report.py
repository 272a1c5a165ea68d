"""What the demo prints: findings with reasons and quotes, what was not flagged and why, planted = found, what next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from console.terminal import complain, out, table
from console.words import chance, verdict
from index.home import Home
from index.messages import language, t
from index.model import Run
from index.plain import line

if TYPE_CHECKING:
    from demo.run import Outcome

REASONS = 2
"""Reasons shown for each finding; `copycatch show` has all."""


def print_report(outcomes: Sequence[Outcome], runs: Sequence[Run], home: Home, seconds: int) -> None:
    """The whole report."""
    flagged = [outcome for outcome in outcomes if outcome.findings]
    flagged.sort(key=lambda outcome: -max(finding["priority"] for finding in outcome.findings))
    clean = [outcome for outcome in outcomes if outcome.listing and not outcome.findings]
    out().print(Text(t("demo.found_title"), style="bold"))
    headings = [t(f"demo.column.{name}") for name in ("what", "chance", "where", "listing", "reasons")]
    out().print(table(headings, [row for outcome in flagged for row in _found(outcome)], wide=_wide(headings)))
    out().print(Text(t("demo.clean_title"), style="bold"))
    headings = [t(f"demo.column.{name}") for name in ("where", "listing", "why")]
    out().print(table(headings, map(_clean, clean), wide=_wide(headings)))
    _tally(outcomes, runs, seconds)
    _next(flagged, home)


def _wide(headings: Sequence[str]) -> dict[str, int]:
    return {headings[-2]: 2, headings[-1]: 4}


def _found(outcome: Outcome) -> Iterator[list[str | Text]]:
    for finding in outcome.findings:
        what = Text.assemble(verdict(finding["verdict"]), "\n", t(f"cli.show.group.{finding['group']}"))
        place = t(f"demo.place.{outcome.planted.place}")
        yield [what, chance(finding["probability"]), place, outcome.planted.title, _reasons(finding)]


def _reasons(finding: dict[str, Any]) -> Text:
    evidence = [each for violation in finding["violations"] for each in violation["evidence"]]
    evidence.sort(key=lambda each: -each["strength"])
    shown = Text()
    for each in evidence[:REASONS]:
        quote = f"  {line(each['quote'])!r}" if each["quote"] else ""
        shown.append(f"• {line(each[language()])}")
        shown.append(f"{quote}\n", style="dim")
    return shown


def _clean(outcome: Outcome) -> list[str | Text]:
    judgement = (outcome.listing or {}).get("judgement") or {}
    evidence = [each for violation in judgement.get("violations", ()) for each in violation["evidence"]]
    against = [
        line(each[language()]) for each in sorted(evidence, key=lambda each: each["strength"]) if each["strength"] < 0
    ]
    why = against[0] if against else t("demo.nothing_against")
    return [t(f"demo.place.{outcome.planted.place}"), outcome.planted.title, why]


def _tally(outcomes: Sequence[Outcome], runs: Sequence[Run], seconds: int) -> None:
    guilty = [outcome for outcome in outcomes if outcome.planted.verdict == "violation"]
    innocent = [outcome for outcome in outcomes if outcome.planted.verdict == "benign"]
    wrong = [outcome for outcome in innocent if outcome.findings]
    found = sum(outcome.right for outcome in guilty)
    said = t("demo.tally", planted=len(guilty), found=found, innocent=len(innocent), wrong=len(wrong))
    out().print(Text(said, style="bold green" if found == len(guilty) and not wrong else "bold red"))
    for outcome in outcomes:
        if not outcome.right:
            place = t(f"demo.place.{outcome.planted.place}")
            complain(
                t("demo.wrong" if outcome in innocent else "demo.missed", title=outcome.planted.title, place=place)
            )
    new = sum(run.counts.get("new", 0) for run in runs)
    known = sum(run.counts.get("listings", 0) for run in runs) - new
    out().print(t("demo.new", new=new, known=known, seconds=seconds))
    out().print(t("demo.again"))


def _next(flagged: Sequence[Outcome], home: Home) -> None:
    out().print(Text(f"\n{t('demo.next')}", style="bold"))
    prefix = f"COPYCATCH_HOME={shlex.quote(str(home.path))} .venv/bin/copycatch"
    steps = [
        ("search", f"{prefix} search 'group:counterfeit AND verdict:violation'"),
        ("export", f"{prefix} export findings --format xlsx"),
        ("real", ".venv/bin/copycatch crawl fdroid_repo --start https://f-droid.org/repo --limit 50"),
    ]
    if flagged:
        steps.insert(0, ("show", f"{prefix} show {flagged[0].findings[0]['id']}"))
    for name, command in steps:
        out().print(Text(f"  {command}"), soft_wrap=True)
        out().print(Text(f"      {t(f'demo.next.{name}')}", style="dim"))
