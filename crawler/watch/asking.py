"""The watch list as orders: what every marketplace is asked for in this run, and what there is to ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from crawler.places import Place
from crawler.runs import Order
from crawler.watch.choice import suiting
from crawler.watch.turns import Turns
from crawler.watch.words import Word
from index.model import Run
from index.settings import WatchSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What one marketplace is asked for. Without words it is walked once."""

    place: Place
    words: tuple[Word, ...]
    """Of this turn, in the order in which they are asked."""
    all_words: tuple[Word, ...]
    per_run: int

    @property
    def runs(self) -> int:
        """Within so many runs every word has had its turn."""
        return max(1, ceil(len(self.all_words) / self.per_run))

    def order(self, *, limit: int | None = None, since: str | None = None) -> Order:
        """The order to crawl."""
        queries = tuple(word.text for word in self.words)
        return Order(spider=self.place.spider.name, start=self.place.start, queries=queries, limit=limit, since=since)


def askings(places: Iterable[Place], words: Sequence[Word], turns: Turns, watch: WatchSettings) -> list[Asking]:
    """One for each marketplace that can be asked or walked. Nothing is written down yet."""
    found = []
    for place in places:
        suited = suiting(words, place)
        if suited or place.walks:
            turn = turns.next(place.name, suited, watch.per_run)
            found.append(Asking(place=place, words=tuple(turn), all_words=tuple(suited), per_run=watch.per_run))
    return found


def begin(turns: Turns, asked: Iterable[Asking]) -> None:
    """Call before the runs."""
    for asking in asked:
        if asking.words:
            turns.begin(asking.place.name, [word.text for word in asking.words])


def end(turns: Turns, asked: Sequence[Asking], runs: Sequence[Run]) -> None:
    """Call after the runs, which belong to the first of the askings, one to one. What was broken off keeps its turn."""
    for asking, run in zip(asked, runs, strict=False):
        if asking.words and run.outcome not in {"interrupted", "running"}:
            turns.end(asking.place.name, [word.text for word in asking.words], answered=run.outcome != "blocked")
