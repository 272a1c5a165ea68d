"""`copycatch scan`: fingerprints of samples on disk."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from apk_analysis.apkid import ask_apkid, find_apkid
from apk_analysis.fingerprint import Fingerprint
from apk_analysis.pool import Pool
from apk_analysis.walk import samples
from console.exits import CommandError, Exit
from console.progress import follow
from console.shelf import Shelf, shelf
from console.terminal import JsonFlag, complain, emit, out, table
from index.messages import t


def run(
    paths: Annotated[list[Path], typer.Argument(help=t("cli.scan.paths"), metavar="PATH", show_default=False)],
    *,
    jobs: Annotated[
        int, typer.Option("--jobs", min=1, max=256, help=t("cli.scan.jobs"), show_default=False)
    ] = os.cpu_count() or 1,
    apkid: Annotated[bool, typer.Option("--apkid", help=t("cli.scan.apkid"))] = False,
    json: JsonFlag = False,
) -> int:
    """Analyses every sample below the paths, in sorted order."""
    if apkid and find_apkid() is None:
        raise CommandError(t("cli.scan.no_apkid"), Exit.MISSING)
    for path in paths:
        if not path.exists():
            raise CommandError(t("cli.scan.no_such_path", path=path))
    found = list(samples(paths))
    rows = []
    failures = 0
    with shelf() as kept, Pool(workers=min(jobs, len(found) or 1)) as pool:
        for path, result in follow(_analysed(pool, kept, found, jobs), t("cli.scan.progress"), len(found)):
            if isinstance(result, OSError):
                failures += 1
                complain(f"{path}: {result.strerror or result}")
                continue
            shown = _with_opinion(path, result) if apkid else result
            if json:
                emit(document(path, shown))
            else:
                rows.append(_row(path, shown))
    if rows:
        columns = ("path", "package", "version", "label", "signature", "signer", "problems")
        out().print(table([t(f"cli.scan.column.{name}") for name in columns], rows))
    return Exit.FAILURES if failures else Exit.DONE


def _analysed(
    pool: Pool, kept: Shelf, found: Iterable[Path], jobs: int
) -> Iterator[tuple[Path, Fingerprint | OSError]]:
    """Results in order; few are under way at once, however many samples there are."""
    under_way: deque[tuple[Path, Callable[[], Fingerprint]]] = deque()
    for path in found:
        under_way.append((path, _started(pool, kept, path)))
        if len(under_way) > jobs * 4:
            yield _result(*under_way.popleft())
    while under_way:
        yield _result(*under_way.popleft())


def _started(pool: Pool, kept: Shelf, path: Path) -> Callable[[], Fingerprint]:
    """Begins an analysis unless the same bytes are known; the answer waits for it. It may raise OSError."""
    try:
        known = kept.known(path)
    except OSError as error:
        failure = error
        return lambda: _raise(failure)
    if known is not None:
        return lambda: known
    future = pool.submit(path)

    def wait() -> Fingerprint:
        fingerprint = future.result().fingerprint
        kept.keep(fingerprint)
        return fingerprint

    return wait


def _with_opinion(path: Path, fingerprint: Fingerprint) -> Fingerprint:
    """With what APKiD says; that is shown and not kept, since another version of it may say something else."""
    traits, problems = ask_apkid(path)
    return replace(fingerprint, traits=(*fingerprint.traits, *traits), problems=(*fingerprint.problems, *problems))


def _raise(error: OSError) -> Fingerprint:
    raise error


def _result(path: Path, wait: Callable[[], Fingerprint]) -> tuple[Path, Fingerprint | OSError]:
    """The fingerprint, or why the sample could not be opened."""
    try:
        return path, wait()
    except OSError as error:
        return path, error


def document(path: Path, fingerprint: Fingerprint) -> dict[str, Any]:
    """The contract of `scan --json` (docs/schema/scan.json): the fingerprint; its sketches are for programs only."""
    known: dict[str, Any] = msgspec.to_builtins(fingerprint)
    del known["sketches"]
    return {"path": str(path), **known}


def _row(path: Path, fingerprint: Fingerprint) -> tuple[str, ...]:
    signers = fingerprint.signature.signers
    return (
        str(path),
        fingerprint.package or "-",
        fingerprint.version_name or "-",
        fingerprint.label or "-",
        t(f"cli.scan.status.{fingerprint.signature.status}"),
        f"{signers[0].sha256[:12]}… {signers[0].known_test_key or ''}" if signers else "-",
        ", ".join(dict.fromkeys(f"{problem.part}: {problem.kind}" for problem in fingerprint.problems)) or "-",
    )
