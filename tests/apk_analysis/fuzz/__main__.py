"""Coverage-guided fuzzing: python -m tests.apk_analysis.fuzz FOLDER TARGET:RUNS... [options of libFuzzer].

One process after the other, forked once everything is instrumented, which takes longer than a few thousand runs. What
each says is written to FOLDER/TARGET.log; its exit code is printed.
"""

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
    folder, options = Path(sys.argv[1]), [word for word in sys.argv[2:] if word.startswith("-")]
    for name, runs in (word.split(":") for word in sys.argv[2:] if not word.startswith("-")):
        pid = os.fork()
        if not pid:
            with (folder / f"{name}.log").open("wb") as log:
                os.dup2(log.fileno(), 2)
            fuzz(name, folder / name, f"-runs={runs}", *options)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{name} {os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def fuzz(name: str, folder: Path, *options: str) -> None:
    """Runs until libFuzzer's own limits end the process, or something that is no Defect is raised."""
    folder.mkdir(parents=True)
    for number, seed in enumerate(seeds(name)):
        (folder / f"seed-{number}").write_bytes(seed)
    target = TARGETS[name][0]

    def once(data: bytes) -> None:
        try:
            target(data)
        except Defect:
            return

    atheris.Setup([sys.argv[0], *options, str(folder)], once)
    atheris.Fuzz()


main()
