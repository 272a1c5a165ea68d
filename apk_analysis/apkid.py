"""APKiD as a second opinion on packers: a program of its own, asked only on demand and only where it is installed.

Its rules are under the GPL: it stays outside, started with limits on time, memory and output, and its JSON is read
strictly.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apk_analysis.defects import Defect, printable, problem
from apk_analysis.fingerprint import Problem, Trait

SECONDS, MEMORY_MB, OUTPUT = 120, 1_500, 4 << 20
"""Limits for one sample: wall-clock time, address space, bytes of output."""
MOST_TRAITS, LONGEST = 200, 200
KINDS = frozenset({"packer", "protector", "obfuscator", "anti_vm", "anti_debug", "anti_disassembly", "manipulator"})
"""What is passed on; compilers and file types say nothing."""
_LIMITED = 'ulimit -v "$1"; ulimit -f "$2"; shift 2; exec "$@"'


def find_apkid() -> str | None:
    """The program on PATH; None when it is not installed."""
    return shutil.which("apkid")


def ask_apkid(
    path: Path, *, program: str | None = None, seconds: float = SECONDS, memory_mb: int = MEMORY_MB
) -> tuple[tuple[Trait, ...], tuple[Problem, ...]]:
    """What APKiD says of the sample at `path`: traits of kind `apkid`, each with the program's version.

    `program`: path of apkid; by default the one on PATH. Never raises for bad input.
    """
    program = program or find_apkid()
    if program is None:
        return (), (problem("apkid", "apkid_missing", "no program apkid on PATH"),)
    try:
        output = _run(program, path.resolve(), seconds, memory_mb)
        return tuple(_traits(output, str(path.resolve())))[:MOST_TRAITS], ()
    except Defect as defect:
        return (), (defect.problem("apkid"),)


def _run(program: str, path: Path, seconds: float, memory_mb: int) -> bytes:
    """Its standard output. Raises Defect when it fails, takes too long or says too much."""
    limits = (str(memory_mb << 10), str(OUTPUT // 512))
    command = ("/bin/sh", "-c", _LIMITED, "sh", *limits, program, "-j", "-t", str(max(1, int(seconds) // 2)), str(path))
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(  # noqa: S603 - a program that the operator installed, and a path of ours
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise Defect("apkid_failed", f"no answer within {seconds:g} s") from error
        finally:
            _end(process)
        out.seek(0)
        output = out.read(OUTPUT + 1)
    if code != 0 or len(output) > OUTPUT:
        raise Defect("apkid_failed", f"exit code {code}, {len(output)} bytes of output")
    return output


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the program and what it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def _traits(output: bytes, path: str) -> Iterator[Trait]:
    """Raises Defect for anything but the JSON that version 3 writes."""
    try:
        answer = json.loads(output)
        version, files = _typed(answer, "apkid_version", str), _typed(answer, "files", list)
        for file in files:
            name, matches = _typed(file, "filename", str), _typed(file, "matches", dict)
            where = name.removeprefix(path).removeprefix("!") or Path(path).name
            for kind in sorted(KINDS & matches.keys()):
                for found in _typed(matches, kind, list):
                    value = f"{kind}: {found} (APKiD {version})"
                    yield Trait(kind="apkid", value=printable(value)[:LONGEST], where=printable(where)[:LONGEST])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Defect("apkid_failed", f"unexpected answer: {type(error).__name__}: {error}") from error


def _typed(answer: Any, key: str, kind: type) -> Any:
    value = answer[key]
    if not isinstance(value, kind):
        raise TypeError(f"{key} is {type(value).__name__}")
    return value
