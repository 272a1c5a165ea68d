"""One file of `copycatch import`: what is shown and written while it is taken in."""

from __future__ import annotations

import shutil
import tempfile
from itertools import islice
from pathlib import Path
from typing import IO, Any

from console.exits import CommandError, Exit
from console.import_options import supply_of
from console.live import RunDisplay
from console.terminal import complain, emit, err, out, raw_output, remark, table
from console.usage import refused
from crawler.supplied.brought import STATES, Brought, Entry, Outcome
from crawler.supplied.files import Asked, entries_of
from crawler.supplied.headings import Column, name_of
from crawler.supplied.kinds import SHEETS, FileKind
from crawler.supplied.report import Report
from index.home import Home
from index.messages import t
from index.model import Run
from index.plain import ascii_json, line, plain
from index.reading import encode
from index.settings import Settings

SHOWN = 5
"""Rows of a preview."""
CUTS = ("account", "avatar", "authorization", "contact", "cookie", "token")


class Import:
    """One file: what is shown and written while it is carried."""

    def __init__(self, path: Path, shown: str, kind: FileKind, home: Home, settings: Settings, *, json: bool) -> None:
        self._shown = shown
        self._path, self._kind, self._home, self._settings, self._json = path, kind, home, settings, json
        self._columns: list[dict[str, Any]] = []
        self._rows: IO[bytes] | None = None
        """What became of each, as JSON: there may be too many to be held in memory."""
        self._report: Report | None = None

    def mapped(self, sheet: str, columns: list[Column]) -> None:
        """Shows what each column is taken for."""
        self._columns += [
            {"sheet": sheet, "heading": column.heading, "field": column.field, "how": column.how} for column in columns
        ]
        if self._json:
            return
        heads = [t(f"intake.map.{name}") for name in ("column", "field", "how")]
        cells = [
            (
                line(c.heading, 60) or f"#{c.at + 1}",
                name_of(c.field) if c.field else t("intake.map.none"),
                t(f"intake.map.how.{c.how}"),
            )
            for c in columns
        ]
        remark(t("intake.map.title", file=f"{self._path.name} {sheet}".strip()))
        err().print(table(heads, cells))
        if any(column.how in {"content", "none"} for column in columns):
            remark(t("intake.map.hint"))

    def preview(self, asked: Asked) -> None:
        """The first things as they would be read; nothing is stored."""
        entries = (entry for entry in entries_of(self._path, self._kind, asked) if isinstance(entry, Brought))
        shown = list(islice(entries, SHOWN))
        if self._json:
            rows = [{"place": e.place, "why": str(e.why) if e.why else None, "listing": e.listing} for e in shown]
            emit({"file": self._shown, "kind": self._kind, "columns": self._columns, "preview": rows})
            return
        out().print(plain(t("intake.preview", shown=len(shown))))
        heads = [t(f"intake.column.{name}") for name in ("place", "title", "url", "note")]
        cells = [
            (e.place, e.listing.title if e.listing else "", e.listing.url if e.listing else "",
             "; ".join((str(e.why),) if e.why else e.notes))
            for e in shown
        ]  # fmt: skip
        out().print(table(heads, cells, wide={heads[1]: 2, heads[2]: 2, heads[3]: 1}))

    def carry(self, asked: Asked, supplier: tuple[str, str, str], report: Path | None) -> Exit:
        """Carries everything, says what became of it, and writes the results."""
        from crawler.intake import intake  # noqa: PLC0415 - loads the judges, which a preview need not wait for

        supply = supply_of(self._path, supplier)
        self._report = self._opened(report)
        whole = False
        try:
            with RunDisplay(quiet=self._json) as display, _spooled() as self._rows:
                found = intake(
                    entries_of(self._path, self._kind, asked),
                    source=f"import:{self._path.stem}",
                    supply=supply,
                    home=self._home,
                    settings=self._settings,
                    progress=display.show,
                    told_of=self._told,
                )
                whole = True
                written = self._report.close(whole=True)
                if not found.counts.get("rows", 0):
                    asked.remarks.append(t("intake.remark.nothing", file=self._shown))
                for text in asked.remarks:
                    remark(text)
                self._say(found, asked, written)
        finally:
            if not whole:
                self._report.close(whole=False)
        bad = found.counts.get("row_unreadable", 0)
        return Exit.FAILURES if bad else Exit.DONE if found.outcome == "healthy" else Exit.UNHEALTHY

    def _opened(self, report: Path | None) -> Report:
        """The report, beside the file; in the home where that cannot be written."""
        is_sheet = self._kind in SHEETS
        suffix = ".xlsx" if self._kind == "workbook" else ".csv"
        name = f"{self._path.stem}.{t('intake.report.suffix')}{suffix}"
        if report is not None:
            try:
                return Report(report, sheet=is_sheet)
            except OSError as error:  # it names the half that is renamed at the end
                raise CommandError(refused(OSError(error.errno, error.strerror, str(report)))) from error
        if self._shown != "-":
            try:
                return Report(self._path.with_name(name), sheet=is_sheet)
            except OSError as error:
                elsewhere = self._home.prepare().exports / name
                remark(t("intake.remark.report_elsewhere", reason=error.strerror or error, path=elsewhere))
        return Report(self._home.prepare().exports / name, sheet=is_sheet)

    def _told(self, entry: Entry, outcome: Outcome | None) -> None:
        assert self._report is not None  # noqa: S101 - opened before anything is carried
        if not isinstance(entry, Brought) or outcome is None:
            if not isinstance(entry, Brought):
                self._report.kept(entry)
            return
        self._report.row(entry, outcome)
        if outcome.state == "unreadable":
            complain(f"{self._shown}:{entry.place}: {outcome.note}" if entry.place != self._path.name
                     else f"{self._shown}: {outcome.note}")  # fmt: skip
        if self._json and self._rows is not None:
            listing = entry.listing
            said = {
                "place": entry.place,
                "outcome": outcome.state,
                "note": outcome.note,
                "id": outcome.id,
                "listing_id": outcome.listing_id,
                "verdict": outcome.verdict,
                "decision": outcome.decision,
                "title": listing.title if listing else None,
                "url": listing.url if listing else None,
            }
            self._rows.write((b"," if self._rows.tell() else b"") + ascii_json(encode(said)))

    def _say(self, found: Run, asked: Asked, written: Path | None) -> None:
        said = document(self._shown, self._kind, found)
        said |= {"columns": self._columns, "remarks": asked.remarks, "report": str(written) if written else None}
        if not self._json:
            text = t(
                "cli.import.result", file=self._shown, rows=said["rows"], findings=said["findings"], **said["outcomes"]
            )
            out().print(plain(text), soft_wrap=True)
            if any(said["cut"].values()):
                from crawler.supplied.private import in_words  # noqa: PLC0415 - loads Scrapy

                out().print(plain(t("intake.note.cut", cut=in_words(said["cut"]))), soft_wrap=True)
            out().print(plain(t("cli.import.report_written", path=written)), soft_wrap=True)
            return
        assert self._rows is not None  # noqa: S101 - opened before anything is carried
        self._rows.seek(0)
        with raw_output() as stream:
            stream.write(ascii_json(encode(said)).removesuffix(b"}") + b',"results":[')
            shutil.copyfileobj(self._rows, stream)
            stream.write(b"]}\n")


def _spooled() -> Any:
    return tempfile.SpooledTemporaryFile(max_size=1 << 20)


def document(file: str, kind: FileKind, found: Run) -> dict[str, Any]:
    """The contract of `import --json` (docs/schema/import.json), without columns, remarks, report and results."""
    counts = found.counts
    return {
        "file": file,
        "kind": kind,
        "run": found.id,
        "supplied": found.supplied,
        "rows": counts.get("rows", 0),
        "outcomes": {state: counts.get(f"row_{state}", 0) for state in STATES},
        **{name: counts.get(name, 0) for name in ("new", "changed", "unchanged", "duplicates", "findings", "pages")},
        "samples": counts.get("samples", 0),
        "problems": sum(found.problems.values()),
        "reasons": found.problems,
        "cut": {kind: counts.get(f"cut_{kind}", 0) for kind in CUTS},
    }
