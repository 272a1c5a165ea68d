"""A campaign report over many findings: how long and how much memory, beside reading the findings once.

    python benchmarks/report_bench.py [--findings 200000] [--folder FOLDER]

Findings are those of triage_bench. The floor is reading every new finding once through the index. Memory is what the
process's peak grew by, after the findings were read once, while the snapshot was taken and the documents were made.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from triage_bench import AT, BATCH, SEED, invented

from index.home import Home
from index.open import open_decisions, open_index
from takedown.groups import Groups
from takedown.reports.book import written
from takedown.reports.document import drawn
from takedown.reports.gathering import Source, gather
from takedown.reports.headings import schemes
from takedown.reports.period import period
from takedown.reports.sections import sections
from takedown.reports.snapshot import opened

CAMPAIGN = period("campaign", date(2026, 11, 1), date(2026, 11, 30), ZoneInfo("UTC"), as_of="2026-12-01T00:00:00Z")


def filled(folder: Path, findings: int) -> Home:
    """A home with so many findings; one that is there already is used again."""
    home = Home(folder).prepare()
    drawn_of = random.Random(SEED)
    with closing(open_index(home)) as index:
        there = index.count("*")
        for start in range(0, findings if there < findings else 0, BATCH):
            index.put([invented(number, drawn_of) for number in range(start, start + BATCH)], run_id="r1", at=AT)
    return home


def peak() -> float:
    """MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Prints one line per step."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--findings", type=int, default=200_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp())
    home = filled(folder, given.findings)
    with closing(open_index(home, write=False)) as index, closing(open_decisions(home)) as records:
        begun = time.monotonic()
        count = sum(1 for _ in index.scan(f"{CAMPAIGN.first_seen} AND NOT verdict:benign"))
        floor, base = time.monotonic() - begun, peak()
        print(f"findings {count}; read once: {floor:.1f} s")
        source = Source(
            index=index,
            records=records,
            profiles={},
            schemes=schemes(),
            places=frozenset(),
            crawls=lambda _run: True,
            groups=Groups(groups=(), tie_nobody={}, looked_at=0),
        )
        path = folder / "campaign.snapshot.jsonl"
        steps = {
            "snapshot": lambda: _into(path, lambda out: gather(source, CAMPAIGN, out, sections)),
            "docx": lambda: drawn(opened(path), "zh"),
            "xlsx": lambda: _into(folder / "campaign.xlsx", lambda out: written(opened(path), "zh", out)),
        }
        for name, step in steps.items():
            begun = time.monotonic()
            step()
            took = time.monotonic() - begun
            print(f"{name}: {took:.1f} s ({took / floor:.1f} times the floor), peak +{peak() - base:.0f} MB")
        sizes = [f"{one.name} {one.stat().st_size / 1e6:.0f} MB" for one in (path, folder / "campaign.xlsx")]
        print(", ".join(sizes))


def _into(path: Path, write) -> None:
    with path.open("wb") as out:
        write(out)


if __name__ == "__main__":
    main()
