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


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes(name: str, tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        missing("fuzz", "atheris has wheels for Linux on x86-64 with Python 3.11 to 3.13")
    runs = int(RUNS * SLOW.get(name, 1))
    options = [f"-runs={runs}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}", f"-max_len={LONGEST}", "-seed=1"]
    # The shell forks once more: a process remembers the highest memory of the one that it was started from.
    command = ["/bin/sh", "-c", '"$@" & wait $!', "sh", sys.executable, "-m", "tests.apk_analysis.fuzz", name, str(tmp_path / "seeds"), *options,
               f"-artifact_prefix={tmp_path}/"]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert f"Done {runs} " in done.stderr, done.stderr[-2000:]
