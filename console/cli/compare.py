"""`copycatch compare`: what two samples are to each other, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apk_analysis.compare import Comparison, compare, compare_fingerprints
from apk_analysis.fingerprint import ANALYSER_VERSION, Fingerprint
from apk_analysis.pool import Pool, WorkerLost
from console.compare_page import compare_page
from console.exits import CommandError, Exit
from console.opening import reading
from console.terminal import JsonFlag, emit, out
from index.messages import t

MEMORY_MB, SECONDS = 1_536, 300.0
"""Limits of the worker: it holds two apps at once."""


def run(
    first: Annotated[str, typer.Argument(metavar="A", help=t("cli.compare.sample"), show_default=False)],
    second: Annotated[str, typer.Argument(metavar="B", help=t("cli.compare.sample"), show_default=False)],
    *,
    json: JsonFlag = False,
) -> int:
    """Two files are compared whole; where one is known only by what was stored, sketches are compared."""
    found = _compared(first, second)
    if json:
        emit(found)
    else:
        out().print(compare_page(found, (first, second)))
    return Exit.DONE


def _compared(first: str, second: str) -> Comparison:
    paths = [Path(name) for name in (first, second)]
    if not any(path.exists() for path in paths):
        return compare_fingerprints(_stored(first), _stored(second))
    with Pool(workers=1, timeout=SECONDS, memory_mb=MEMORY_MB) as pool:
        try:
            if all(path.exists() for path in paths):
                return pool.call(compare, *paths)
            prints = [
                pool.analyse(path).fingerprint if path.exists() else _stored(name)
                for path, name in zip(paths, (first, second), strict=True)
            ]
        except (WorkerLost, OSError) as error:
            raise CommandError(t("cli.compare.failed", reason=error)) from error
    return compare_fingerprints(prints[0], prints[1])


def _stored(any_id: str) -> Fingerprint:
    """The fingerprint in the index. Raises CommandError when there is none."""
    with reading() as index:
        hit = index.get(any_id)
        known = index.sample(hit.id, ANALYSER_VERSION) if hit is not None and hit.kind == "samples" else None
    if known is None:
        raise CommandError(t("cli.compare.unknown", id=any_id))
    return known
