"""Fingerprints of real packages against a floor, as ratios in one run.

    .venv/bin/python benchmarks/apk_bench.py FOLDER [--rounds 3] [--androguard PYTHON] [--most-mb 60]

FOLDER holds APKs. The floor inflates every entry once and hashes entry and file: own walk, isal, BLAKE3. `identity` is
archive, manifest and signers without code and traits; `full` is everything. All in CPU seconds of this process, with a
warm page cache, best of the rounds. Then worker processes: the wall time of one and of two, and the peak memory of a
worker. With --androguard, the interpreter of an environment that has androguard, its AnalyzeAPK on the same files.
Prints a table, then JSON.
"""

from __future__ import annotations

import argparse
import json
import mmap
import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from blake3 import blake3

from apk_analysis import analyse as analysis
from apk_analysis.archive import Archive
from apk_analysis.defects import Defect
from apk_analysis.pool import Pool

ANDROGUARD = """
import sys, time
from loguru import logger
logger.remove()
from androguard.misc import AnalyzeAPK
spent = 0.0
for path in sys.argv[1:]:
    began = time.process_time()
    try:
        AnalyzeAPK(path)
    except Exception:
        pass
    spent += time.process_time() - began
print(spent)
"""


def floor(path: Path) -> None:
    """Inflates and hashes everything once."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        whole = blake3()
        for at in range(0, len(data), 1 << 20):
            whole.update(data[at : at + (1 << 20)])
        try:
            archive = Archive(data)
        except Defect:
            return
        for entry in archive.entries:
            state = blake3()
            try:
                for piece in archive.stream(entry):
                    state.update(piece)
            except Defect:
                continue
            state.digest()


def seconds(work: Callable[[Path], Any], paths: list[Path]) -> float:
    """CPU seconds of this process for all paths."""
    began = time.process_time()
    for path in paths:
        work(path)
    return time.process_time() - began


def measured(path: str) -> Any:
    """What a worker does here: the analysis, then the peak of its memory in place of the icon."""
    done = analysis.analyse(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return analysis.Analysis(fingerprint=done.fingerprint, icon_png=str(peak).encode())


class Measured(Pool):
    """A pool whose workers tell their peak memory."""

    work = staticmethod(measured)


def pooled(paths: list[Path], workers: int) -> tuple[float, float]:
    """(wall seconds, peak MB of a worker)."""
    with Measured(workers=workers) as pool:
        pool.analyse(paths[0])  # starts the first worker
        began = time.perf_counter()
        peaks = [future.result().icon_png for future in [pool.submit(path) for path in paths]]
        spent = time.perf_counter() - began
    return spent, max(int(peak or 0) for peak in peaks) / 1024


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--androguard", type=Path)
    parser.add_argument("--most-mb", type=float, default=1e9)
    given = parser.parse_args()
    paths = [path for path in sorted(given.folder.glob("*.apk")) if path.stat().st_size <= given.most_mb * 1e6]
    size = sum(path.stat().st_size for path in paths)
    works = {"floor": floor, "identity": lambda path: analysis.analyse(path, code=False), "full": analysis.analyse}
    for work in works.values():  # warms page cache and compiled loops
        seconds(work, paths[:3])
    spent = {name: min(seconds(work, paths) for _ in range(given.rounds)) for name, work in works.items()}
    walls = {count: min(pooled(paths, count) for _ in range(given.rounds)) for count in (1, 2)}
    result: dict[str, Any] = {
        "files": len(paths),
        "mb": round(size / 1e6, 1),
        "cpu_seconds": {name: round(value, 2) for name, value in spent.items()},
        "of_floor": {name: round(spent["floor"] / spent[name], 3) for name in ("identity", "full")},
        "two_workers_to_one": round(walls[1][0] / walls[2][0], 2),
        "peak_mb": round(max(peak for _, peak in walls.values()), 0),
    }
    if given.androguard:
        command = [str(given.androguard), "-c", ANDROGUARD, *map(str, paths)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        result["androguard_seconds"] = round(float(done.stdout), 1)
        result["androguard_to_full"] = round(float(done.stdout) / spent["full"], 1)
    for name, value in spent.items():
        print(f"{name:10} {value:8.2f} s  {size / 1e6 / value:8.1f} MB/s  {spent['floor'] / value:6.3f} of the floor")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
