"""`copycatch scan`: fingerprints of samples on disk."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Annotated, Any

import typer

from apk_analysis.analyse import Analysis
from apk_analysis.fingerprint import Fingerprint, Signer
from apk_analysis.pool import Pool
from apk_analysis.walk import samples
from console.exits import CommandError, Exit
from console.progress import follow
from console.terminal import JsonFlag, complain, emit, out, table
from index.messages import t


def run(
    paths: Annotated[list[Path], typer.Argument(help=t("cli.scan.paths"), metavar="PATH", show_default=False)],
    *,
    jobs: Annotated[
        int, typer.Option("--jobs", min=1, max=256, help=t("cli.scan.jobs"), show_default=False)
    ] = os.cpu_count() or 1,
    json: JsonFlag = False,
) -> int:
    """Analyses every sample below the paths, in sorted order."""
    for path in paths:
        if not path.exists():
            raise CommandError(t("cli.scan.no_such_path", path=path))
    found = list(samples(paths))
    rows = []
    failures = 0
    with Pool(workers=min(jobs, len(found) or 1)) as pool:
        for path, result in follow(_analysed(pool, found, jobs), t("cli.scan.progress"), len(found)):
            if isinstance(result, OSError):
                failures += 1
                complain(f"{path}: {result.strerror or result}")
            elif json:
                emit(document(path, result))
            else:
                rows.append(_row(path, result))
    if rows:
        columns = ("path", "package", "version", "label", "signature", "signer", "problems")
        out().print(table([t(f"cli.scan.column.{name}") for name in columns], rows))
    return Exit.FAILURES if failures else Exit.DONE


def _analysed(pool: Pool, found: Iterable[Path], jobs: int) -> Iterator[tuple[Path, Fingerprint | OSError]]:
    """Results in order; few are under way at once, however many samples there are."""
    under_way: deque[tuple[Path, Future[Analysis]]] = deque()
    for path in found:
        under_way.append((path, pool.submit(path)))
        if len(under_way) > jobs * 4:
            yield _result(*under_way.popleft())
    while under_way:
        yield _result(*under_way.popleft())


def _result(path: Path, future: Future[Analysis]) -> tuple[Path, Fingerprint | OSError]:
    """The fingerprint, or why the sample could not be opened."""
    try:
        return path, future.result().fingerprint
    except OSError as error:
        return path, error


def document(path: Path, fingerprint: Fingerprint) -> dict[str, Any]:
    """The contract of `scan --json` (docs/schema/scan.json)."""
    return {
        "path": str(path),
        "sha256": fingerprint.sha256,
        "size": fingerprint.size,
        "package": fingerprint.package,
        "version_code": fingerprint.version_code,
        "version_name": fingerprint.version_name,
        "label": fingerprint.label,
        "labels": fingerprint.labels,
        "signature": {
            "status": fingerprint.signature.status,
            "schemes": fingerprint.signature.schemes,
            "signers": [_signer(signer) for signer in fingerprint.signature.signers],
        },
        "traits": fingerprint.traits,
        "problems": fingerprint.problems,
    }


def _signer(signer: Signer) -> dict[str, str]:
    return {name: getattr(signer, name) for name in ("sha256", "sha1", "md5", "subject", "public_key_sha256")}


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
