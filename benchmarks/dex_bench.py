"""Reading DEX files against the least that must be done with them, and against androguard, in one run.

    .venv/bin/python benchmarks/dex_bench.py FOLDER [--rounds 3] [--androguard PYTHON] [--most-mb 10]

FOLDER holds APKs. The floor inflates each different DEX file once with isal and hashes it with BLAKE3. `open` reads the
tables, `code` walks over all instructions. CPU seconds of one process, best of the rounds for each file. With
--androguard, the interpreter of an environment that has androguard: its instructions of all methods, on the first files
up to --most-mb in all. Prints a table, then JSON.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from blake3 import blake3
from isal import isal_zlib

from apk_analysis.dex import Dex

ANDROGUARD = """
import sys, time
from loguru import logger
logger.remove()
from androguard.core.dex import DEX
began = time.process_time()
for path in sys.argv[1:]:
    for owner in DEX(open(path, "rb").read()).get_classes():
        for method in owner.get_methods():
            if method.get_code() is not None:
                for instruction in method.get_instructions():
                    instruction.get_op_value()
print(time.process_time() - began)
"""


def files(folder: Path) -> Iterator[bytes]:
    """Each different DEX file."""
    seen = set()
    for path in sorted(folder.glob("*.apk")):
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                content = package.read(name) if re.fullmatch(r"classes\d*\.dex", name) else b""
                key = blake3(content).digest()
                if content and key not in seen:
                    seen.add(key)
                    yield content


def best(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def deflated(content: bytes) -> bytes:
    packer = isal_zlib.compressobj(1, isal_zlib.DEFLATED, -15)
    return bytes(packer.compress(content) + packer.flush())


def floor(packed: bytes) -> None:
    blake3(isal_zlib.decompressobj(-15).decompress(packed)).digest()


def androguard(python: str, contents: list[bytes], most: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        size, paths = 0, list[str]()
        for number, content in enumerate(contents):
            if size + len(content) <= most * 1e6:
                size += len(content)
                paths.append(f"{folder}/{number}.dex")
                Path(paths[-1]).write_bytes(content)
        done = subprocess.run([python, "-c", ANDROGUARD, *paths], capture_output=True, text=True, check=True)
    return {"mb": size / 1e6, "seconds": float(done.stdout)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--androguard")
    parser.add_argument("--most-mb", type=float, default=10)
    options = parser.parse_args()
    contents = [*files(options.folder)]
    Dex(contents[0], "classes.dex").code()  # loads the machine code
    mb, methods = sum(map(len, contents)) / 1e6, 0
    seconds = dict.fromkeys(("floor", "open", "code"), 0.0)
    for content in contents:
        packed = deflated(content)
        seconds["floor"] += best(lambda packed=packed: floor(packed), options.rounds)
        opened = best(lambda content=content: Dex(content, "classes.dex"), options.rounds)
        whole = best(lambda content=content: Dex(content, "classes.dex").code(), options.rounds)
        seconds["open"] += opened
        seconds["code"] += whole - opened
        methods += len(Dex(content, "classes.dex").code())
    speeds: dict[str, Any] = {name: mb / spent for name, spent in seconds.items()}
    speeds["all"] = mb / (seconds["open"] + seconds["code"])
    if options.androguard:
        peer = androguard(options.androguard, contents, options.most_mb)
        speeds["androguard"] = peer["mb"] / peer["seconds"]
    print(f"{len(contents)} DEX files, {mb:.1f} MB, {methods} methods with code")
    for name, speed in speeds.items():
        print(f"{name:12} {speed:8.1f} MB/s")
    print(json.dumps({"files": len(contents), "mb": mb, "methods": methods, "mb_per_second": speeds}))


if __name__ == "__main__":
    main()
