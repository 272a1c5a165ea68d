"""Checking the archive of a run: every byte of its files against the chain, and the chain against itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Literal

from index.archive.chain import NAME, TORN, Link, Record, Seal, Tombstone, chain_path, read_chain
from index.archive.tombstones import filling

CHUNK = 1 << 20
MOST_DAMAGES = 100
"""Damages told of one run; the others are counted."""

State = Literal["sealed", "open", "damaged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Something that is not as the chain says."""

    file: str
    place: str
    """'line 7' of a chain; 'byte 1234' of a WARC file; empty for a whole file."""
    what: str
    """Id of a message: 'archive.record_changed'."""
    seq: int | None = None
    """Number of the record's line."""
    url: str = ""


@dataclass(slots=True, kw_only=True)
class Checked:
    """What was found of one run."""

    run: str
    state: State = "sealed"
    """'open': not sealed, since the run goes on, or was given up; what is there fits together."""
    head: str | None = None
    """SHA-256 of the last line."""
    sealed_at: str | None = None
    files: int = 0
    records: int = 0
    """As the chain has them, removed ones too."""
    removed: int = 0
    bytes: int = 0
    loose: int = 0
    """Bytes of an open run behind the last record of the chain, or of a chain behind its last line: a process was
    killed there. The run takes what is whole into its chain when it goes on."""
    damages: list[Damage] = field(default_factory=list)
    more: int = 0
    """Damages beyond those that are listed."""

    def found(self, file: str, place: str, what: str, record: tuple[int, Record] | None = None) -> None:
        """Notes a damage."""
        self.state = "damaged"
        if len(self.damages) >= MOST_DAMAGES:
            self.more += 1
            return
        seq, url = (record[0], record[1].url) if record else (None, "")
        self.damages.append(Damage(file=file, place=place, what=f"archive.{what}", seq=seq, url=url))


def runs_in(folder: Path) -> list[str]:
    """Runs that have a chain or a WARC file there, by name."""
    chains = {path.name.removesuffix(".chain.jsonl") for path in folder.glob("*.chain.jsonl")}
    return sorted(chains | {found["run"] for path in folder.iterdir() if (found := NAME.fullmatch(path.name))})


def glance(folder: Path, run: str) -> Checked:
    """What the chain of a run says, without a look at the files. Raises OSError."""
    checked = Checked(run=run)
    chain = chain_path(folder, run)
    if not chain.exists():
        checked.found(chain.name, "", "chain_missing")
        return checked
    links, _ = _links(chain, checked)
    checked.files = len({link.file for link in links.values() if isinstance(link, Record)})
    return _state(checked)


def check_run(
    folder: Path, run: str, *, seal: str | None = None, each: Callable[[int], None] = lambda _bytes: None
) -> Checked:
    """Reads all of a run's archive once. `seal`: the hash that was kept elsewhere (`index.model.Run.seal`); the chain
    must have a seal of that hash. `each` is told how many bytes were read. Raises OSError for unreadable files.
    """
    checked = Checked(run=run)
    chain = chain_path(folder, run)
    if not chain.exists():
        checked.found(chain.name, "", "chain_missing")
        return checked
    links, seals = _links(chain, checked)
    removed = {link.of: link for link in links.values() if isinstance(link, Tombstone)}
    if seal is not None and seal not in seals:
        checked.found(chain.name, "", "seal_differs")
    _files(folder, checked, links, removed, each)
    return _state(checked)


def _state(checked: Checked) -> Checked:
    if checked.state == "sealed" and checked.sealed_at is None:
        checked.state = "open"
    return checked


def _links(chain: Path, checked: Checked) -> tuple[dict[int, Link], set[str]]:
    """The lines that could be read, by number, and the hashes of the seals among them."""
    links: dict[int, Link] = {}
    seals: set[str] = set()
    for read in read_chain(chain, checked.run):
        last = read.line.link if read.line else None
        checked.head, checked.sealed_at = read.hash, last.at if isinstance(last, Seal) else None
        if read.wrong == TORN and not isinstance(links.get(read.number - 1), Seal):
            checked.loose += read.size
        elif read.wrong:
            checked.found(chain.name, f"line {read.number}", "chain_changed")
        if last is not None:
            links[read.number] = last
        if isinstance(last, Seal) and not read.wrong:
            seals.add(read.hash)
    _totals(checked, links)
    return links, seals


def _totals(checked: Checked, links: dict[int, Link]) -> None:
    """Counts, and what seals and tombstones say of them."""
    chain = chain_path(Path(), checked.run).name
    checked.removed = len({link.of for link in links.values() if isinstance(link, Tombstone)})
    for number, link in links.items():
        if isinstance(link, Record):
            checked.records, checked.bytes = checked.records + 1, checked.bytes + link.length
        elif isinstance(link, Seal) and (link.records, link.bytes) != (checked.records, checked.bytes):
            checked.found(chain, f"line {number}", "seal_counts")
        elif isinstance(link, Tombstone) and not isinstance(links.get(link.of), Record):
            checked.found(chain, f"line {number}", "tombstone_of_nothing")


def _files(
    folder: Path,
    checked: Checked,
    links: dict[int, Link],
    removed: dict[int, Tombstone],
    each: Callable[[int], None],
) -> None:
    """Each WARC file, byte by byte."""
    by_file: dict[str, list[tuple[int, Record]]] = {}
    for number, link in links.items():
        if isinstance(link, Record):
            by_file.setdefault(Path(link.file).name, []).append((number, link))
            kept = links.get(link.first) if link.first else None
            if link.first and (not isinstance(kept, Record) or kept.payload != link.payload):
                checked.found(link.file, f"byte {link.offset}", "revisit_of_nothing", (number, link))
            elif link.first in removed and number not in removed:
                checked.found(link.file, f"byte {link.offset}", "page_removed", (number, link))
    for path in sorted(folder.iterdir()):
        if (found := NAME.fullmatch(path.name)) and found["run"] == checked.run:
            by_file.setdefault(path.name, [])
    checked.files = len(by_file)
    for name, records in sorted(by_file.items()):
        if not (folder / name).exists():
            checked.found(name, "", "file_missing")
            continue
        for size in _file(folder / name, checked, records, removed):
            each(size)


def _file(
    path: Path, checked: Checked, records: list[tuple[int, Record]], removed: dict[int, Tombstone]
) -> Iterator[int]:
    end, size = 0, path.stat().st_size
    with path.open("rb") as stream:
        for number, record in records:
            if record.offset != end:
                checked.found(path.name, f"byte {end}", "gap", (number, record))
                stream.seek(record.offset)
            end = record.offset + record.length
            if end > size:
                checked.found(path.name, f"byte {record.offset}", "file_cut_off", (number, record))
                continue
            if wrong := _wrong(record, removed.get(number), _digest(stream, record.length)):
                checked.found(path.name, f"byte {record.offset}", wrong, (number, record))
            yield record.length
    behind = size - end
    if behind > 0 and checked.sealed_at is None:
        checked.loose += behind
    elif behind > 0:
        checked.found(path.name, f"byte {end}", "more_than_the_chain")


def _wrong(record: Record, tombstone: Tombstone | None, digest: str) -> str | None:
    """What is wrong with a record whose bytes have that SHA-256."""
    if tombstone is None:
        return None if digest == record.sha256 else "record_changed"
    if digest == record.sha256:
        return "removal_unfinished"
    try:
        expected = sha256(filling(record, tombstone)).hexdigest()
    except ValueError:
        return "record_changed"
    return None if digest == expected else "record_changed"


def _digest(stream: BinaryIO, length: int) -> str:
    digest = sha256()
    while length > 0 and (chunk := stream.read(min(CHUNK, length))):
        digest.update(chunk)
        length -= len(chunk)
    return digest.hexdigest()
