"""`copycatch report`: of a day, a week or a campaign; documents are made from a snapshot, again and again the same."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from console.acting import AsFlag, acting
from console.exits import CommandError, Exit
from console.reporting import documents, made, noted, snapshot
from console.terminal import JsonFlag, emit, home, out, remark
from crawler.schedule.when import WhenError, zone_of
from index.messages import LANGUAGES, language, t
from index.plain import plain
from index.settings import load_settings
from index.times import utc
from takedown.reports.period import Period, Span, period, usual, week
from takedown.reports.snapshot import Snapshot, opened

Language = Literal["zh", "en", "both"]
LangFlag = Annotated[Language | None, typer.Option("--lang", help=t("cli.report.lang"), show_default=False)]
OutFlag = Annotated[Path | None, typer.Option("--out", help=t("cli.report.out"), metavar="DIR", show_default=False)]
FirstFlag = Annotated[str | None, typer.Option("--from", help=t("cli.report.first"), metavar="DAY", show_default=False)]
LastFlag = Annotated[str | None, typer.Option("--to", help=t("cli.report.last"), metavar="DAY", show_default=False)]


def day(
    *,
    first: FirstFlag = None,
    lang: LangFlag = None,
    target: OutFlag = None,
    who: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Yesterday, or the day named by --from."""
    return _take(_period("day", first, None), lang, target, who, json=json)


def week_(
    *,
    first: FirstFlag = None,
    lang: LangFlag = None,
    target: OutFlag = None,
    who: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """Last week, or the one with the day named by --from."""
    return _take(_period("week", first, None), lang, target, who, json=json)


def campaign(
    *,
    first: FirstFlag = None,
    last: LastFlag = None,
    lang: LangFlag = None,
    target: OutFlag = None,
    who: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """From one day to another, by default until today."""
    return _take(_period("campaign", first, last), lang, target, who, json=json)


def make(
    *,
    source: Annotated[Path, typer.Option("--from", help=t("cli.report.snapshot"), metavar="FILE", show_default=False)],
    lang: LangFlag = None,
    target: Annotated[
        Path | None, typer.Option("--out", help=t("report.option.again"), metavar="DIR", show_default=False)
    ] = None,
    json: JsonFlag = False,
) -> int:
    """The documents once more, from the snapshot alone: neither index nor records are asked."""
    taken = opened(source)
    return _make(taken, target or source.parent, source.name.removesuffix(".snapshot.jsonl"), lang, json=json)


RUN = {"day": day, "week": week_, "campaign": campaign, "make": make}


def _take(meant: Period, lang: Language | None, target: Path | None, who: str | None, *, json: bool) -> int:
    person = acting(who, "draft")
    place = home().prepare()
    stamp = meant.as_of.replace("-", "").replace(":", "")
    days = meant.first if meant.first == meant.last else f"{meant.first}-{meant.last}"
    folder = target or place.exports / f"report-{meant.span}-{days}-{stamp}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = f"report-{meant.span}-{days}"
    taken = snapshot(meant, folder / f"{stem}.snapshot.jsonl", load_settings())
    return _make(taken, folder, stem, lang, by=person.name, json=json)


def _make(taken: Snapshot, folder: Path, stem: str, lang: Language | None, *, by: str | None = None, json: bool) -> int:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    spoken = LANGUAGES if lang == "both" else (lang or language(),)
    files = [made(taken.path), *documents(taken, folder, stem, spoken)]
    meant = taken.head.period
    if by:
        noted("report", files, at=utc(), by=by)
    if json:
        emit(
            {
                "snapshot": str(taken.path),
                "files": [str(one.path) for one in files[1:]],
                "span": meant.span,
                "first": meant.first,
                "last": meant.last,
                "as_of": meant.as_of,
                "rows": taken.rows,
                "sha256": taken.sha256,
                "not_measured": list(taken.not_measured),
            }
        )
        return Exit.DONE
    for one in files:
        out().print(plain(t("report.made", path=one.path)), soft_wrap=True)
    if taken.not_measured:
        names = ", ".join(taken.not_measured)
        remark(t("report.unmeasured_said", count=len(taken.not_measured), names=names))
    if by:
        remark(t("report.remark", path=taken.path))
    return Exit.DONE


def _period(span: Span, first: str | None, last: str | None) -> Period:
    try:
        zone = zone_of(load_settings().schedule.zone)
    except WhenError as error:
        raise CommandError(str(error)) from error
    now = utc()
    today = datetime.fromisoformat(now).astimezone(zone)
    begin = _day(first) if first else None
    if span == "campaign":
        if begin is None:
            raise CommandError(t("report.campaign_from"))
        end = _day(last) if last else today.date()
    elif begin is None:
        begin, end = usual(span, today)
    else:
        begin, end = week(begin) if span == "week" else (begin, begin)
    if end < begin:
        raise CommandError(t("report.backwards", first=begin, last=end))
    return period(span, begin, end, zone, as_of=now)


def _day(given: str) -> date:
    try:
        found = date.fromisoformat(given)
    except ValueError as error:
        raise CommandError(t("report.bad_day", given=given)) from error
    if not 1970 < found.year < 9999:
        raise CommandError(t("report.bad_day", given=given))
    return found
