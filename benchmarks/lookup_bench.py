"""Look-up of similar sketches among a million, against exhaustive search over the same sets.

    .venv/bin/python benchmarks/lookup_bench.py [--samples 1000000] [--queries 1000] [--checked 50]

Synthetic: families of 12 sets (30 to 2,000 features, half of them below 100) whose members share a Jaccard similarity
between .2 and .95, every set with 5 of 1,000 popular features besides, and 10,000 samples from all over that share one
band value. Each query is a stored sample; a fifth of the queries are among those 10,000. Recall@10: how many of the ten
best by exact Jaccard similarity over all sets (ties count as found) the look-up brings. Prints a table, then JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from apk_analysis.code.lookup import Lookup, Rows
from apk_analysis.code.sketch import BANDS, BIN_SHIFT, Features, bands, minhash, mixed, sketch

FAMILY, HUB, SEGMENT = 12, 10_000, 250_000
TARGET_RECALL, TARGET_P95_MS = 0.95, 50.0


class Samples:
    """The synthetic sets, made on demand and always the same."""

    def __init__(self, count: int) -> None:
        generator = np.random.default_rng(4)
        families = count // FAMILY + 1
        self.sizes = np.clip(np.exp(generator.normal(4.6, 0.9, families)), 30, 2000).astype(int)
        self.jaccards = generator.uniform(0.2, 0.95, families)
        self.in_hub = np.zeros(count, bool)
        self.in_hub[generator.choice(count, min(HUB, count // 10), replace=False)] = True

    def __getitem__(self, number: int) -> Features:
        family = number // FAMILY
        size, jaccard = int(self.sizes[family]), self.jaccards[family]
        common = round(size * 2 * jaccard / (1 + jaccard))  # Jaccard of two sets that share `common` of `size`
        own = mixed(np.arange(size - common), (1 << 62) + (number << 16))
        popular = mixed(mixed(np.arange(5), (3 << 61) + (number << 16)) % np.uint64(1000), 77)
        parts = [mixed(np.arange(common), family << 16), own, popular]
        if self.in_hub[number]:
            # the smallest values of the first two bins: every such sample has the same first band
            parts.append(np.array([5, (1 << BIN_SHIFT) + 5], np.uint64))
        return np.unique(np.concatenate(parts))


def build(index: Lookup, samples: Samples, count: int) -> tuple[Features, np.ndarray]:
    """Fills the look-up; all features in one array and where each sample's begin, for the exhaustive search."""
    pieces, sizes = [], []
    for start in range(0, count, SEGMENT):
        numbers = range(start, min(start + SEGMENT, count))
        sets = [samples[number] for number in numbers]
        lengths = np.array([len(values) for values in sets], np.int64)
        joined = np.concatenate(sets)
        index.add_rows(
            Rows(
                names=np.array([b"%d" % number for number in numbers], "S8"),
                minhash=np.stack([minhash(values) for values in sets]),
                sizes=lengths,
                starts=np.concatenate([[0], np.cumsum(lengths)]),
                smallest=joined,
            )
        )
        pieces.append(joined)
        sizes.append(lengths)
    return np.concatenate(pieces), np.concatenate([[0], np.cumsum(np.concatenate(sizes))])


def exhaustive(features: Features, everything: Features, starts: np.ndarray) -> np.ndarray:
    """Jaccard similarity to every sample."""
    shared = np.zeros(len(starts) - 1, np.int64)
    for at in range(0, len(starts) - 1, SEGMENT):
        borders = starts[at : at + SEGMENT + 1]
        piece = everything[borders[0] : borders[-1]]
        places = np.minimum(np.searchsorted(features, piece), len(features) - 1)
        shared[at : at + SEGMENT] = np.add.reduceat(features[places] == piece, borders[:-1] - borders[0])
    return shared / (len(features) + np.diff(starts) - shared)


def recall(found: list[str], similarity: np.ndarray, most: int = 10) -> float:
    """Share of the best `most` that were found; samples as similar as the last of them stand for one another."""
    last = np.partition(similarity, -most)[-most]
    good = sum(similarity[int(name)] >= last - 1e-9 for name in found)
    return min(good, most) / most


def by_minhash(index: Lookup, wanted: np.ndarray) -> None:
    for segment in index._segments:  # noqa: SLF001 - the floor: one comparison with every stored MinHash
        np.count_nonzero(segment.minhash == wanted, axis=1).argmax()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--checked", type=int, default=50)
    given = parser.parse_args()
    samples = Samples(given.samples)
    generator = np.random.default_rng(5)
    with tempfile.TemporaryDirectory() as folder:
        index = Lookup(Path(folder))
        began = time.perf_counter()
        everything, starts = build(index, samples, given.samples)
        built = time.perf_counter() - began
        hub = generator.choice(np.flatnonzero(samples.in_hub), given.queries // 5)
        numbers = generator.permutation([*hub, *generator.integers(0, given.samples, given.queries - len(hub))])
        first_bands = {int(bands(minhash(samples[int(number)])[np.newaxis])[0, 0]) for number in hub}
        assert len(first_bands) == 1, "the hub shares one band value"
        taken, recalls, slow, floor = [], [], [], []
        for turn, number in enumerate(numbers):
            asked = sketch(samples[int(number)])
            began = time.perf_counter()
            found = index.near(asked)
            taken.append((time.perf_counter() - began) * 1e3)
            if turn < given.checked:
                began = time.perf_counter()
                similarity = exhaustive(samples[int(number)], everything, starts)
                slow.append((time.perf_counter() - began) * 1e3)
                recalls.append(recall([near.name for near in found], similarity))
                began = time.perf_counter()
                by_minhash(index, minhash(samples[int(number)]))
                floor.append((time.perf_counter() - began) * 1e3)
        size = sum(file.stat().st_size for file in Path(folder).rglob("*.npy"))
    result = {
        "samples": given.samples,
        "features": len(everything),
        "bands": BANDS,
        "build_s": round(built, 1),
        "disk_mb": round(size / 1e6),
        "recall_at_10": round(statistics.mean(recalls), 4),
        "median_ms": round(statistics.median(taken), 2),
        "p95_ms": round(float(np.percentile(taken, 95)), 2),
        "p99_ms": round(float(np.percentile(taken, 99)), 2),
        "exhaustive_ms": round(statistics.median(slow)),
        "all_minhashes_ms": round(statistics.median(floor)),
        "times_faster_than_exhaustive": round(statistics.median(slow) / statistics.median(taken)),
    }
    for name, value in result.items():
        print(f"{name:30} {value}")
    print(json.dumps(result))
    if result["recall_at_10"] < TARGET_RECALL or result["p95_ms"] > TARGET_P95_MS:
        raise SystemExit(f"aim: recall@10 {TARGET_RECALL}, p95 {TARGET_P95_MS} ms")


if __name__ == "__main__":
    main()
