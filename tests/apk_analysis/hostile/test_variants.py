"""Each variant: what can still be read is there, what is odd is named, nothing breaks, and no time changes the answer."""

from functools import cache
from pathlib import Path

import pytest

from apk_analysis import pool
from apk_analysis.analyse import Analysis, analyse
from index.messages import text
from tests.apk_analysis.hostile.base import signed
from tests.apk_analysis.hostile.catalogue import VARIANTS
from tests.apk_analysis.hostile.measured import measured
from tests.apk_analysis.hostile.variant import FACTS, FAILURES, kept

MEMORY_MB, SECONDS, LEAST = 512, 60.0, 50
"""What one worker may hold and take for one sample, as for any other; kinds that must be there."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@cache
def written(name: str, folder: Path) -> Path:
    """The file of a variant."""
    path = folder / f"{sorted(VARIANTS).index(name)}.apk"
    path.write_bytes(VARIANTS[name].build())
    return path


@cache
def looked_at(path: Path) -> Analysis:
    """The analysis in this process."""
    return analyse(path)


def test_the_healthy_package_has_all_facts(tmp_path: Path) -> None:
    path = tmp_path / "healthy.apk"
    path.write_bytes(signed())
    found = analyse(path).fingerprint
    assert kept(found) == FACTS.keys()
    assert found.signature.status == "valid" and not found.problems


@pytest.mark.parametrize("name", VARIANTS)
def test_facts_and_problems(name: str, folder: Path) -> None:
    variant = VARIANTS[name]
    found = looked_at(written(name, folder)).fingerprint
    kinds = {problem.kind for problem in found.problems}
    assert not kinds & FAILURES, found.problems
    assert variant.problems <= kinds
    assert all(text(f"problem.{kind}", "zh") for kind in kinds)
    assert FACTS.keys() - kept(found) == variant.lost
    assert (found.signature.status, found.container) == (variant.status, variant.container)
    assert bool(found.signature.signers) == (found.signature.status == "valid")


def test_all_in_one_worker(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One process for all: what one sample leaves behind must not pile up. It says the same as this process."""
    monkeypatch.setattr(pool, "SAMPLES_PER_WORKER", len(VARIANTS) + 1)
    assert len(VARIANTS) >= LEAST
    slowest, largest = (0.0, ""), (0, "")
    with pool.Pool(workers=1, timeout=SECONDS, memory_mb=MEMORY_MB) as worker:
        for name in VARIANTS:
            path = written(name, folder)
            found, seconds, peak = worker.call(
                measured, path
            )  # raises WorkerLost where a worker dies or takes too long
            slowest, largest = max(slowest, (seconds, name)), max(largest, (peak, name), key=lambda item: item[0])
            assert found == looked_at(path), name
            assert peak < MEMORY_MB, f"{peak} MB after {name}"
    with capsys.disabled():
        print(  # noqa: T201 - figures for people
            f"\n{len(VARIANTS)} variants: {slowest[0]:.1f} s for {slowest[1]}; {largest[0]} MB from {largest[1]} on"
        )
