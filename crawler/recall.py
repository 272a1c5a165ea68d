"""Pages of a run against what earlier runs remember of them: what need not be asked for, asked in full, or read again.

A page that has not changed counts as read: its listings are seen again, and the pages it leads to are visited as if its
callback had yielded them. Whatever the index does not have is read in full.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

import scrapy

from crawler.frontier import Waiting
from crawler.memory import Child, Memory, Remembered, Said, key_of, looked
from crawler.page import Page
from crawler.problems import Typed
from crawler.revisit import believed, due_at, resting
from crawler.tally import Tally
from index.protocol import Glance, Index, IndexUnavailable
from index.times import utc

logger = logging.getLogger(__name__)

UNREADABLE = frozenset({"callback_broken", "carry_failed", "not_a_listing"})
"""Problems of ours: the page is read again next time."""
MOST_PROBLEMS = 200


class Unchanged(Typed):
    """Raised in place of an answer: the page is as it was remembered."""

    kind = "unchanged"


class Recall:
    """What one run does with the memory of pages. Without a memory that works it forgets everything, and goes on."""

    def __init__(
        self,
        memory: Memory | None,
        index: Index,
        tally: Tally,
        *,
        again: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`again`: every page is asked for and read in full, and remembered anew."""
        self._memory, self._index, self._tally = memory, index, tally
        self._again, self._clock = again, clock

    def of(self, page: Page) -> Remembered | None:
        """What is remembered of the page, as far as it can be relied on today."""
        if self._memory is None or self._again or page.forgotten:
            return None
        try:
            known = self._memory.get(key_of(page.task.request))
        except IndexUnavailable as error:
            self._give_up(error)
            return None
        return known if known and believed(known.read_at, self._clock(), known.share) else None

    def resting(self, page: Page) -> bool:
        """Whether the page need not even be asked for: it shows one listing, which is not due for another look.

        Pages that a run begins with, and lists, are always asked for: new listings are found there.
        """
        known = page.known
        if known is None or page.task.depth == 0 or len(known.said.listings) != 1:
            return False
        return resting(known.due_at, known.looked_at, self._clock())

    def settle(self, pages: Sequence[Page]) -> None:
        """Called with finished pages, before they are acknowledged. Raises IndexUnavailable."""
        recalled = [page for page in pages if page.recalled]
        read = [page for page in pages if _memorable(page)]
        ids = {name for page in recalled for name in _listings(page)} | {
            name for page in read for name in page.listings
        }
        glances = self._index.see_again(ids, at=utc(self._clock())) if ids else {}
        for page in recalled:
            page.forgotten = not glances.keys() >= _listings(page).keys()
        self._see(recalled, glances)
        # A listing that was refused, or left out by the order, is not there: such a page would be read in full anyway.
        self._remember(pages, [page for page in read if glances.keys() >= page.listings.keys()], glances)

    def _see(self, pages: Iterable[Page], glances: dict[str, Glance]) -> None:
        for page in pages:
            for name, filled in ({} if page.forgotten else _listings(page)).items():
                if name in self._tally.seen:
                    continue
                self._tally.sighted(name, b"")
                for count in ("listings", "unchanged", glances[name].verdict):
                    self._tally.count(count)
                for field in filled:
                    self._tally.filled(field)

    def _remember(self, pages: Sequence[Page], read: Sequence[Page], glances: dict[str, Glance]) -> None:
        if self._memory is None:
            return
        now = self._clock()
        touched, gone = [], []
        kept = set(map(id, read))
        for page in pages:
            if page.recalled and not page.forgotten and page.known is not None:
                due = self._due(page.known.key, _listings(page), glances, now) if page.asked else page.known.due_at
                touched.append(looked(page.known, at=now if page.asked else page.known.looked_at, due=due))
            elif page.failed in {None, "not_found"} and id(page) not in kept:
                gone.append(key_of(page.task.request))
        try:
            self._memory.keep([self._page(page, glances, now) for page in read], forget=gone, now=now)
            self._memory.touch(touched, now=now)
        except IndexUnavailable as error:
            self._give_up(error)

    def _page(self, page: Page, glances: dict[str, Glance], now: float) -> Remembered:
        answer, key = page.answer, key_of(page.task.request)
        assert answer is not None  # noqa: S101 - _memorable asked
        said = Said(
            url=answer.url,
            digest=answer.digest,
            etag=answer.etag,
            modified=answer.modified,
            listings=page.listings,
            children=tuple(Child(each.request, each.fingerprint, each.priority) for each in page.children),
            problems=tuple(page.problems),
        )
        return Remembered(key, said, now, now, self._due(key, page.listings, glances, now))

    def _due(self, key: bytes, listings: Iterable[str], glances: dict[str, Glance], now: float) -> float:
        known = [glances[name] for name in listings if name in glances]
        return due_at(known, now, key[0] / 255)

    def _give_up(self, error: IndexUnavailable) -> None:
        logger.warning("pages are not remembered any more: %s", error)
        self._tally.problem("page_memory_broken")
        self._memory = None

    def close(self) -> None:
        """Gives the memory back."""
        if self._memory is not None:
            try:
                self._memory.close(now=self._clock())
            except IndexUnavailable as error:
                self._give_up(error)


def open_recall(path: Path, reader: str, index: Index, tally: Tally, *, again: bool) -> Recall:
    """The memory at `path` for one run; one that cannot be used is a problem of the run, and not its end."""
    memory = None
    try:
        memory = Memory(path, reader)
    except (IndexUnavailable, OSError) as error:
        logger.warning("pages are not remembered: %s", error)
        tally.problem("page_memory_broken")
    return Recall(memory, index, tally, again=again)


def recalled(page: Page) -> None:
    """The page says what it said before."""
    known = page.known
    assert known is not None  # noqa: S101 - Unchanged is raised about known pages only
    page.recalled = True
    page.problems = list(known.said.problems)
    depth = page.task.depth + 1
    page.children = [
        Waiting(request=each.request, fingerprint=each.fingerprint, priority=each.priority, depth=depth)
        for each in known.said.children
    ]


def _memorable(page: Page) -> bool:
    """Whether all that the page says was read and stored."""
    return (
        page.answer is not None
        and page.whole
        and page.failed is None
        and not page.recalled
        and len(page.problems) <= MOST_PROBLEMS
        and not any(problem.kind in UNREADABLE for problem in page.problems)
    )


def _listings(page: Page) -> dict[str, tuple[str, ...]]:
    return page.known.said.listings if page.known is not None else {}


def reader_of(spider: type[scrapy.Spider], rules: str) -> str:
    """Names the code that reads pages of the spider, and the rules: with other ones, every page is read anew."""
    digest = blake2b(rules.encode(), digest_size=8)
    here = Path(__file__).parent
    named = (getattr(sys.modules.get(each.__module__), "__file__", None) for each in spider.__mro__)
    modules = {Path(name) for name in named if name}
    for path in sorted({*(here / "families").glob("*.py"), *modules}):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
