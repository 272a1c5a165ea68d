"""One thing that was to be written to the index: a call of `index.protocol.Index`, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from apk_analysis.fingerprint import Fingerprint
from index.model import Observation, Picture, Run, Supplied, View
from index.protocol import Index, Judged

Call = Literal[
    "put", "rejudge", "see_again", "put_pictures", "put_sample", "observe", "put_views", "put_supplied", "record_run"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The call with its arguments; those that it does not have are empty."""

    call: Call
    at: str = ""
    run_id: str = ""
    judged: tuple[Judged, ...] = ()
    ids: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    sample: Fingerprint | None = None
    observations: tuple[Observation, ...] = ()
    views: tuple[View, ...] = ()
    supplied: tuple[Supplied, ...] = ()
    run: Run | None = None


def perform(index: Index, kept: Kept) -> object:
    """Makes the call, and returns what it returns. Raises IndexUnavailable."""
    calls: dict[Call, Callable[[], object]] = {
        "put": lambda: index.put(kept.judged, run_id=kept.run_id, at=kept.at),
        "rejudge": lambda: index.rejudge(kept.judged, run_id=kept.run_id, at=kept.at),
        "see_again": lambda: index.see_again(kept.ids, at=kept.at),
        "put_pictures": lambda: index.put_pictures(kept.pictures),
        "put_sample": lambda: index.put_sample(kept.sample, at=kept.at) if kept.sample else None,
        "observe": lambda: index.observe(kept.observations),
        "put_views": lambda: index.put_views(kept.views),
        "put_supplied": lambda: index.put_supplied(kept.supplied),
        "record_run": lambda: index.record_run(kept.run) if kept.run else None,
    }
    return calls[kept.call]()
