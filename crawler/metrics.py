"""What the last run of each marketplace was like, for Prometheus' node_exporter (textfile collector).

`logs/metrics/<marketplace>.prom`, replaced by the next run of that marketplace; written beside and renamed, so that
the collector never reads half a file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from index.home import Home
from index.model import Run

HEALTHY = "copycatch_last_healthy_timestamp_seconds"
OUTCOMES = ("healthy", "unhealthy", "blocked", "interrupted")
_KNOWN = re.compile(rf"^{HEALTHY}\{{[^\n]{{0,2000}}\}} ([0-9.]{{1,20}})$", re.MULTILINE)


def write_metrics(home: Home, run: Run) -> Path:
    """Writes the file of a run that ended. Raises OSError."""
    folder = home.logs / "metrics"
    folder.mkdir(mode=0o755, exist_ok=True)
    path = folder / f"{_file_name(run.marketplace)}.prom"
    before = ""
    with suppress(OSError, UnicodeDecodeError):
        before = path.read_text("utf-8")
    known = _KNOWN.search(before)
    text = "".join(_lines(run, float(known[1]) if known else None))
    beside = path.with_suffix(f".{os.getpid()}.tmp")
    beside.write_text(text, "utf-8")
    beside.chmod(0o644)  # the collector is another user
    beside.replace(path)
    return path


def _file_name(marketplace: str) -> str:
    digest = blake2b(marketplace.encode("utf-8", "replace"), digest_size=4).hexdigest()
    return f"{re.sub('[^A-Za-z0-9_.-]', '_', marketplace)[:80]}-{digest}"


def _lines(run: Run, last_healthy: float | None) -> Iterator[str]:
    own = {"marketplace": run.marketplace, "spider": run.spider}
    began, ended = _seconds(run.started_at), _seconds(run.finished_at or run.started_at)
    yield from _family("copycatch_run_ended_timestamp_seconds", "When the last run ended.", [(own, ended)])
    yield from _family("copycatch_run_duration_seconds", "From begin to end, pauses included.", [(own, ended - began)])
    outcomes = [({**own, "outcome": name}, float(run.outcome == name)) for name in OUTCOMES]
    yield from _family("copycatch_run_outcome", "1 for the outcome of the last run.", outcomes)
    if run.outcome == "healthy":
        last_healthy = ended
    if last_healthy is not None:
        yield from _family(HEALTHY, "When the last healthy run ended.", [(own, last_healthy)])
    counts = [({**own, "what": name}, float(n)) for name, n in sorted(run.counts.items())]
    yield from _family("copycatch_run_count", "Pages, listings, samples, findings, ... of the last run.", counts)
    problems = [({**own, "kind": name}, float(n)) for name, n in sorted(run.problems.items())]
    yield from _family("copycatch_run_problems", "Problems of the last run, by kind.", problems)
    if listings := run.counts.get("listings", 0):
        fills = [({**own, "field": name}, n / listings) for name, n in sorted(run.fills.items())]
        yield from _family("copycatch_run_fill_ratio", "Share of listings in which a field was filled.", fills)


def _family(name: str, help_text: str, values: list[tuple[dict[str, str], float]]) -> Iterator[str]:
    if values:
        yield f"# HELP {name} {help_text}\n# TYPE {name} gauge\n"
    for labels, value in values:
        said = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{{{said}}} {value:.17g}\n"


def _escaped(text: str) -> str:
    plain = text.encode("utf-8", "replace").decode()
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", " ")


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()
