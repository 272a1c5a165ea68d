"""Workers with limits: what a sample does to one costs only that sample."""

import hashlib
from pathlib import Path

import pytest

from apk_analysis.analyse import analyse
from apk_analysis.pool import Pool
from tests.apk_analysis import build, deadly


class Exposed(Pool):
    work = staticmethod(deadly.work)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "good.apk"
    path.write_bytes(build.signed())
    return path


def test_the_pool_says_what_the_analysis_says(sample: Path) -> None:
    with Pool(workers=2, memory_mb=512) as pool:
        futures = [pool.submit(sample) for _ in range(6)]
        assert all(future.result() == analyse(sample) for future in futures)


def test_a_missing_sample_is_wrong_use(tmp_path: Path) -> None:
    with Pool(workers=1, memory_mb=512) as pool, pytest.raises(FileNotFoundError):
        pool.analyse(tmp_path / "nowhere.apk")


@pytest.mark.parametrize(("name", "kind"), [("deadly", "killed"), ("endless", "timeout"), ("greedy", "out_of_memory")])
def test_a_lost_worker_is_a_problem_of_its_sample(
    sample: Path, name: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = sample.with_name(f"{name}.apk")
    bad.write_bytes(build.signed())
    with Exposed(workers=1, timeout=3 if kind == "timeout" else 60, memory_mb=512) as pool:
        lost, good = pool.submit(bad), pool.submit(sample)
        found = lost.result().fingerprint
        assert [(problem.part, problem.kind) for problem in found.problems] == [("worker", kind)]
        assert found.sha256 == hashlib.sha256(bad.read_bytes()).hexdigest()
        assert found.size == bad.stat().st_size and found.signature.status == "unknown"
        assert good.result().fingerprint.signature.status == "valid"


def test_a_broken_pool_is_replaced(sample: Path) -> None:
    with Pool(workers=1, memory_mb=512) as pool:
        pool._pool.stop()
        pool._pool.join()
        assert pool.analyse(sample).fingerprint.signature.status == "valid"
