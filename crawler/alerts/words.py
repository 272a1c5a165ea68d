"""What an alert says: counts and links. No titles, no sellers, no addresses: a group chat is no place for accusations.

Not even the marketplace's name is said, since it may hold the host of the accused site; the kind of source is.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.refusal_words import KINDS
from index.messages import text
from index.model import Run

SAID = ("pages", "blocked", "failed", "listings", "findings", "new_violations")
MOST_KINDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message."""

    run: str
    source: str
    """Name of the spider."""
    outcome: str
    counts: dict[str, int]
    refusals: dict[str, int]
    """Kind of refusal -> pages."""
    link: str | None


def alert_for(run: Run, link: str | None) -> Alert | None:
    """What to say of a run that ended; None where nobody is needed. `link` may hold '{run}'."""
    found = run.counts.get("new_violations", 0)
    if run.outcome not in {"unhealthy", "blocked"} and not found:
        return None
    kinds = sorted(((kind, n) for kind, n in run.problems.items() if kind in KINDS), key=lambda one: (-one[1], one[0]))
    return Alert(
        run=run.id,
        source=run.spider,
        outcome=run.outcome,
        counts={name: run.counts.get(name, 0) for name in SAID},
        refusals=dict(kinds[:MOST_KINDS]),
        link=link.replace("{run}", run.id) if link else None,
    )


def words(alert: Alert, lang: str) -> str:
    """The alert as a few lines of text."""
    lines = [
        text("alert.title", lang, source=alert.source, outcome=text(f"cli.crawl.outcome.{alert.outcome}", lang)),
        text("alert.counts", lang, **alert.counts),
    ]
    if alert.refusals:
        kinds = [f"{text(f'problem.{kind}', lang)} × {count}" for kind, count in alert.refusals.items()]
        lines.append(text("alert.refusals", lang, kinds=text("alert.and", lang).join(kinds)))
    lines.append(text("alert.run", lang, run=alert.run))
    if alert.link:
        lines.append(alert.link)
    return "\n".join(lines)
