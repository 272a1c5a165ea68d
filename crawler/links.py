"""The links of a page in one piece: most pages of a site lead to the same others, which must cost next to nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import scrapy


@dataclass(frozen=True, slots=True)
class Links:
    """Pages to visit, as if a request for each had been yielded, in this order; no request is made for known ones."""

    urls: Sequence[str]
    callback: Callable[..., Any]
    """A method of the spider."""
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Its arguments beside the response, as plain JSON values."""

    def request(self, url: str) -> scrapy.Request:
        """What stands for one of them. Raises ValueError for what is no address."""
        return scrapy.Request(url, callback=self.callback, cb_kwargs=dict(self.kwargs))


def singly(output: Iterable[Any]) -> Iterator[Any]:
    """What a callback yields, with a request for each link, for whoever looks at things one by one."""
    for thing in output:
        if isinstance(thing, Links):
            yield from map(thing.request, thing.urls)
        else:
            yield thing
