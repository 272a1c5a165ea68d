"""`copycatch show`: one finding, listing or sample with all that is known about it."""

from __future__ import annotations

import re
import webbrowser
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Group

from console.alike import alike
from console.archived_page import captures_of, chosen, write_page
from console.exits import CommandError, Exit
from console.opening import reading
from console.pages import finding_page, listing_page
from console.sample_page import sample_page
from console.standing import standings
from console.terminal import JsonFlag, emit, home, out
from console.ties import ties_of
from index.messages import t
from index.plain import plain
from index.protocol import Index, Kind, Stored

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}Z)?")
PAGES: dict[Kind, Callable[..., Group]] = {
    "findings": finding_page,
    "listings": listing_page,
    "samples": sample_page,
}


def run(
    any_id: Annotated[str, typer.Argument(metavar="ID", help=t("cli.show.id"), show_default=False)],
    *,
    page: Annotated[bool, typer.Option("--page", help=t("cli.show.page"))] = False,
    at: Annotated[str | None, typer.Option(metavar="2026-11-25", help=t("cli.show.at"), show_default=False)] = None,
    open_it: Annotated[bool, typer.Option("--open", help=t("cli.show.open"))] = False,
    json: JsonFlag = False,
) -> int:
    """Prints what is known of one object, or writes its archived page."""
    with reading() as index:
        hit = index.get(any_id)
        if hit is None:
            raise CommandError(t("cli.show.unknown", id=any_id))
        if page or at or open_it:
            return _write_page(index, hit, at, open_it=open_it, json=json)
        beside = {**_beside(index, hit), "similar": alike(index, hit)}
    if json:
        beside["similar"] = beside["similar"] and beside["similar"].document()
        stands = {name: one.document() for name, one in beside.pop("standings").items()}
        emit({"id": hit.id, "kind": hit.kind, "first_seen": hit.first_seen, "last_seen": hit.last_seen,
              "value": hit.value, "standings": stands, **beside})  # fmt: skip
    else:
        out().print(PAGES[hit.kind](hit, **beside))
    return Exit.DONE


def _write_page(index: Index, hit: Stored, at: str | None, *, open_it: bool, json: bool) -> int:
    """The contract of `show --page --json` (docs/schema/show_page.json)."""
    if hit.kind == "samples":
        raise CommandError(t("page.no_listing"))
    if at and not MOMENT.fullmatch(at):
        raise CommandError(t("page.bad_at", given=at))
    listing = str(hit.value["listing_id"]) if hit.kind == "findings" else hit.id
    captures = captures_of(index, listing)
    capture = chosen(captures, at)
    path = write_page(home(), listing, capture)
    if json:
        emit({"id": hit.id, "listing_id": listing, "path": str(path), "capture": capture,
              "captures": [{"taken_at": one.taken_at, "sha256": one.sha256} for one in captures]})  # fmt: skip
    else:
        out().print(plain(t("page.written", at=capture.taken_at, path=path)), soft_wrap=True)
    if open_it:
        webbrowser.open(path.as_uri())
    return Exit.DONE


def _beside(index: Index, hit: Stored) -> dict[str, Any]:
    """What belongs on the same page: findings of a listing, its changes and its ties, listings of a sample."""
    if hit.kind == "listings":
        found = index.search(f'listing_id:"{hit.id}"', limit=100)
        return {
            "findings": found,
            "standings": standings(index, found),
            "history": index.history(hit.id),
            "looks": index.observations(hit.id),
            "supplied": index.supplied([hit.id]).get(hit.id, []),
            "ties": ties_of(index, hit),
        }
    if hit.kind == "samples":
        found = index.search(f'sample_sha256:"{hit.id}"', limit=100)
        return {"findings": found, "standings": standings(index, found)}
    listing = index.get(str(hit.value.get("listing_id")))
    looks = index.observations(listing.id) if listing else []
    supplied = index.supplied([listing.id]).get(listing.id, []) if listing else []
    return {
        "standings": standings(index, [hit]),
        "ties": ties_of(index, listing) if listing else (),
        "looks": looks,
        "supplied": supplied,
    }
