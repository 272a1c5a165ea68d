"""Each variant: what can still be read is there, what is odd is named, nothing breaks, and no time changes the answer."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from apk_analysis import pool
from apk_analysis.analyse import analyse
from apk_analysis.pool import Pool
from index.messages import text
from tests.apk_analysis.hostile.base import signed
from tests.apk_analysis.hostile.catalogue import VARIANTS
from tests.apk_analysis.hostile.measured import measured
from tests.apk_analysis.hostile.variant import FACTS, FAILURES, kept

MOST_MB, SECONDS, LEAST = 512, 60.0, 50
"""Highest memory of a worker, what it may take for one sample, and kinds that must be there."""
QUICK = 0.3
"""CPU seconds up to which a sample is looked at a second time."""
MOST_PROBLEMS = 100
EACH = 1 if os.environ.get("COPYCATCH_NIGHTLY") == "1" else 6
"""Of how many variants one is given to a worker that has seen all before; every one is looked at by itself."""


@pytest.fixture(scope="module")
def worker() -> Iterator[Pool]:
    with Pool(workers=1, timeout=SECONDS) as pool_:
        yield pool_


def test_the_healthy_package_has_all_facts(tmp_path: Path) -> None:
    path = tmp_path / "healthy.apk"
    path.write_bytes(signed())
    found = analyse(path).fingerprint
    assert kept(found) == FACTS.keys()
    assert found.signature.status == "valid" and not found.problems


@pytest.mark.parametrize("name", VARIANTS)
def test_facts_and_problems(name: str, worker: Pool, tmp_path: Path) -> None:
    variant, path = VARIANTS[name], tmp_path / "sample.apk"
    path.write_bytes(variant.build())
    analysis, seconds, _ = worker.call(measured, path)
    found = analysis.fingerprint
    kinds = {problem.kind for problem in found.problems}
    assert not kinds & FAILURES, found.problems
    assert variant.problems <= kinds
    assert all(text(f"problem.{kind}", "zh") for kind in kinds)
    assert len(found.problems) < MOST_PROBLEMS
    assert FACTS.keys() - kept(found) == variant.lost
    assert (found.signature.status, found.container) == (variant.status, variant.container)
    assert bool(found.signature.signers) == (found.signature.status == "valid")
    if seconds < QUICK:
        assert analyse(path) == analysis, "another process, another run, the same answer"


def test_many_in_one_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One process for many of them, always in the same order: what one leaves behind must not pile up."""
    chosen = dict(list(VARIANTS.items())[::EACH])
    assert len(chosen) >= LEAST
    monkeypatch.setattr(pool, "SAMPLES_PER_WORKER", len(chosen) + 1)
    slowest, largest, path = (0.0, ""), (0, ""), tmp_path / "sample.apk"
    with Pool(workers=1, timeout=SECONDS) as one:
        for name, variant in chosen.items():
            path.write_bytes(variant.build())
            _, seconds, peak = one.call(measured, path)
            slowest = max(slowest, (seconds, name))
            largest = largest if peak <= largest[0] else (peak, name)
    with capsys.disabled():
        print(  # noqa: T201 - figures for people
            f"\n{len(chosen)} variants in one worker: {slowest[0]:.1f} s for {slowest[1]}; "
            f"{largest[0]} MB for {largest[1]}"
        )
    assert largest[0] < MOST_MB
