"""What may go by the rules of the settings: planned first, then carried out as it was planned.

`archive prune` asks the same question: which archived pages are needed, however old they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from console.archived_page import captures_of
from console.terminal import home
from index.archive.chain import ChainBusyError, Record
from index.archive.tombstones import NotSealedError, Removal, remove
from index.archive.verify import runs_in
from index.blobs import DIGEST
from index.home import Home
from index.model import Capture
from index.open import has_decisions, open_decisions, open_index
from index.protocol import Index
from index.reading import encode
from index.records import Decisions
from index.settings import load_settings
from index.times import utc
from takedown import audit
from takedown.notice import Notice
from takedown.retention import Kept, Rules, kept, old_listings, old_notices, reduce

KINDS = ("exports", "notices", "decided", "listings", "pictures", "samples", "pages")
"""In the order in which they go."""


@dataclass(slots=True, kw_only=True)
class Part:
    """What goes of one kind."""

    kind: str
    before: str
    """Things from before this moment; empty where no rule is set."""
    names: list[str] = field(default_factory=list)
    """Of files, listings, notices; of pages 'run records bytes'."""
    count: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes, all in all."""

    parts: tuple[Part, ...]
    held: int
    """Listings that a hold keeps."""

    @property
    def digest(self) -> str:
        """What a run has to name: another plan has another."""
        return sha256(encode([(part.kind, part.names) for part in self.parts])).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything opened."""

    place: Home
    index: Index
    records: Decisions
    rules: Rules
    kept: Kept

    def captures(self, listings: Iterable[str]) -> Iterator[Capture]:
        """Pages of these listings."""
        for name in listings:
            yield from captures_of(self.index, name)

    def needed(self) -> set[tuple[str, int]]:
        """File and offset of every page that must not go."""
        return {(capture.warc, capture.offset) for capture in self.captures(self.kept.listings)}

    def plan(self) -> Plan:
        """What may go. Raises IndexUnavailable, ReadError, OSError."""
        parts = {kind: Part(kind=kind, before=self.rules.before(kind)) for kind in KINDS}
        self._files(parts["exports"], self.place.exports, self._spared_export)
        for notice in self._notices():
            _add(parts["notices"], notice.id)
        if parts["decided"].before:
            for name in sorted(self.kept.decided):
                _add(parts["decided"], name)
        gone = set(parts["decided"].names)
        for name in old_listings(self.index, self.rules, self.kept.listings | gone):
            _add(parts["listings"], name)
        if parts["pictures"].before or parts["samples"].before:
            used = self._used()
            self._files(parts["pictures"], self.place.pictures, lambda path: path.name in used)
            self._files(parts["samples"], self.place.samples, lambda path: path.name in used)
        if parts["pages"].before:
            for done in self._prune(reason="", at="", dry=True):
                _add(parts["pages"], f"{done.run} {done.records} {done.bytes}", done.records, done.bytes)
        return Plan(tuple(parts.values()), len(self.kept.held))

    def carry_out(self, plan: Plan, *, at: str, by: str, reason: str) -> None:
        """Deletes what was planned, and writes down that it did; before the first thing goes, and again at the end."""
        said = {part.kind: part.count for part in plan.parts if part.count}
        audit.note(self.records, "retention", at=at, by=by, reason=reason, plan=plan.digest, counts=said, state="begun")
        parts = {part.kind: part for part in plan.parts}
        for kind in ("exports", "pictures", "samples"):
            for name in parts[kind].names:
                (self.place.path / name).unlink(missing_ok=True)
        wanted = set(parts["notices"].names)
        reduce(self.records, [one for one in self._notices() if one.id in wanted], at=at, by=by, reason=reason)
        if parts["pages"].count:
            for _ in self._prune(reason=reason, at=at, dry=False):
                pass
        self.index.delete([*parts["decided"].names, *parts["listings"].names])
        audit.note(
            self.records, "retention", at=utc(), by=by, reason=reason, plan=plan.digest, counts=said, state="done"
        )

    def _notices(self) -> Iterator[Notice]:
        return old_notices(self.records, self.rules, self.kept.notices)

    def _spared_export(self, path: Path) -> bool:
        """Files that belong to a held or open notice carry its id."""
        return any(name in str(path) for name in self.kept.notices)

    def _files(self, part: Part, folder: Path, spared: Callable[[Path], bool]) -> None:
        """Old files of a folder; of pictures and samples only whole ones, which are named by their SHA-256."""
        if not part.before or not folder.is_dir():
            return
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not path.is_file() or (part.kind != "exports" and not DIGEST.fullmatch(path.name)):
                continue
            found = path.stat()
            if utc(found.st_mtime) < part.before and not spared(path):
                _add(part, str(path.relative_to(self.place.path)), 1, found.st_size)

    def _used(self) -> set[str]:
        """SHA-256 of pictures and samples that must not go."""
        found = set(self.kept.files)
        for name in self.kept.listings:
            hits = [self.index.get(name), *self.index.search(f'listing_id:"{name}"', limit=1000)]
            for hit in hits:
                value = hit.value if hit else {}
                found |= {str(value[key]) for key in ("sample", "sample_sha256") if value.get(key)}
                urls = [*(value.get("image_urls") or ()), value.get("icon_url")]  # type: ignore[misc] # stored JSON
                pictures = self.index.pictures([str(url) for url in urls if url])
                found |= {one.sha256 for one in pictures.values() if one.sha256}
        found |= {one.screenshot for one in self.captures(self.kept.listings) if one.screenshot}
        return found

    def _prune(self, *, reason: str, at: str, dry: bool) -> Iterator[Removal]:
        folder, before, needed = self.place.archive, self.rules.before("pages"), self.needed()

        def unwanted(record: Record) -> bool:
            return record.at < before and (record.file, record.offset) not in needed

        for run in runs_in(folder) if folder.is_dir() else ():
            try:
                done = remove(folder, run, unwanted, reason=reason, at=at, dry=dry)
            except (NotSealedError, ChainBusyError):
                continue  # a run that is not over keeps all it has
            if done.records:
                yield done


def _add(part: Part, name: str, count: int = 1, size: int = 0) -> None:
    part.names.append(name)
    part.count += count
    part.bytes += size


@contextmanager
def opened(*, write: bool = False) -> Iterator[Stores]:
    """The stores, with what must not go. Raises IndexUnavailable, ReadError."""
    place, settings = home(), load_settings()
    rules = Rules(settings.retention, utc())
    with (
        closing(open_index(place, settings.index, write=write)) as index,
        closing(open_decisions(place, write=write or not has_decisions(place))) as records,
    ):
        yield Stores(place, index, records, rules, kept(index, records, rules))


def needed_captures() -> set[tuple[str, int]]:
    """File and offset of each page that must not go. Raises IndexUnavailable: without an index nobody knows."""
    with opened() as stores:
        return stores.needed()
