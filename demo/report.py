"""What the demo prints: findings with reasons and quotes, what was not flagged and why, planted = found, what next."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from rich.text import Text

from console.terminal import complain, out, table
from console.words import chance, verdict
from demo.outcome import Outcome
from demo.takedown import Step
from index.home import Home
from index.messages import language, t
from index.model import Run
from index.plain import line

REASONS = 2
"""Reasons shown for each finding; `copycatch show` has all."""
LONGEST_WORD = 60
Rows = Callable[[Outcome], Iterator[list[str | Text]]]


def print_report(
    outcomes: Sequence[Outcome], runs: Sequence[Run], home: Home, *, seconds: int, media: Sequence[str]
) -> None:
    """The whole report."""
    flagged = [outcome for outcome in outcomes if outcome.findings]
    flagged.sort(key=lambda outcome: -outcome.findings[0]["priority"])
    clean = [outcome for outcome in outcomes if outcome.listing and not outcome.findings]
    _section("demo.found_title", ("what", "chance", "where", "listing", "reasons"), flagged, _found)
    _section("demo.clean_title", ("where", "listing", "why"), clean, _clean)
    _tally(outcomes, media)
    new = sum(run.counts.get("new", 0) for run in runs)
    known = sum(run.counts.get("listings", 0) for run in runs) - new
    out().print(t("demo.new", new=new, known=known, seconds=seconds))
    out().print(t("demo.again"))
    _next(flagged, home)


def print_walk(walk: Iterable[Step], home: Home) -> list[Step]:
    """What became of one finding, each step as soon as it is done, with the command as it can be typed."""
    out().print(Text(f"\n{t('demo.takedown_title')}", style="bold"))
    steps = []
    for step in walk:
        steps.append(step)
        said = t(f"demo.step.{step.id}", **step.values)
        out().print(Text.assemble(("✓ " if step.well else "✗ ", "green" if step.well else "bold red"), said))
        words = shlex.join([word if len(word) <= LONGEST_WORD else f"{word[:LONGEST_WORD]}…" for word in step.words])
        out().print(Text(f"    copycatch {words}", style="dim"), soft_wrap=True)
    for step in steps:
        if not step.well:
            last = step.aside.strip().splitlines()[-1:] or [""]
            complain(t("demo.takedown_failed", words=shlex.join(step.words), code=step.code, said=last[0]))
    if all(step.well for step in steps):
        out().print(Text(t("demo.takedown_done", path=home.path), style="bold green"), soft_wrap=True)
    return steps


def command(home: Home | None, *words: str, **variables: str) -> str:
    """A command line that can be pasted into a shell; `home` None: for the user's own."""
    program = "copycatch" if shutil.which("copycatch") else os.path.relpath(sys.argv[0])
    settings = {"COPYCATCH_HOME": str(home.path), **variables} if home else variables
    return " ".join(
        [*(f"{name}={shlex.quote(value)}" for name, value in settings.items()), shlex.join([program, *words])]
    )


def _section(title: str, columns: Sequence[str], outcomes: Sequence[Outcome], rows: Rows) -> None:
    out().print(Text(t(title), style="bold"))
    headings = [t(f"demo.column.{name}") for name in columns]
    wide = {headings[-2]: 2, headings[-1]: 4}
    out().print(table(headings, [row for outcome in outcomes for row in rows(outcome)], wide=wide))


def _found(outcome: Outcome) -> Iterator[list[str | Text]]:
    for finding in outcome.findings:
        what = Text.assemble(verdict(finding["verdict"]), "\n", t(f"cli.show.group.{finding['group']}"))
        place = t(f"demo.place.{outcome.planted.place}")
        yield [what, chance(finding["probability"]), place, outcome.planted.title, _reasons(finding)]


def _reasons(finding: dict[str, Any]) -> Text:
    """The strongest reasons, each said once, with the quote where the sentence does not hold it already."""
    evidence = [each for violation in finding["violations"] for each in violation["evidence"] if each["strength"] > 0]
    evidence.sort(key=lambda each: -each["strength"])
    reasons = {each[language()]: each["quote"] for each in reversed(evidence)}
    shown = Text()
    for sentence, quote in list(reversed(reasons.items()))[:REASONS]:
        # Chinese has no spaces to break at: a space after the bullet would be the only one.
        shown.append(("•" if language() == "zh" else "• ") + line(sentence))
        shown.append(f"  “{line(quote)}”\n" if quote and quote not in sentence else "\n", style="dim")
    return shown


def _clean(outcome: Outcome) -> Iterator[list[str | Text]]:
    why = "; ".join(line(sentence[language()]) for sentence in outcome.cleared)
    yield [t(f"demo.place.{outcome.planted.place}"), outcome.planted.title, why]


def _tally(outcomes: Sequence[Outcome], media: Sequence[str]) -> None:
    guilty = [outcome for outcome in outcomes if outcome.planted.verdict == "violation"]
    innocent = [outcome for outcome in outcomes if outcome.planted.verdict == "benign"]
    found = sum(outcome.right for outcome in guilty)
    wrong = sum(bool(outcome.findings) for outcome in innocent)
    said = t("demo.tally", planted=len(guilty), found=found, innocent=len(innocent), wrong=wrong)
    well = all(outcome.right for outcome in outcomes) and not media
    out().print(Text(said, style="bold green" if well else "bold red"))
    out().print(t("demo.media_none") if not media else Text(t("demo.media_some", count=len(media)), style="bold red"))
    for outcome in outcomes:
        if not outcome.right:
            kind = "wrong" if outcome.findings and outcome in innocent else "missed"
            place = t(f"demo.place.{outcome.planted.place}")
            complain(t(f"demo.{kind}", title=outcome.planted.title, place=place))


def _next(flagged: Sequence[Outcome], home: Home) -> None:
    out().print(Text(f"\n{t('demo.next')}", style="bold"))
    steps = [
        ("search", command(home, "search", "group:counterfeit AND verdict:violation")),
        ("export", command(home, "export", "findings", "--format", "xlsx")),
        ("real", command(None, "crawl", "fdroid_repo", "--start", "https://f-droid.org/repo", "--limit", "50")),
    ]
    if flagged:
        steps.insert(0, ("show", command(home, "show", flagged[0].findings[0]["id"])))
    for name, typed in steps:
        out().print(Text(f"  {typed}"), soft_wrap=True)
        out().print(Text(f"      {t(f'demo.next.{name}')}", style="dim"))
