"""A team's index that may be away for a while: what is written meanwhile waits on this machine, and then goes first."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, cast

from apk_analysis.fingerprint import Fingerprint
from index.ids import listing_id
from index.messages import t
from index.model import Observation, Picture, Run, Supplied, View
from index.protocol import Glance, Index, IndexUnavailable, Judged, Put
from index.spool.files import Spool
from index.spool.kept import Kept, perform

PAUSE, LONGEST = 2.0, 60.0
"""Seconds until a server that was away is asked again, at first and at most: each time twice as long."""
AT_EASE = 4
"""So many times as long as it took to learn that it is away, at least: a crawl waits for a server that hangs, and
would do little else."""

OFTEN = frozenset({"neighbours", "pictures", "views", "history", "sample"})
"""Questions asked of every listing: while the server is away they are not passed on each time."""

logger = logging.getLogger(__name__)


class SpooledIndex:
    """`index.protocol.Index`: writes never fail because the server is away, reads say that it is.

    What waits is written before anything else is, so that the order stays. Questions that this class does not name are
    passed on as they are.
    """

    def __init__(self, index: Index, spool: Spool, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Writes what waits from earlier, as far as the server takes it. Raises OSError, and closes the index then."""
        self._index = index
        self._spool = spool
        self._clock = clock
        self._again_at = 0.0
        self._pause = PAUSE
        self._why = ""
        try:
            self._ready()
        except BaseException:
            index.close()
            raise

    def put(self, judged: Sequence[Judged], *, run_id: str, at: str) -> list[Put]:
        """See the protocol."""
        done, outcomes = self._write(Kept(call="put", judged=tuple(judged), run_id=run_id, at=at))
        return cast("list[Put]", outcomes) if done else _kept(judged)

    def rejudge(self, judged: Sequence[Judged], *, run_id: str, at: str) -> list[Put]:
        """See the protocol."""
        done, outcomes = self._write(Kept(call="rejudge", judged=tuple(judged), run_id=run_id, at=at))
        return cast("list[Put]", outcomes) if done else _kept(judged)

    def see_again(self, listing_ids: Iterable[str], *, at: str) -> dict[str, Glance]:
        """See the protocol; nothing is known of listings while the server is away."""
        done, glances = self._write(Kept(call="see_again", ids=tuple(listing_ids), at=at))
        return cast("dict[str, Glance]", glances) if done else {}

    def put_pictures(self, pictures: Sequence[Picture]) -> None:
        """See the protocol."""
        self._write(Kept(call="put_pictures", pictures=tuple(pictures)))

    def put_sample(self, fingerprint: Fingerprint, *, at: str) -> None:
        """See the protocol."""
        self._write(Kept(call="put_sample", sample=fingerprint, at=at))

    def observe(self, observations: Sequence[Observation]) -> None:
        """See the protocol."""
        self._write(Kept(call="observe", observations=tuple(observations)))

    def put_views(self, views: Sequence[View]) -> None:
        """See the protocol."""
        self._write(Kept(call="put_views", views=tuple(views)))

    def put_supplied(self, supplied: Sequence[Supplied]) -> None:
        """See the protocol."""
        self._write(Kept(call="put_supplied", supplied=tuple(supplied)))

    def record_run(self, run: Run) -> None:
        """See the protocol."""
        self._write(Kept(call="record_run", run=run))

    def status(self) -> dict[str, object]:
        """See the protocol; `waiting`: calls that wait on this machine."""
        found: dict[str, object] = self._ask("status")
        return {**found, "waiting": len(self._spool.waiting())}

    def close(self) -> None:
        """Writes what waits, as far as the server takes it, and releases everything."""
        self._again_at = 0.0
        self._ready()
        self._index.close()

    def __getattr__(self, name: str) -> Any:
        """A question, asked once what waits is written."""
        found = getattr(self._index, name)
        return partial(self._ask, name) if callable(found) else found

    def _ask(self, name: str, *args: Any, **options: Any) -> Any:
        if name not in OFTEN:
            self._again_at = 0.0
        if not self._ready() and self._clock() < self._again_at:
            raise IndexUnavailable(t("spool.away", why=self._why))
        with self._trying():
            return getattr(self._index, name)(*args, **options)

    def _write(self, kept: Kept) -> tuple[bool, object]:
        """Whether the call was made, and what it returned; else it waits now. Raises IndexUnavailable where nothing
        more can wait.
        """
        if self._ready():
            with suppress(IndexUnavailable):
                return True, self._perform(kept)
        self._spool.keep(kept)
        return False, None

    def _ready(self) -> bool:
        """Whether nothing waits any more, so that the server may be written to."""
        if self._clock() < self._again_at:
            return False
        if waiting := len(self._spool.waiting()):
            try:
                if not self._spool.carry_out(self._perform):
                    return False
            except IndexUnavailable:
                return False
            logger.warning("%s", t("spool.done", count=waiting))
        self._pause = PAUSE
        return True

    def _perform(self, kept: Kept) -> object:
        with self._trying():
            return perform(self._index, kept)

    @contextmanager
    def _trying(self) -> Iterator[None]:
        """Speaks to the server; where it is away, says so and leaves it alone for a while."""
        begun = self._clock()
        try:
            yield
        except IndexUnavailable as error:
            logger.warning("%s", t("spool.away", why=error))
            self._why = str(error)
            now = self._clock()
            self._again_at = now + max(self._pause, AT_EASE * (now - begun))
            self._pause = min(2 * self._pause, LONGEST)
            raise


def _kept(judged: Sequence[Judged]) -> list[Put]:
    return [Put(id=listing_id(one.listing.marketplace, one.listing.native_id), outcome="kept") for one in judged]
