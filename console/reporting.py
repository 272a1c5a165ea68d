"""Taking the snapshot of a report, and making its documents from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

from console.exits import CommandError
from console.terminal import home
from crawler.declarations import declared
from crawler.places import places
from index.messages import t
from index.model import Run
from index.open import has_decisions, open_decisions, open_index
from index.profiles import load_profiles
from index.settings import Settings
from takedown import audit
from takedown.groups import groups
from takedown.relisting import Relistings
from takedown.reports.gathering import Source, gather
from takedown.reports.headings import schemes
from takedown.reports.period import Period
from takedown.reports.sections import sections
from takedown.reports.snapshot import Snapshot, opened


@dataclass(frozen=True, slots=True)
class Made:
    """One file of a report."""

    path: Path
    sha256: str


def snapshot(period: Period, target: Path, settings: Settings) -> Snapshot:
    """Takes it and writes it to `target`, which must not exist. Raises CommandError and what the stores raise."""
    place, spiders = home(), declared()

    def crawls(run: Run) -> bool:
        return run.spider in spiders and run.marketplace.partition(":")[0] == run.spider

    profiles = load_profiles(place.brands)
    with (
        closing(open_index(place, settings.index, write=False)) as index,
        closing(open_decisions(place, write=not has_decisions(place))) as records,
    ):
        source = Source(
            index=index,
            records=records,
            profiles=profiles,
            schemes=schemes(place.path / "headings"),
            places=frozenset(one.name for one in places(settings, spiders)),
            crawls=crawls,
            groups=groups(index, records, profiles),
            relistings=Relistings(index, records, profiles).every(period.start),
        )
        _write(target, lambda out: gather(source, period, out, sections))
    return opened(target)


def documents(taken: Snapshot, folder: Path, stem: str, languages: Iterable[str]) -> list[Made]:
    """DOCX and XLSX in each language. Raises CommandError where one is there already."""
    from takedown.reports.book import written  # noqa: PLC0415 - slow libraries
    from takedown.reports.document import drawn  # noqa: PLC0415 - slow to load, and not always needed

    files = []
    for lang in languages:
        paper, book = folder / f"{stem}.{lang}.docx", folder / f"{stem}.{lang}.xlsx"
        content = drawn(taken, lang)
        files.append(_write(paper, lambda out, content=content: out.write(content)))  # type: ignore[misc] # a loop's value as a default
        files.append(_write(book, lambda out, lang=lang: written(taken, lang, out)))  # type: ignore[misc] # a loop's value as a default
    return files


def noted(what: str, files: Iterable[Made], *, at: str, by: str) -> None:
    """Writes down who made it."""
    place = home()
    with closing(open_decisions(place)) as records:
        audit.note(records, what, at=at, by=by, files={one.path.name: one.sha256 for one in files})


def _write(path: Path, write: Callable[[BinaryIO], object]) -> Made:
    """Whole or not at all, and never over another file."""
    if path.exists():
        raise CommandError(t("report.exists", path=path))
    with _beside(path) as out:
        write(out)
        out.flush()
        Path(out.name).rename(path)
    return made(path)


def made(path: Path) -> Made:
    """A file that is there."""
    with path.open("rb") as stream:
        return Made(path, file_digest(stream, "sha256").hexdigest())


@contextmanager
def _beside(path: Path) -> Iterator[Any]:
    """A file in the same folder, readable by its owner only, that goes unless it was renamed."""
    with NamedTemporaryFile(dir=path.parent, prefix=".making-", delete=False) as out:
        try:
            yield out
        finally:
            Path(out.name).unlink(missing_ok=True)
