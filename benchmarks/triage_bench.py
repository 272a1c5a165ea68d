"""Units of open findings: how long and how much memory, beside reading the findings.

    python benchmarks/triage_bench.py [--findings 100000] [--folder FOLDER]

Findings are invented: a third stand alone, a third are samples that three marketplaces list, a third are sellers who
say nearly the same again and again. The floor is reading every open finding once through the index. Memory is what the
process's peak grew by while units were made.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from console.triage.survey import PROPOSED, kept_survey, survey
from detection.ties import tie_keys
from index.home import Home
from index.ids import finding_id, listing_id
from index.model import Evidence, Finding, Judgement, Listing, Violation
from index.open import open_decisions, open_index
from index.protocol import Judged
from takedown.answers import all_answers

SEED = 20261128
AT = "2026-11-25T08:00:00Z"
BATCH = 1000


def said(drawn: random.Random) -> str:
    return "".join(chr(0x4E00 + drawn.randrange(3000)) for _ in range(90))


def invented(number: int, drawn: random.Random) -> Judged:
    """Finding number so-and-so."""
    sample, seller = number % 3 == 1, number % 3 == 2
    marketplace = f"shop{number % 7 if not seller else 0}:market.example"
    own = listing_id(marketplace, str(number))
    words = said(drawn)
    text = f"{said(random.Random(number // 30))}{words[:4]}" if seller else words
    listing = Listing(
        marketplace=marketplace, native_id=str(number), url=f"https://market.example/{number}", title=words[:12],
        source_kind="shop", description=text, seller=f"店{number // 30}" if seller else f"店{number}", price="￥9.9",
    )  # fmt: skip
    quote = listing.title[:4]
    evidence = Evidence(
        detector="terms", violation="p1-2b", strength=2.0, observed="x", quote=quote, zh="见题", en="see"
    )
    violation = Violation(id="p1-2b", group="illegal_tool", probability=0.9, evidence=(evidence,) * 3)
    digest = f"{number // 9:064x}" if sample else None
    finding = Finding(
        id=finding_id(own, "illegal_tool", None), listing_id=own, marketplace=marketplace, url=listing.url,
        title=listing.title, group="illegal_tool", verdict="violation", probability=0.9,
        priority=drawn.random(), violations=(violation,), sample_sha256=digest,
    )  # fmt: skip
    judgement = Judgement(verdict="violation", violations=(violation,), priority=finding.priority)
    return Judged(listing=listing, judgement=judgement, findings=(finding,), ties=tie_keys(listing, None))


def batches(findings: int) -> Iterator[list[Judged]]:
    drawn = random.Random(SEED)
    for start in range(0, findings, BATCH):
        yield [invented(number, drawn) for number in range(start, min(start + BATCH, findings))]


def peak() -> float:
    """Peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        place = Home(Path(folder)).prepare()
        with closing(open_index(place)) as index:
            for batch in batches(given.findings):
                index.put(batch, run_id="r1", at=AT)
        with closing(open_index(place, write=False)) as index, closing(open_decisions(place)) as decisions:
            begun = time.perf_counter()
            read = sum(1 for _ in index.scan(PROPOSED))
            floor = time.perf_counter() - begun
            before, begun = peak(), time.perf_counter()
            made = survey(index, decisions, all_answers(decisions), place)
            took, grew = time.perf_counter() - begun, peak() - before
            begun = time.perf_counter()
            kept = kept_survey(place)
            again = time.perf_counter() - begun
    assert kept == made
    sizes = [len(unit.members) for unit in made.units]
    print(f"{read} findings: {len(sizes)} units, the largest of {max(sizes)}")
    print(f"reading {floor:.1f} s; units {took:.1f} s, {took / floor:.1f} times as long; {grew:.0f} MB more")
    print(f"the kept survey is read in {again:.2f} s")


if __name__ == "__main__":
    main()
