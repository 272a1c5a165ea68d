"""What is scheduled in this home: every marketplace, walked and, where it answers, asked for the watch list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from crawler.places import Place
from crawler.schedule.due import Thing
from crawler.schedule.when import WhenError, parse
from index.messages import t
from index.reading import ReadError


def things(places: Iterable[Place], zone: tzinfo) -> list[Thing]:
    """In order of the places. Raises ReadError for an interval that says nothing."""
    found = []
    for place in places:
        own = place.own.interval if place.own else None
        said = own or place.spider.interval
        try:
            when = parse(said, zone)
        except WhenError as error:
            raise ReadError(t("mistake.interval", name=place.name, said=error)) from error
        walked = place.walks or bool(place.own and place.own.queries)
        found += [
            Thing(name=place.name, watch=watch, when=when, said=said, source="settings" if own else "spider")
            for watch in (*([False] if walked else []), *([True] if place.answers else []))
        ]
    return found
