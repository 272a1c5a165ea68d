"""Worker processes for hostile samples: a memory limit, a time limit, renewal. The only owner of processes here."""

from __future__ import annotations

import multiprocessing
import os
import resource
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Timeout
from dataclasses import replace
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from apk_analysis.analyse import Analysis, analyse, bare_fingerprint
from apk_analysis.defects import problem

R = TypeVar("R")
LARGEST_WRITTEN = 2 << 30
"""Bytes of one temporary file (the base of a bundle)."""
SAMPLES_PER_WORKER = 200
"""Then a fresh process takes over, so that leaks of foreign parsers stay small."""


class WorkerLost(Exception):  # noqa: N818 - an outcome of a hostile sample, not an error of the program
    """A worker took too long, needed too much memory or died; `kind` is that of the problem, as the message."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind
        self.detail = detail


class Pool:
    """Analyses samples in limited worker processes; safe to use from several threads.

    A sample that kills its worker, or takes too long, yields its hashes and a problem ('worker', 'killed' or
    'timeout'); the other samples go on.
    """

    work: ClassVar[Callable[[str], Analysis]] = staticmethod(analyse)
    """What a worker does with the path of a sample."""

    def __init__(self, workers: int | None = None, timeout: float = 120.0, memory_mb: int = 768) -> None:
        """`workers`: default one per core. `timeout`: seconds per sample. `memory_mb`: MiB of data per worker."""
        self._workers = workers or os.cpu_count() or 1
        self._timeout = timeout
        self._memory = memory_mb << 20
        self._lock = Lock()
        self._pool = self._start()

    def _start(self) -> Any:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["apk_analysis.analyse"])
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=SAMPLES_PER_WORKER,
            initializer=_limit,
            initargs=(self._memory,),
            context=context,
        )

    def submit(self, path: str | Path) -> Future[Analysis]:
        """The analysis to come. Its result raises OSError only when the sample cannot be opened."""
        outer: Future[Analysis] = Future()
        outer.set_running_or_notify_cancel()
        inner = self._schedule(type(self).work, str(path))
        inner.add_done_callback(lambda done: _pass_on(done, outer, Path(path), self._timeout))
        return outer

    def call(self, work: Callable[..., R], *paths: Path) -> R:
        """What `work` says of samples, in a worker. Raises WorkerLost, and OSError when one cannot be opened."""
        result: R = _outcome(self._schedule(work, *paths), self._timeout)
        return result

    def analyse(self, path: str | Path) -> Analysis:
        """Waits for the analysis. Raises OSError only when the sample cannot be opened."""
        return self.submit(path).result()

    def _schedule(self, work: Callable[..., Any], *paths: str | Path) -> Any:
        with self._lock:
            try:
                return self._pool.schedule(work, args=paths, timeout=self._timeout)
            except RuntimeError:  # the pool itself broke: its manager died with a worker, say
                self._pool.stop()
                self._pool = self._start()
                return self._pool.schedule(work, args=paths, timeout=self._timeout)

    def close(self, *, now: bool = False) -> None:
        """Ends the workers, after what was submitted or, with `now`, at once."""
        if now:
            self._pool.stop()
        else:
            self._pool.close()
        self._pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(now=kind is not None)


def _limit(memory: int) -> None:
    """Runs in each new worker. RLIMIT_DATA rather than RLIMIT_AS, because samples are mapped into memory."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_WRITTEN, LARGEST_WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # parsers print what hostile samples tell them to
        os.dup2(nowhere, stream)


def _pass_on(done: Any, outer: Future[Analysis], path: Path, timeout: float) -> None:
    """Turns the end of a worker's task into an analysis: its own one, or hashes and what happened."""
    try:
        outer.set_result(_result(done, path, timeout))
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits, never lost in a thread
        outer.set_exception(error)


def _result(done: Any, path: Path, timeout: float) -> Analysis:
    try:
        result: Analysis = _outcome(done, timeout)
    except WorkerLost as lost:
        bare = bare_fingerprint(path)
        return Analysis(fingerprint=replace(bare, problems=(problem("worker", lost.kind, lost.detail),)))
    return result


def _outcome(done: Any, timeout: float) -> Any:
    try:
        return done.result()
    except Timeout as error:
        raise WorkerLost("timeout", f"more than {timeout:g} s") from error
    except (ProcessExpired, RuntimeError) as error:
        raise WorkerLost("killed", f"exit code {getattr(error, 'exitcode', None)}") from error
    except MemoryError as error:
        raise WorkerLost("out_of_memory", "") from error
