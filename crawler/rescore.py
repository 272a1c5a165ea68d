"""Re-scoring: the whole index is judged anew after a rule, a lexicon, the model or a profile changed.

It goes through the listings in order of id, in short transactions. Where it stands is kept as a run of the index, so
that the same call goes on where a killed one was; other rules begin anew, because the first half would be old.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import detection
from crawler.rejudge import Change, Rejudge
from crawler.remarks import remark, values
from crawler.runs import Order, run_id
from index.allowed import AllowedList
from index.home import Home
from index.model import Run
from index.open import open_allowed, open_index, open_registry
from index.profiles import Profile, load_profiles
from index.protocol import Index, Stored
from index.reading import encode
from index.registry.model import REGISTERS, Registry
from index.settings import Settings
from index.times import utc

SPIDER = "rescore"
BATCH = 100
"""Listings of one transaction."""
UP_TO = "crawl.rescored_up_to"
RULES = (".py", ".yml", ".json", ".npz", ".bin")
"""Files of detection that decide about a judgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescored:
    """What re-scoring did."""

    run: Run
    resumed: bool
    """Whether an unfinished run of the same query and rules went on."""


def rescore(
    *,
    home: Home,
    settings: Settings,
    query: str = "*",
    tell: Callable[[list[Change], int], object] = lambda *_: None,
) -> Rescored:
    """Judges all listings that `query` finds; `tell`s after every batch which findings changed, and how many are done.

    Raises HomeError, IndexUnavailable, QueryError, ReadError.
    """
    profiles, registry, allowed = load_profiles(home.brands), open_registry(home), open_allowed(home)
    with closing(open_index(home.prepare(), settings.index)) as index:
        index.count(query, kind="listings")  # a query that cannot be understood is said before anything is recorded
        start = (query, rules_digest(profiles), *_copies(registry), *_entries(allowed))
        unfinished = _unfinished(index, start)
        run = unfinished or Run(
            id=run_id(Order(spider=SPIDER, start=start)),
            marketplace=SPIDER,
            spider=SPIDER,
            started_at=utc(),
            start=start,
        )
        index.record_run(run)
        try:
            for further, changes in _walk(index, Rejudge(index, profiles, run.id, registry, allowed), run):
                run = further
                tell(changes, run.counts["listings"])
        except BaseException:
            index.record_run(replace(run, finished_at=utc(), outcome="interrupted"))
            raise
        run = replace(run, finished_at=utc(), outcome="healthy", remarks=())
        index.record_run(run)
        return Rescored(run=run, resumed=unfinished is not None)


def _walk(index: Index, rejudge: Rejudge, run: Run) -> Iterator[tuple[Run, list[Change]]]:
    counts = Counter(dict.fromkeys(("listings", "new", "dropped", "verdict"), 0) | run.counts)
    rest = _rest(index, run)
    while listings := list(islice(rest, BATCH)):
        changes = rejudge.batch(listings)
        counts.update({"listings": len(listings)} | Counter(change.what for change in changes))
        run = replace(run, counts=dict(counts), remarks=(remark(UP_TO, id=listings[-1].id),))
        index.record_run(run)
        yield run, changes


def _rest(index: Index, run: Run) -> Iterator[Stored]:
    """The listings that this run has not judged yet: those whose id comes after the last one."""
    last = next((str(said["id"]) for stored in run.remarks if (said := values(stored, UP_TO))), "")
    return (stored for stored in index.scan(run.start[0], kind="listings") if stored.id > last)


def _unfinished(index: Index, start: tuple[str, ...]) -> Run | None:
    """The last run of this query, if it did not end and judged by the same rules."""
    last = next((run for run in index.runs(SPIDER, limit=1)), None)
    ended = last is None or last.start != start or last.outcome == "healthy"
    return None if ended or last is None else replace(last, finished_at=None, outcome="running")


def _entries(allowed: AllowedList) -> Iterator[str]:
    """What names the state of the allow-list, where there is one."""
    if allowed:
        yield f"allowed {allowed.digest}"


def _copies(registry: Registry | None) -> Iterator[str]:
    """Names what our copies of the registers hold."""
    for state in (registry.state(register) for register in REGISTERS) if registry else ():
        if state is not None:
            yield f"{state.register}:{state.records}:{state.date}"


def rules_digest(profiles: Mapping[str, Profile]) -> str:
    """Names the rules: the code and data of detection, the taxonomy, and the brand profiles."""
    digest = hashlib.blake2b(digest_size=8)
    folder = Path(detection.__file__).parent
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in RULES and "training" not in path.parts]
    for path in (*files, *sorted((folder.parent / "index").glob("taxonom*.yml"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update(encode(dict(sorted(profiles.items()))))
    return digest.hexdigest()
