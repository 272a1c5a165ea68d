"""Answering compiled queries: pages of any depth, all hits in constant memory, and counts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from elasticsearch import AsyncElasticsearch

from index.elastic.compile import ALL, Query, compile_query, titles
from index.elastic.documents import stored
from index.protocol import Facet, Kind, Stored
from index.query.fields import facet_field, sort_field
from index.query.tree import Node

SHOWN = ("id", "first_seen", "last_seen", "body")
WINDOW = 10_000
"""Hits that `from` and `size` reach; beyond, pages are walked."""
PAGE = 1000
ALIVE = "5m"
"""How long the server keeps a walk open after each page."""
IN_TITLE = 1e4
"""More than any text scores, so that hits in the title come first; little enough for floats to tell those apart."""


def order(sort: str | None, kind: Kind) -> list[dict[str, Any]]:
    """Elasticsearch's sort, ties by id. Raises QueryError for fields that give no order."""
    ties = {"id": {"order": "asc"}}
    if sort == "relevance":
        return [{"_score": {"order": "desc"}}, ties]
    field, descending = sort_field(sort, kind) if sort is not None else sort_field("-first_seen", kind)
    if field.name == "id":
        return [{"id": {"order": "desc" if descending else "asc"}}]
    return [{field.name: {"order": "desc" if descending else "asc", "missing": "_last"}}, ties]


def scored(node: Node, kind: Kind) -> Query:
    """The query so that hits in the title come first, each by BM25."""
    query, title = compile_query(node, kind), titles(node, kind)
    if title is None:
        return query
    return {"bool": {"must": [query], "should": [{"constant_score": {"filter": title, "boost": IN_TITLE}}]}}


async def page(
    client: AsyncElasticsearch, index: str, node: Node, kind: Kind, *, sort: str | None, limit: int, offset: int
) -> list[Stored]:
    """Hits `offset` to `offset + limit`, in order."""
    by = order(sort, kind)
    query = scored(node, kind) if sort == "relevance" else compile_query(node, kind)
    if limit == 0:
        return []
    if offset + limit <= WINDOW:
        answer = await client.search(
            index=index, query=query, sort=by, from_=offset, size=limit, source_includes=list(SHOWN),
            track_total_hits=False,
        )  # fmt: skip
        return [stored(kind, hit["_source"]) for hit in answer["hits"]["hits"]]
    pages = _walk(client, index, query, by, skip=offset, limit=offset + limit)
    return [stored(kind, source) async for sources in pages for source in sources]


async def walk(client: AsyncElasticsearch, index: str, node: Node, kind: Kind) -> AsyncIterator[list[Stored]]:
    """All hits in order of id, page by page, as they stood when the walk began."""
    async for sources in _walk(client, index, compile_query(node, kind), [{"id": {"order": "asc"}}]):
        yield [stored(kind, source) for source in sources]


async def _walk(
    client: AsyncElasticsearch,
    index: str,
    query: Query,
    by: list[dict[str, Any]],
    *,
    skip: int = 0,
    limit: int | None = None,
) -> AsyncIterator[list[dict[str, Any]]]:
    """The sources of the hits; of those that are skipped nothing is fetched but the place."""
    number, after = 0, None
    async with opened(client, index) as pit:
        while limit is None or number < limit:
            far = number < skip
            room = (skip if far else limit if limit is not None else number + PAGE) - number
            size = min(WINDOW if far else PAGE, room)
            answer = await client.search(
                pit={"id": pit, "keep_alive": ALIVE}, query=query, sort=by, size=size, search_after=after,
                source_includes=["id"] if far else list(SHOWN), track_total_hits=False,
            )  # fmt: skip
            hits = answer["hits"]["hits"]
            number += len(hits)
            if hits and not far:
                yield [hit["_source"] for hit in hits]
            if len(hits) < size:
                return
            after = hits[-1]["sort"]


@asynccontextmanager
async def opened(client: AsyncElasticsearch, index: str) -> AsyncIterator[str]:
    """A point in time, closed whatever happens."""
    walk = await client.open_point_in_time(index=index, keep_alive=ALIVE)
    try:
        yield walk["id"]
    finally:
        await client.options(ignore_status=404).close_point_in_time(id=walk["id"])


async def number_of(client: AsyncElasticsearch, index: str, node: Node, kind: Kind) -> int:
    """How many hits there are."""
    return int((await client.count(index=index, query=compile_query(node, kind)))["count"])


async def facet(
    client: AsyncElasticsearch, index: str, node: Node, kind: Kind, *, name: str, limit: int
) -> list[Facet]:
    """The most frequent values of a keyword field among the hits."""
    # Where an index has several shards, each names so many that hardly one of the most frequent can be missed.
    asked = {"field": facet_field(name, kind).name, "size": limit, "shard_size": 10 * limit + 1000}
    values = {"terms": {**asked, "order": [{"_count": "desc"}, {"_key": "asc"}]}}
    answer = await client.search(
        index=index, query=compile_query(node, kind), aggs={"values": values}, size=0, track_total_hits=False
    )
    return [Facet(value=one["key"], count=one["doc_count"]) for one in answer["aggregations"]["values"]["buckets"]]


async def every(
    client: AsyncElasticsearch, index: str, query: Query, by: list[dict[str, Any]], size: int = WINDOW
) -> list[dict[str, Any]]:
    """Sources of at most `size` documents."""
    answer = await client.search(index=index, query=query or ALL, sort=by, size=size, track_total_hits=False)
    return [hit["_source"] for hit in answer["hits"]["hits"]]
