"""Coverage-guided fuzzing: no crash, no hang, no memory above the cap. A few thousand runs here, many more at night."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.apk_analysis.fuzz.targets import TARGETS
from tests.conftest import ROOT, missing

RUNS = 200_000 if os.environ.get("COPYCATCH_NIGHTLY") == "1" else 1_500
SLOW = {"whole": 0.1, "traits": 0.2, "drawing": 0.3}
"""Share of the runs for targets that do much in each."""
SECONDS, MEGABYTES, LONGEST = 10, 512, 20_000


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each target's log is, and what it could not take."""
    if importlib.util.find_spec("atheris") is None:
        missing("fuzz", "atheris has wheels for Linux on x86-64 with Python 3.11 to 3.13")
    folder = tmp_path_factory.mktemp("fuzz")
    options = [f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}", f"-max_len={LONGEST}", "-seed=1"]
    targets = [f"{name}:{runs_of(name)}" for name in TARGETS]
    # The shell forks once more: a process remembers the highest memory of the one that it was started from.
    command = ["/bin/sh", "-c", '"$@" & wait $!', "sh", sys.executable, "-m", "tests.apk_analysis.fuzz", str(folder),
               *targets, *options, f"-artifact_prefix={folder}/"]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    (folder / "codes").write_text(done.stdout)
    return folder


def runs_of(name: str) -> int:
    return int(RUNS * SLOW.get(name, 1))


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes(name: str, logs: Path) -> None:
    said = (logs / f"{name}.log").read_text("utf-8", errors="replace")
    assert dict(line.split() for line in (logs / "codes").read_text().splitlines())[name] == "0", said[-4000:]
    assert f"Done {runs_of(name)} " in said, said[-2000:]
