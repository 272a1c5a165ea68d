"""`copycatch notice statistics`: how much came down, how fast, at whom, and what came back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.text import Text

from console.after_sending import Watch, zone
from console.exits import Exit
from console.notices import Desk, desk
from console.terminal import JsonFlag, emit, out, remark, table
from index.messages import t
from index.profiles import load_profiles
from index.times import utc
from takedown.lifecycle.medians import Share, Span
from takedown.lifecycle.outcome import sent_at
from takedown.lifecycle.said import last_second, moment
from takedown.lifecycle.statistics import Figures, figures
from takedown.notice import Notice
from takedown.relisting import Relistings

COLUMNS = ("of", "counts", "success", "back", "detect_to_notice", "notice_to_removal", "unclear")
UNCLEAR = ("blocked", "unseen", "unsure", "moved")


def run(
    *,
    since: Annotated[
        str | None, typer.Option("--from", help=t("life.option.from"), metavar="DAY", show_default=False)
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", help=t("life.option.until"), metavar="DAY", show_default=False)
    ] = None,
    json: JsonFlag = False,
) -> int:
    """Of the notices that were sent between two days, as of now."""
    with desk(write=False) as held:
        where, now = zone(held), utc()
        start = moment(f"{since} 00:00" if since and len(since) <= 10 else since, where) if since else ""
        end = last_second(until, where) if until else now
        watch = Watch(held)
        notices = [each for each in held.book.every() if start <= (sent_at(each) or "~") <= end]
        found = figures(((each, watch.of(each)) for each in notices), _elsewhere(held, notices))
    if json:
        emit({"as_of": now, "from": start or None, "to": end, "groups": found})
        return Exit.DONE
    headings = [t(f"life.column.{name}") for name in COLUMNS]
    out().print(table(headings, _rows(found), wide={headings[0]: 2}, dense=True))
    remark(t("life.definitions", at=now))
    return Exit.DONE


def _rows(found: Iterable[Figures]) -> list[tuple[str | Text, ...]]:
    return [
        (
            t("life.of.all") if each.by == "all" else f"{t(f'life.of.{each.by}')} {each.key}",
            f"{each.notices}/{each.targets}",
            _share(each.success),
            _back(each),
            _span(each.detect_to_notice),
            _span(each.notice_to_removal),
            str(sum(each.became[name] for name in UNCLEAR)),
        )
        for each in found
    ]


def _elsewhere(held: Desk, notices: Iterable[Notice]) -> set[str]:
    """Findings whose operator or sample was recognised in a listing that was first seen after they were gone."""
    if not any(sent_at(each) for each in notices):
        return set()
    known = Relistings(held.index, held.records, load_profiles(held.place.brands)).every()
    return {name for one in known if one.how == "relisted" for name in one.earlier.finding_ids}


def _back(each: Figures) -> str:
    """At the same address, and elsewhere."""
    if each.relisted is None:
        return t("life.not_measured")
    other = each.elsewhere.k if each.elsewhere else 0
    return f"{each.relisted.k}+{other}/{each.relisted.n}"


def _share(one: Share | None) -> Text:
    if one is None:
        return Text(t("life.not_measured"), style="dim")
    return Text(f"{one.share:.0%}\n{one.k}/{one.n} ({one.low:.0%}-{one.high:.0%})")


def _span(one: Span | None) -> Text:
    if one is None:
        return Text(t("life.not_measured"), style="dim")
    middle = _hours(one.median) if one.median is not None else t("life.not_half")
    if one.low is None and one.high is None:
        return Text(f"{middle}\nn={one.n}")
    low, high = (_hours(end) if end is not None else "?" for end in (one.low, one.high))
    return Text(f"{middle}\n{low}-{high} n={one.n}")


def _hours(hours: float) -> str:
    return f"{hours:.1f}h" if hours < 72 else f"{hours / 24:.1f}d"
