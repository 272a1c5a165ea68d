"""As whom pages are asked for. It is declared, kept with every capture, and never disguised."""

from __future__ import annotations

import scrapy

from index.model import Visitor

SESSION = "session"
"""Meta key of requests that go through the operator's own browser session."""


def visitor_of(request: scrapy.Request | None, vantage: str) -> Visitor:
    """As whom a request was sent; `vantage` is the operator's name for the place."""
    if request is None:
        return Visitor(vantage=vantage)
    said = {name: (request.headers.get(name) or b"").decode("latin-1") for name in ("Accept-Language", "User-Agent")}
    return Visitor(
        vantage=vantage,
        lang=said["Accept-Language"],
        agent=said["User-Agent"],
        session=bool(request.meta.get(SESSION)),
    )
