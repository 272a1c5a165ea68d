"""The watch list of this home: opened for a crawl, or to be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from console.exits import CommandError
from console.terminal import remark
from crawler.declarations import declared
from crawler.places import Place, places
from crawler.plan_file import PlanFile
from crawler.watch.asking import Asking, askings
from crawler.watch.turns import Turns
from crawler.watch.words import watched_words
from index.home import Home
from index.messages import t
from index.profiles import load_profiles
from index.settings import Settings


@contextmanager
def watching(home: Home, settings: Settings, name: str | None) -> Iterator[tuple[list[Asking], Turns]]:
    """What each marketplace, or the one called `name`, is asked for next. Raises CommandError, ReadError."""
    found = places(settings, declared())
    if name is not None:
        found = [one_of(found, name)]
    words = watched_words(load_profiles(home.brands), settings.watch)
    plan = PlanFile(home.prepare().plan)
    try:
        turns = Turns(plan)
        asked = askings(found, words, turns, settings.watch)
        if name is not None and not asked:
            raise CommandError(t("watch.nothing_to_ask", name=name))
        for place in found:
            if place.spider.searches() and not place.searches:
                remark(t("watch.needs_exemption", name=place.name))
        yield asked, turns
    finally:
        plan.close()


def one_of(found: list[Place], name: str) -> Place:
    """The place of that name. Raises CommandError."""
    chosen = next((place for place in found if place.name == name), None)
    if chosen is None:
        raise CommandError(t("watch.unknown", name=name, known=", ".join(place.name for place in found)))
    return chosen
