"""Coverage-guided fuzzing of one target: python -m tests.apk_analysis.fuzz TARGET FOLDER [options of libFuzzer]."""

import os
import sys
from pathlib import Path

import atheris

os.environ["NUMBA_DISABLE_JIT"] = "1"  # so that the compiled loops are followed too

# atheris keeps every array that instrumented code compares: 3 MB for each run of that module's loops.
with atheris.instrument_imports(include=["apk_analysis"], exclude=["apk_analysis.traits.walk"]):
    from apk_analysis.defects import Defect
    from tests.apk_analysis.fuzz.targets import TARGETS, seeds


def main() -> None:
    """Runs until libFuzzer's own limits end it, or something that is no Defect is raised."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (folder / f"seed-{number}").write_bytes(seed)
    target = TARGETS[name][0]

    def once(data: bytes) -> None:
        try:
            target(data)
        except Defect:
            return

    atheris.Setup([sys.argv[0], *sys.argv[3:], str(folder)], once)
    atheris.Fuzz()


main()
