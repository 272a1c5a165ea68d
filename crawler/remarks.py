"""What a run says about itself: stored without a language, shown in the reader's."""

from __future__ import annotations

import json

from index.messages import t

BUDGETS = ("crawl.budget_pages", "crawl.budget_minutes", "crawl.budget_megabytes")
"""Remarks of a run that ended in order before its end, and goes on next time."""
BY_THE_WAY = (
    "crawl.robots_exempt",
    "crawl.allowed_host",
    "crawl.missing",
    "crawl.retired",
    "crawl.refused_more",
    "crawl.accepted",
    "crawl.rescored_up_to",
    *BUDGETS,
)
"""Remarks that make no run unhealthy."""


def remark(message: str, **values: object) -> str:
    """A remark as it is stored: the id of a message, then its values, if any, as JSON."""
    return f"{message} {json.dumps(values, ensure_ascii=False, default=str)}" if values else message


def spoken(stored: str) -> str:
    """The remark in the reader's language. One that this version does not know, or cannot read, is shown as it is."""
    message, _, values = stored.partition(" ")
    if not message.startswith("crawl."):
        return stored
    try:
        return t(message, **json.loads(values or "{}"))
    except (LookupError, TypeError, ValueError):
        return stored


def values(stored: str, message: str) -> dict[str, object]:
    """The values of a remark of that message; empty for any other, and for one that cannot be read."""
    name, _, written = stored.partition(" ")
    try:
        found = json.loads(written) if name == message else {}
    except ValueError:
        found = {}
    return found if isinstance(found, dict) else {}


def by_the_way(stored: str) -> bool:
    """Whether the remark only informs, and is no reason why the run is unhealthy."""
    return stored.partition(" ")[0] in BY_THE_WAY
