"""Which words are next: those asked longest ago. So all are asked within a known number of runs, whatever is added."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from crawler.plan_file import PlanFile
from crawler.watch.words import Word, spelling

FORGOTTEN = 400 * 86400.0
"""Seconds after which a word that is not asked for any more is dropped."""


class Turns:
    """When each marketplace was asked for each word, and the turn that is under way."""

    def __init__(self, plan: PlanFile) -> None:
        self._plan = plan

    def asked(self, marketplace: str) -> dict[str, float]:
        """Spelling of a word -> when it was last asked for, in POSIX seconds."""
        with self._plan.reading() as opened:
            rows = opened.execute("SELECT word, at FROM asked WHERE marketplace = ?", (marketplace,))
            return dict(rows.fetchall())

    def next(self, marketplace: str, words: Sequence[Word], most: int) -> list[Word]:
        """The words of the turn that did not end, or else of the next one; at most `most`."""
        under_way = self._under_way(marketplace)
        if held := [word for word in words if word.text in under_way]:
            return held
        asked = self.asked(marketplace)
        order = sorted(range(len(words)), key=lambda at: (asked.get(spelling(words[at].text), 0.0), at))
        return [words[at] for at in sorted(order[:most])]

    def _under_way(self, marketplace: str) -> frozenset[str]:
        with self._plan.reading() as opened:
            row = opened.execute("SELECT words FROM turn WHERE marketplace = ?", (marketplace,)).fetchone()
        try:
            return frozenset(msgspec.json.decode(row[0], type=list[str])) if row else frozenset()
        except msgspec.DecodeError:
            return frozenset()

    def begin(self, marketplace: str, words: Sequence[str]) -> None:
        """The turn begins: until it ends, the same words come up, so that a run that was broken off is resumed."""
        with self._plan.writing() as opened:
            opened.execute(
                "INSERT OR REPLACE INTO turn VALUES (?, ?)", (marketplace, msgspec.json.encode(list(words)).decode())
            )

    def end(self, marketplace: str, words: Sequence[str], *, answered: bool, at: float | None = None) -> None:
        """The turn is over. `answered` False: the marketplace refused us, and the same words come up next time."""
        now = time.time() if at is None else at
        with self._plan.writing() as opened:
            opened.execute("DELETE FROM turn WHERE marketplace = ?", (marketplace,))
            opened.execute("DELETE FROM asked WHERE at < ? OR at > ?", (now - FORGOTTEN, now + FORGOTTEN))
            if answered:
                opened.executemany(
                    "INSERT OR REPLACE INTO asked VALUES (?, ?, ?)", [(marketplace, spelling(w), now) for w in words]
                )
