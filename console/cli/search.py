"""`copycatch search`: findings, listings and samples by query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from console.exits import Exit
from console.opening import reading
from console.terminal import JsonFlag, emit, out, remark, table
from console.words import chance, verdict
from index.messages import language, t
from index.protocol import Kind, Stored
from takedown.columns import evidence_of

COLUMNS: dict[Kind, tuple[str, ...]] = {
    "findings": ("id", "verdict", "title", "why", "marketplace", "last_seen"),
    "listings": ("id", "title", "seller", "price", "marketplace", "last_seen"),
    "samples": ("id", "package", "version", "label", "signature", "last_seen"),
}


def run(
    query: Annotated[str, typer.Argument(help=t("cli.search.query"))] = "*",
    *,
    kind: Annotated[Kind, typer.Option(help=t("cli.search.kind"))] = "findings",
    sort: Annotated[str | None, typer.Option(help=t("cli.search.sort"), show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help=t("cli.search.limit"))] = 20,
    json: JsonFlag = False,
) -> int:
    """Prints the hits in order."""
    with reading() as index:
        hits = index.search(query, kind=kind, sort=sort, limit=limit)
        total = index.count(query, kind=kind)
    if json:
        emit({"query": query, "kind": kind, "total": total, "hits": hits})
        return Exit.DONE
    if hits:
        headings = [t(f"cli.search.column.{name}") for name in COLUMNS[kind]]
        out().print(table(headings, _rows(kind, hits)))
    remark(t("cli.search.shown", shown=len(hits), total=total))
    return Exit.DONE


def _rows(kind: Kind, hits: list[Stored]) -> Iterator[tuple[Any, ...]]:
    look = {"findings": _finding, "listings": _listing, "samples": _sample}[kind]
    for hit in hits:
        yield (hit.id if kind != "samples" else hit.id[:16], *look(hit.value), hit.last_seen[:10])


def _text(value: dict[str, Any], name: str) -> str:
    return str(value.get(name) or "-")


def _finding(value: dict[str, Any]) -> tuple[Any, ...]:
    reasons = [str(evidence.get(language()) or "") for evidence in evidence_of(value)]
    why = f"{chance(value.get('probability'))} {'; '.join(reasons[:2])}"
    return verdict(value.get("verdict", "benign")), _text(value, "title"), why, _text(value, "marketplace")


def _listing(value: dict[str, Any]) -> tuple[str, ...]:
    return tuple(_text(value, name) for name in ("title", "seller", "price", "marketplace"))


def _sample(value: dict[str, Any]) -> tuple[str, ...]:
    signature = value.get("signature") or {}
    named = (_text(value, name) for name in ("package", "version_name", "label"))
    return (*named, t(f"cli.scan.status.{signature.get('status', 'unknown')}"))
