"""Removing records by a retention rule: the bytes go, the record's line with its hash stays, and says why."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.archive.chain import Chain, Link, Record, Seal, Tombstone
from index.archive.members import filler, free

SMALLEST = 256
"""Bytes; no record of a page is smaller, and a smaller one would leave no room for what stands in its place."""


class NotSealedError(ValueError):
    """Nothing is removed from the archive of a run that is not over; the message names the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What was removed, or would be."""

    run: str
    records: int
    bytes: int
    needed: int
    """Records that were to go and stay, because a record that stays shows their page."""
    head: str
    """Of the chain afterwards."""


def filling(record: Record, tombstone: Tombstone) -> bytes:
    """What stands in the place of a removed record: as long, and the same whenever it is made."""
    return filler(record.length, f"removed: {tombstone.reason}", tombstone.at)


def remove(
    folder: Path, run: str, unwanted: Callable[[Record], bool], *, reason: str, at: str, dry: bool = False
) -> Removal:
    """Removes the records that are `unwanted`, except those whose page another record shows that stays.

    The tombstones are durable before the first byte is overwritten; whoever was killed in between runs it again.
    Raises NotSealedError, ChainError and OSError.
    """
    links: dict[int, Link] = {}
    with Chain(folder, run, links.__setitem__) as chain:
        if not chain.sealed and not any(isinstance(link, Seal) for link in links.values()):
            raise NotSealedError(f"the archive of {run} is not sealed: the run is not over")
        buried = {link.of: link for link in links.values() if isinstance(link, Tombstone)}
        chosen, needed = _chosen(links, set(buried), unwanted)
        done = Removal(
            run=run,
            records=len(chosen),
            bytes=sum(each.length for each in chosen.values()),
            needed=needed,
            head=chain.head,
        )
        if dry:
            return done
        for number in chosen:
            buried[number] = Tombstone(of=number, at=at, reason=reason)
            chain.append(buried[number])
        chain.sync()
        records = {number: link for number, link in links.items() if isinstance(link, Record)}
        _overwrite(folder, [(records[number], tombstone) for number, tombstone in buried.items() if number in records])
        if not chain.sealed:
            sizes = [record.length for record in records.values()]
            chain.append(Seal(at=at, records=len(sizes), bytes=sum(sizes)))
            chain.sync()
        return Removal(run=run, records=done.records, bytes=done.bytes, needed=needed, head=chain.head)


def _chosen(
    links: dict[int, Link], gone: set[int], unwanted: Callable[[Record], bool]
) -> tuple[dict[int, Record], int]:
    """Records to remove, by number; and how many stay because they are needed."""
    pages = {n: link for n, link in links.items() if isinstance(link, Record) and link.payload and n not in gone}
    chosen = {n: record for n, record in pages.items() if record.length >= SMALLEST and unwanted(record)}
    shown = {record.first for n, record in pages.items() if n not in chosen and record.first}
    return {n: record for n, record in chosen.items() if n not in shown}, len(shown & chosen.keys())


def _overwrite(folder: Path, graves: list[tuple[Record, Tombstone]]) -> None:
    """Puts the filling into the place of each record, and gives its room back to the disk."""
    for name in sorted({record.file for record, _ in graves}):
        handle = os.open(folder / Path(name).name, os.O_RDWR | os.O_NOFOLLOW)
        try:
            for record, tombstone in graves:
                if record.file == name:
                    raw = filling(record, tombstone)
                    if os.pread(handle, len(raw), record.offset) != raw:
                        os.pwrite(handle, raw, record.offset)
                        free(handle, record.offset, record.length)
            os.fsync(handle)
        finally:
            os.close(handle)
