"""`copycatch search`: findings, listings and samples by query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from console.exits import Exit
from console.opening import reading
from console.page_parts import head_of
from console.runs import NARROW
from console.standing import NOTHING, Standings, standings
from console.terminal import JsonFlag, emit, out, remark, table
from console.words import chance
from index.messages import language, t
from index.protocol import Facet, Kind, Stored
from takedown.columns import allowed, evidence_of

COLUMNS: dict[Kind, tuple[str, ...]] = {
    "findings": ("id", "verdict", "title", "why", "marketplace"),
    "listings": ("id", "title", "seller", "price", "marketplace", "last_seen"),
    "samples": ("id", "package", "version", "label", "signature", "last_seen"),
}

WIDE = {"title": 3, "why": 5, "marketplace": 2, "seller": 2, "package": 3, "label": 3}
"""Columns that take several lines, and their share of the room."""
SHORT_ID = 13
"""Characters of an id that are shown; enough for `copycatch show`."""


def run(
    query: Annotated[str, typer.Argument(help=t("cli.search.query"))] = "*",
    *,
    kind: Annotated[Kind, typer.Option(help=t("cli.search.kind"))] = "findings",
    sort: Annotated[str | None, typer.Option(help=t("cli.search.sort"), show_default=False)] = None,
    facet: Annotated[str | None, typer.Option(help=t("query.facet"), show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help=t("cli.search.limit"))] = 20,
    json: JsonFlag = False,
) -> int:
    """Prints the hits in order."""
    with reading() as index:
        total = index.count(query, kind=kind)
        values = index.facet(query, facet, kind=kind, limit=limit) if facet else []
        hits = [] if facet else index.search(query, kind=kind, sort=sort, limit=limit)
        stands = standings(index, hits, let_pass=False) if kind == "findings" and not json else NOTHING
    if json:
        counted = {"facet": {"field": facet, "values": values}} if facet else {}
        emit({"query": query, "kind": kind, "total": total, "hits": hits, **counted})
        return Exit.DONE
    if facet:
        _show(facet, values, total)
        return Exit.DONE
    if hits:
        headings = {name: t(f"cli.search.column.{name}") for name in COLUMNS[kind]}
        wide = {headings[name]: share for name, share in WIDE.items() if name in headings}
        console = out()
        console.print(
            table(list(headings.values()), _rows(kind, hits, stands), wide=wide, dense=console.width < NARROW)
        )
    remark(t("cli.search.shown", shown=len(hits), total=total))
    return Exit.DONE


def _show(field: str, values: list[Facet], total: int) -> None:
    if values:
        rows = ((one.value, str(one.count)) for one in values)
        out().print(table([field, t("query.facet_count")], rows))
    remark(t("query.facet_shown", field=field, shown=len(values), total=total))


def _rows(kind: Kind, hits: list[Stored], stands: Standings) -> Iterator[tuple[Any, ...]]:
    look = {"findings": lambda hit: _finding(hit, stands), "listings": _listing, "samples": _sample}[kind]
    for hit in hits:
        yield hit.id[:SHORT_ID], *look(hit)


def _text(value: dict[str, Any], name: str) -> str:
    return str(value.get(name) or "-")


def _finding(hit: Stored, stands: Standings) -> tuple[Any, ...]:
    value: dict[str, Any] = hit.value
    reasons = [str(evidence.get(language()) or "") for evidence in evidence_of(value)]
    why = f"{chance(value.get('probability'))} {'; '.join((*allowed(value, language()), *reasons[:2]))}"
    return head_of(hit, stands), _text(value, "title"), why, _text(value, "marketplace")


def _listing(hit: Stored) -> tuple[str, ...]:
    value: dict[str, Any] = hit.value
    return (*(_text(value, name) for name in ("title", "seller", "price", "marketplace")), _day(value))


def _sample(hit: Stored) -> tuple[str, ...]:
    value: dict[str, Any] = hit.value
    signature = value.get("signature") or {}
    named = (_text(value, name) for name in ("package", "version_name", "label"))
    return (*named, t(f"cli.scan.status.{signature.get('status', 'unknown')}"), _day(value))


def _day(value: dict[str, Any]) -> str:
    return _text(value, "last_seen")[:10]
