"""`copycatch show`: one finding, listing or sample with all that is known about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Group

from console.exits import CommandError, Exit
from console.opening import reading
from console.pages import finding_page, listing_page
from console.sample_page import sample_page
from console.terminal import JsonFlag, emit, out
from console.ties import ties_of
from index.messages import t
from index.protocol import Index, Kind, Stored

PAGES: dict[Kind, Callable[..., Group]] = {
    "findings": finding_page,
    "listings": listing_page,
    "samples": sample_page,
}


def run(
    any_id: Annotated[str, typer.Argument(metavar="ID", help=t("cli.show.id"), show_default=False)],
    *,
    json: JsonFlag = False,
) -> int:
    """Prints the page of one object."""
    with reading() as index:
        hit = index.get(any_id)
        if hit is None:
            raise CommandError(t("cli.show.unknown", id=any_id))
        beside = _beside(index, hit)
    if json:
        emit({"id": hit.id, "kind": hit.kind, "first_seen": hit.first_seen, "last_seen": hit.last_seen,
              "value": hit.value, **beside})  # fmt: skip
    else:
        out().print(PAGES[hit.kind](hit, **beside))
    return Exit.DONE


def _beside(index: Index, hit: Stored) -> dict[str, Any]:
    """What belongs on the same page: findings of a listing, its changes and its ties, listings of a sample."""
    if hit.kind == "listings":
        query = f'listing_id:"{hit.id}"'
        return {
            "findings": index.search(query, limit=100),
            "history": index.history(hit.id),
            "ties": ties_of(index, hit),
        }
    if hit.kind == "samples":
        return {"findings": index.search(f'sample_sha256:"{hit.id}"', limit=100)}
    listing = index.get(str(hit.value.get("listing_id")))
    return {"ties": ties_of(index, listing) if listing else ()}
