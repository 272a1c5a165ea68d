"""Each variant: what can still be read is there, what is odd is named, nothing breaks, and no time changes the answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from apk_analysis import pool
from apk_analysis.analyse import Analysis, analyse
from apk_analysis.pool import Pool
from index.messages import text
from tests.apk_analysis.hostile.base import signed
from tests.apk_analysis.hostile.catalogue import VARIANTS
from tests.apk_analysis.hostile.measured import measured
from tests.apk_analysis.hostile.variant import FACTS, FAILURES, kept

MEMORY_MB, SECONDS, LEAST = 512, 60.0, 50
"""What one worker may hold and take for one sample, as for any other; kinds that must be there."""
QUICK = 0.3
"""CPU seconds up to which a sample is looked at a second time."""
MOST_PROBLEMS = 100


class Bench:
    """One worker process for all variants: what one sample leaves behind must not pile up."""

    def __init__(self, folder: Path, worker: Pool) -> None:
        self.slowest, self.largest = (0.0, ""), (0, "")
        self._folder, self._worker = folder, worker
        self._known: dict[str, tuple[Path, Analysis, float]] = {}

    def look(self, name: str) -> tuple[Path, Analysis, float]:
        """The file of a variant, what the worker says of it, and its CPU seconds. Raises WorkerLost."""
        if name not in self._known:
            path = self._folder / f"{len(self._known)}.apk"
            path.write_bytes(VARIANTS[name].build())
            found, seconds, peak = self._worker.call(measured, path)
            assert peak < MEMORY_MB, f"{peak} MB after {name}"
            self.slowest = max(self.slowest, (seconds, name))
            self.largest = self.largest if peak <= self.largest[0] else (peak, name)
            self._known[name] = path, found, seconds
        return self._known[name]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "SAMPLES_PER_WORKER", len(VARIANTS) + 1)
        with Pool(workers=1, timeout=SECONDS, memory_mb=MEMORY_MB) as worker:
            yield Bench(tmp_path_factory.mktemp("hostile"), worker)


def test_the_healthy_package_has_all_facts(tmp_path: Path) -> None:
    path = tmp_path / "healthy.apk"
    path.write_bytes(signed())
    found = analyse(path).fingerprint
    assert kept(found) == FACTS.keys()
    assert found.signature.status == "valid" and not found.problems


@pytest.mark.parametrize("name", VARIANTS)
def test_facts_and_problems(name: str, bench: Bench) -> None:
    variant = VARIANTS[name]
    path, analysis, seconds = bench.look(name)
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


def test_all_in_one_worker(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """None of them took too long or too much memory; whatever was looked at already is not looked at again."""
    assert len(VARIANTS) >= LEAST
    for name in VARIANTS:
        bench.look(name)
    with capsys.disabled():
        print(  # noqa: T201 - figures for people
            f"\n{len(VARIANTS)} variants in one worker: {bench.slowest[0]:.1f} s for {bench.slowest[1]}; "
            f"{bench.largest[0]} MB for {bench.largest[1]}"
        )
