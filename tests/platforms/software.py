"""Real software from package registries, installed once into `.venvs/` and run on loopback."""

import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import REQUIRED, ROOT, missing

LOCKS = Path(__file__).parent / "requirements"


def asked_for() -> None:
    """These tests install other people's software: they run where somebody asked for them, as CI does."""
    if "platform" not in REQUIRED and not os.environ.get("COPYCATCH_PLATFORMS"):
        missing("platform", "set COPYCATCH_PLATFORMS=1 to install and crawl real software")


def program(name: str, package: str) -> str:
    """Path of a system program, which the Debian package named brings."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")  # where Debian puts servers
    return found or missing("platform", f"the program {name} (Debian package {package})") or ""


def environment(name: str) -> Path:
    """The `bin` folder of a virtual environment with the software of requirements/<name>.txt."""
    asked_for()
    lock = LOCKS / f"{name}.txt"
    state = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    folder = ROOT / ".venvs" / name
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / f"{name}.lock").open("w") as lone:
        fcntl.flock(lone, fcntl.LOCK_EX)  # test processes side by side want the same one
        _make(folder, lock, state)
    return folder / "bin"


def _make(folder: Path, lock: Path, state: str) -> None:
    if (folder / "state").exists() and (folder / "state").read_text() == state:
        return
    shutil.rmtree(folder, ignore_errors=True)
    run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "install", "-q", "--no-deps"]
    # Most of it is never imported: what is gets compiled then.
    fetch(*pip, "--disable-pip-version-check", "--no-compile", "--require-hashes", "-r", str(lock))
    (folder / "state").write_text(state)


def run(
    *command: str,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    text: str | None = None,
    limit: float | None = None,
) -> str:
    """Output of a program that must succeed, after at most `limit` seconds."""
    done = subprocess.run(
        command, cwd=cwd, env=env, input=text, capture_output=True, text=True, check=False, timeout=limit
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def fetch(*command: str) -> str:
    """The same for one that asks registries: where a connection has gone silent, it is tried once more."""
    try:
        return run(*command, limit=300)
    except subprocess.TimeoutExpired:
        return run(*command, limit=600)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(*command: str, cwd: Path, env: dict[str, str], url: str, log: Path) -> Iterator[str]:
    """A server that answers at `url` while the block runs."""
    with log.open("wb") as out, subprocess.Popen(command, cwd=cwd, env=env, stdout=out, stderr=out) as process:
        try:
            wait_for(url, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=300)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")[-3000:]
        try:
            urllib.request.urlopen(url, timeout=10).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)  # the server is starting; nothing else tells when it listens
            continue
        return
    raise AssertionError(f"{url} does not answer: {log.read_text(errors='replace')[-3000:]}")
