"""Programs of ours in processes of their own, forked from one that has loaded what they need.

A crawl cannot run twice in a process, and some crawls are killed. Loading libraries, rules and the text model costs a
new process some four seconds of work, most of what a small crawl takes: here it is done once for all tests of a
process. Each program still has a process, environment, folder and files of its own, and ends as any program does. Cold
starts, memory, and what is written while a program runs, are for tests that start `subprocess`.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tests.conftest import ROOT

COPYCATCH = str(Path(sys.executable).with_name("copycatch"))


@cache
def _loaded() -> socket.socket:
    """To the process that has loaded everything; it ends when this one does."""
    mine, its = _pair()
    env = {name: value for name, value in os.environ.items() if not name.startswith("COPYCATCH_")}
    command = [sys.executable, "-m", "tests.forking", str(its.fileno())]
    process = subprocess.Popen(command, cwd=ROOT, env=env, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL)
    its.close()
    atexit.register(process.wait)
    atexit.register(mine.close)
    return mine


def _pair() -> tuple[socket.socket, socket.socket]:
    """Both wait, whatever time limit a library has given to all sockets of this process: the other one knows of none."""
    pair = socket.socketpair()
    for one in pair:
        one.setblocking(True)
    return pair


class Started:
    """A program that runs: what tests need of `subprocess.Popen`.

    `command`: [copycatch, ...], [python, file, ...], [python, "-m", module, ...], with -W as Python has it.
    """

    def __init__(
        self, command: Sequence[str], *, cwd: str | Path | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        self.args, self.returncode = [*command], None
        self._out, self._err = [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115 - closed in `wait`
        self._said, its = _pair()
        order = {"command": self.args, "cwd": str(cwd or Path.cwd()), "env": dict(os.environ if env is None else env)}
        with its, tempfile.TemporaryFile() as asked:
            asked.write(json.dumps(order).encode())
            asked.flush()
            files = [asked, self._out, self._err, its]
            socket.send_fds(_loaded(), [b"!"], [one.fileno() for one in files])
        self._said.settimeout(600)  # only so that a hang ends
        self.pid = int(self._line())

    returncode: int | None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self.kill()
        self.wait()

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            more = self._said.recv(1)
            assert more, f"the process that loads programs has ended: see its traceback ({self.args})"
            line += more
        return line

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def wait(self, timeout: float | None = 600) -> int:
        """The exit code, or the negative number of the signal that ended it."""
        if self.returncode is None:
            self._said.settimeout(timeout)
            self.returncode = int(self._line())
            self._said.close()
            self._texts = _text(self._out), _text(self._err)
        return self.returncode

    def communicate(self, timeout: float | None = 600) -> tuple[str, str]:
        """What it said, when it has ended."""
        self.wait(timeout)
        return self._texts


def _text(file: IO[bytes]) -> str:
    with file:
        file.seek(0)
        return file.read().decode("utf-8")


def run(
    command: Sequence[str],
    *,
    cwd: str | Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = 600,
) -> subprocess.CompletedProcess[str]:
    """`subprocess.run(..., capture_output=True, text=True)` for a program that runs to its end."""
    with Started(command, cwd=cwd, env=env) as process:
        out, err = process.communicate(timeout)
    return subprocess.CompletedProcess([*command], process.wait(), out, err)
