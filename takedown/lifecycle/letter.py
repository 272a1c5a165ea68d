"""The letter that takes a notice back: which, why, and that what was done because of it be undone."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from index.messages import text
from takedown.cells import cell
from takedown.exporting import Context, stem, write
from takedown.letters.model import Block, Heading, Letter, Table, Text
from takedown.letters.words import Words
from takedown.letters.writing import name_of
from takedown.lifecycle.outcome import sent_at
from takedown.lifecycle.steps import receipt
from takedown.notice import Notice, Step, Target

MOST_ROWS = 200
"""Targets in the letter itself; more stand in a sheet beside it."""
Draw = Callable[[Letter, str], bytes]


def taken_back(notice: Notice) -> Step:
    """The newest step that takes something back. Raises ValueError where none does."""
    found = next((step for step in reversed(notice.steps) if "withdrawn" in {step.state, *step.targets.values()}), None)
    if found is None:
        raise ValueError(f"nothing of {notice.id} was taken back")
    return found


def letter(notice: Notice, context: Context) -> Letter:
    """Of the newest withdrawal of this notice."""
    return _Writing(notice, context).letter()


def export_withdrawal(notice: Notice, context: Context, target: Path, draw: Draw, suffix: str) -> list[Path]:
    """Writes the letter, and the sheet of targets that found no room. Raises what `draw` raises, and OSError."""
    writing = _Writing(notice, context)
    made = [write(target / f"{writing.name}{suffix}", draw(writing.letter(), context.now))]
    if not writing.whole and len(writing.targets) > MOST_ROWS:
        made.append(write(target / writing.annex, writing.sheet()))
    return made


class _Writing:
    """One letter."""

    def __init__(self, notice: Notice, context: Context) -> None:
        self.notice, self.context = notice, context
        self.step = taken_back(notice)
        self.words = Words(context.spoken(notice))
        self.whole = self.step.state == "withdrawn"
        named = set(self.step.targets) or {each.finding_id for each in notice.content.targets}
        self.targets: list[Target] = [each for each in notice.content.targets if each.finding_id in named]
        self.name = f"{stem(notice)}-withdrawal"
        self.annex = f"{self.name}-targets.csv"

    def letter(self) -> Letter:
        """All of it."""
        said, words = self.notice.content, self.words
        principal = name_of(said.principal) if said.principal else ""
        return Letter(
            language=words.lang,
            sender=words.shown(name_of(said.reporter), 200),
            on_behalf=words.t("head.for", name=words.shown(principal, 200)) if principal else "",
            reference=words.t("reference", id=self.notice.id),
            to=words.t("to", name=words.shown(said.fields.get("to_name") or self.context.addressee(self.notice), 200)),
            subject=self._t("subject" if self.whole else "subject_some", id=self.notice.id[:15]),
            date=words.day(self.step.at),
            blocks=tuple(self._blocks()),
            signature=tuple(self._signature()),
            small=self._t("small", digest=said.digest),
            needs_annex=False,
        )

    def sheet(self) -> bytes:
        """All targets, for spreadsheets."""
        out = io.StringIO(newline="")
        rows = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
        rows.writerow([self._t("number"), self._t("title"), self._t("url")])
        rows.writerows([number, cell(each.title), cell(each.url)] for number, each in enumerate(self.targets, 1))
        return out.getvalue().encode("utf-8-sig")

    def _blocks(self) -> Iterator[Block]:
        words, start, number = self.words, sent_at(self.notice), receipt(self.notice)
        yield Heading(text=self._t("heading.what"))
        sent = (
            self._t("sent", day=words.day(start), id=self.notice.id)
            if start
            else self._t("maybe_sent", id=self.notice.id)
        )
        cited = self._t("receipt", receipt=words.shown(number, 200)) if number else ""
        what = self._t("whole" if self.whole else "some", count=len(self.targets))
        yield Text(text=("" if words.lang == "zh" else " ").join(filter(None, (sent, cited, what))))
        if not self.whole or len(self.targets) <= MOST_ROWS:
            yield self._table()
        if not self.whole and len(self.targets) > MOST_ROWS:
            yield Text(text=self._t("more", left=len(self.targets) - MOST_ROWS, file=self.annex), style="small")
        yield Heading(text=self._t("heading.why"))
        for paragraph in filter(str.strip, self.step.reason.splitlines()):
            yield Text(text=words.shown(paragraph, 4000))
        yield Heading(text=self._t("heading.request"))
        yield Text(text=self._t("request"))

    def _table(self) -> Table:
        shown = self.words.shown
        return Table(
            head=(self._t("number"), self._t("title"), self._t("url")),
            widths=(0.08, 0.42, 0.5),
            rows=tuple(
                (str(number), shown(each.title, 200), shown(each.url, 300))
                for number, each in enumerate(self.targets[:MOST_ROWS], 1)
            ),
        )

    def _signature(self) -> Iterator[str]:
        reporter, words = self.notice.content.reporter, self.words
        yield words.shown(name_of(reporter), 200)
        yield words.t("sign.line")
        yield words.day(self.step.at)
        for name, value in (("contact", reporter.name), ("phone", reporter.phone), ("email", reporter.email)):
            if value:
                yield words.t(f"sign.{name}", **{"name" if name == "contact" else name: words.shown(value, 200)})

    def _t(self, message: str, **values: object) -> str:
        return text(f"life.letter.{message}", self.words.lang, **values)
