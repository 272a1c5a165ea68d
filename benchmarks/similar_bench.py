"""Similar icons and similar code in both engines, against exhaustive search over the same samples.

    ELASTICSEARCH_URL=... .venv/bin/python -m benchmarks.similar_bench [--samples 20000] [--queries 300]

Invented samples in families of 12: icons differ in 0 to 8 of 64 bits from the family's, sets of 60 to 600 features
share a Jaccard similarity between .2 and .95, every set has 5 of 1,000 popular features besides, and a tenth of the
samples share one band. Each query is a stored sample. Recall@10: how many of the ten best by exact search over all
samples are brought, ties counting as found; of icons, within 8 bits. Prints JSON.
Without ELASTICSEARCH_URL only SQLite is asked. CPU is that of this process, the server's not among it.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import uuid4

import numpy as np

from apk_analysis.code.sketch import BIN_SHIFT, Features, mixed, sketch
from apk_analysis.fingerprint import Fingerprint, Icon, Signature
from index.home import Home
from index.model import Judgement, Listing
from index.open import open_index
from index.protocol import Index, Judged, Similar

FAMILY, DISTANCE, TEN = 12, 8, 10
TARGET_RECALL, TARGET_P95_MS = 0.95, 50.0
AT = "2026-01-01T00:00:00Z"


@dataclass(frozen=True)
class Sample:
    """One invented sample."""

    name: str
    bits: int
    features: Features


def samples(count: int) -> Iterator[Sample]:
    """Always the same."""
    random = np.random.default_rng(4)
    for number in range(count):
        family = number // FAMILY
        of_family = np.random.default_rng(family)
        size, jaccard = int(of_family.integers(60, 600)), float(of_family.uniform(0.2, 0.95))
        common = round(size * 2 * jaccard / (1 + jaccard))
        parts = [mixed(np.arange(common), family << 16), mixed(np.arange(size - common), (1 << 62) + (number << 16))]
        parts.append(mixed(random.integers(0, 1000, 5), 77))
        if number % 10 == 0:
            parts.append(np.array([5, (1 << BIN_SHIFT) + 5], np.uint64))
        flips = sum(1 << int(bit) for bit in random.choice(64, random.integers(0, 9), replace=False))
        icon = int(of_family.integers(0, 2**63)) ^ flips
        yield Sample(f"{number:064x}", icon, np.unique(np.concatenate(parts)))


def judged(one: Sample) -> Judged:
    """As a crawl puts it."""
    made = sketch(one.features)
    icon = Icon(sha256="0" * 64, dhash=f"{one.bits:016x}", width=1, height=1)
    fingerprint = Fingerprint(sha256=one.name, sha1="", md5="", size=1, container="apk",
                              signature=Signature(status="unsigned"), icon=icon,
                              sketches={"code": made} if made else {})  # fmt: skip
    number = str(int(one.name, 16))
    listing = Listing(
        marketplace="m", native_id=number, url=f"https://m.example/{number}", title="x", source_kind="app_store"
    )
    return Judged(listing=listing, judgement=Judgement(verdict="benign"), sample=fingerprint)


def measured(
    ask: Callable[[Sample], list[Similar]], best: Callable[[Sample], dict[str, float]], of: list[Sample]
) -> dict[str, float]:
    """Recall@10 and times of one kind of question."""
    hits = wanted = 0
    times: list[float] = []
    answers: list[list[Similar]] = []
    cpu = time.process_time()
    for one in of:
        started = time.perf_counter()
        found = ask(one)
        times.append((time.perf_counter() - started) * 1000)
        answers.append(found)
    spent = (time.process_time() - cpu) * 1000 / len(of)
    for one, found in zip(of, answers, strict=True):
        exact = best(one)
        ten = sorted(exact.values(), reverse=True)[:TEN]
        hits += sum(1 for other in found[: len(ten)] if exact.get(other.id, -1) >= ten[-1] - 1e-9)
        wanted += len(ten)
    p50, p95 = np.percentile(times, [50, 95])
    return {
        "recall": round(hits / wanted, 4),
        "p50_ms": round(float(p50), 1),
        "p95_ms": round(float(p95), 1),
        "cpu_ms": round(spent, 2),
    }


def main() -> None:
    """Fills, asks, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=300)
    given = parser.parse_args()
    every = list(samples(given.samples))
    bits = np.array([one.bits for one in every], np.uint64)
    asked = every[:: max(1, len(every) // given.queries)][: given.queries]

    def best_icons(one: Sample) -> dict[str, float]:
        apart = np.bitwise_count(bits ^ np.uint64(one.bits))
        return {every[at].name: 1 - int(apart[at]) / 64 for at in np.flatnonzero(apart <= DISTANCE).tolist()}

    def best_codes(one: Sample) -> dict[str, float]:
        """Who is of another family shares five popular features at most: Jaccard below .05."""
        family = int(one.name, 16) // FAMILY * FAMILY
        own = set(one.features.tolist())
        found = {}
        for other in every[family : family + FAMILY]:
            theirs = set(other.features.tolist())
            found[other.name] = len(own & theirs) / len(own | theirs)
        return found

    result: dict[str, object] = {"samples": given.samples, "queries": len(asked)}
    urls: dict[str, str | None] = {"sqlite": None}
    if server := os.environ.get("ELASTICSEARCH_URL"):
        urls["elasticsearch"] = f"{server}/bench{uuid4().hex[:8]}"
    for engine, url in urls.items():
        with tempfile.TemporaryDirectory() as folder, closing(open_index(Home(Path(folder)).prepare(), url)) as index:
            started = time.process_time()
            waiting = iter(every)
            while some := [judged(one) for one in islice(waiting, 1000)]:
                index.put(some, run_id="bench", at=AT)
            filled = time.process_time() - started
            result[engine] = {"put_cpu_seconds": round(filled, 1), **questions(index, asked, best_icons, best_codes)}
        if url:
            clean(url)
    print(json.dumps(result, indent=1))


def questions(
    index: Index,
    asked: list[Sample],
    best_icons: Callable[[Sample], dict[str, float]],
    best_codes: Callable[[Sample], dict[str, float]],
) -> dict[str, object]:
    """Both kinds, after a few to warm up."""

    def icons(one: Sample) -> list[Similar]:
        return index.similar_icons(f"{one.bits:016x}", distance=DISTANCE, limit=TEN)

    def codes(one: Sample) -> list[Similar]:
        made = sketch(one.features)
        return index.similar_code(made, limit=TEN) if made else []

    for one in asked[:20]:
        icons(one), codes(one)
    found = {"icons": measured(icons, best_icons, asked), "code": measured(codes, best_codes, asked)}
    kept = all(one["recall"] >= TARGET_RECALL and one["p95_ms"] < TARGET_P95_MS for one in found.values())
    return {**found, "holds": kept}


def clean(url: str) -> None:
    """Removes what was made on the server."""
    from elasticsearch import Elasticsearch  # noqa: PLC0415 - an extra

    base, _, prefix = url.rpartition("/")
    with Elasticsearch(base, request_timeout=300) as client:
        for name in client.indices.get(index=f"{prefix}-*"):
            client.indices.delete(index=name)
        client.indices.delete_index_template(name=f"{prefix}-*")
        client.options(ignore_status=404).cluster.delete_component_template(name=f"{prefix}-*")


if __name__ == "__main__":
    main()
