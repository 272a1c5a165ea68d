"""What did not reach the team's index: said wherever somebody asks how things are."""

from __future__ import annotations

from console.terminal import complain, home
from index.messages import t
from index.spool.files import backlog


def tell_backlog() -> bool:
    """Complains of what waits on this machine and of what was refused for good; False where there is neither."""
    place = home()
    waiting, unreadable = backlog(place.spool)
    if waiting:
        complain(t("spool.waits", count=waiting, path=place.spool))
    if unreadable:
        complain(t("spool.unreadable", count=unreadable, path=place.spool))
    if refused := place.rejected.exists():
        complain(t("spool.rejected", path=place.rejected))
    return bool(waiting or unreadable or refused)
