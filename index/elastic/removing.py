"""Taking out: listings with all that is kept of them, and words out of what is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from elasticsearch import AsyncElasticsearch

from index.arrivals import Body
from index.elastic.bulk import Action, write
from index.elastic.documents import finding_document, listing_document
from index.elastic.mappings import Store
from index.elastic.writing import expect_none, fetch
from index.model import Finding
from index.reading import read
from index.redacting import Redaction

Name = Callable[[Store], str]
BESIDE: tuple[Store, ...] = ("findings", "history", "observations", "views", "supplied")
"""Stores of what is kept of a listing, by its id."""
OWN = ("id", "first_seen", "last_seen", "content", "ties", "finding_ids", "proposed_ids", "changes", "last_capture",
       "proposed")  # fmt: skip
"""What the writer keeps beside the texts and values of a document."""
PAGE = 500
ALIVE = "5m"


async def delete(client: AsyncElasticsearch, name: Name, listing_ids: Sequence[str]) -> int:
    """Deletes them; says how many were there. Everything must be searchable when it is called."""
    there = len(await fetch(client, name("listings"), listing_ids, ("id",)))
    for store in BESIDE:
        async for hits in _walk(client, name(store), {"terms": {"listing_id": list(listing_ids)}}):
            await _drop(client, name(store), [hit["_id"] for hit in hits])
    await _drop(client, name("listings"), listing_ids)
    return there


async def _drop(client: AsyncElasticsearch, index: str, ids: Sequence[str]) -> None:
    refusals = await write(client, [Action("delete", index, one) for one in ids])
    expect_none([one for one in refusals if one.status != 404])  # not there: gone already


async def mentions(client: AsyncElasticsearch, name: Name, redaction: Redaction) -> set[str]:
    """Listings of which any document says one of the words."""
    found: set[str] = set()
    for store in ("listings", *BESIDE):
        async for hits in _walk(client, name(store), {"match_all": {}}):
            for hit in hits:
                source = hit["_source"]
                listing = source["id"] if store == "listings" else _listing(source)
                if listing not in found and redaction.found(source):
                    found.add(listing)
    return found


async def redact(client: AsyncElasticsearch, name: Name, listing_ids: Sequence[str], redaction: Redaction) -> None:
    """Blots the words out of all that is kept of these listings."""
    for start in range(0, len(listing_ids), PAGE):
        some = list(listing_ids[start : start + PAGE])
        actions, bodies = [], {}
        for hit in await fetch(client, name("listings"), some):
            body = redaction.of(read(Body, hit["_source"]["body"], hit["_id"]))
            bodies[hit["_id"]] = body
            document = {**_own(hit["_source"]), **listing_document(body)}
            place = hit["_seq_no"], hit["_primary_term"]
            actions.append(Action("index", name("listings"), hit["_id"], document, *place))
        for store in BESIDE:
            async for hits in _walk(client, name(store), {"terms": {"listing_id": some}}):
                for hit in hits:
                    source = hit["_source"]
                    whose = bodies.get(_listing(source))
                    if store == "findings" and whose is not None:
                        finding = redaction.of(read(Finding, source["body"], hit["_id"]))
                        changed = finding_document(finding, whose.listing, proposed=source["proposed"])
                        actions.append(Action("index", name(store), hit["_id"], {**_own(source), **changed}))
                    else:
                        actions.append(Action("index", name(store), hit["_id"], redaction.value(source)))
        expect_none(await write(client, actions))


async def redact_pictures(client: AsyncElasticsearch, name: Name, redaction: Redaction) -> None:
    """The same of what pictures say, whichever listings show them."""
    async for hits in _walk(client, name("pictures"), {"match_all": {}}):
        said = [hit for hit in hits if redaction.found(hit["_source"])]
        actions = [Action("index", name("pictures"), hit["_id"], redaction.value(hit["_source"])) for hit in said]
        expect_none(await write(client, actions))


def _own(source: dict[str, Any]) -> dict[str, Any]:
    return {key: source[key] for key in OWN if key in source}


def _listing(source: dict[str, Any]) -> str:
    return str(source.get("listing_id") or "")


async def _walk(client: AsyncElasticsearch, index: str, query: dict[str, Any]) -> AsyncIterator[list[dict[str, Any]]]:
    """All documents, page by page, as they stood when the walk began."""
    opened = await client.open_point_in_time(index=index, keep_alive=ALIVE)
    after = None
    try:
        while True:
            answer = await client.search(
                pit={"id": opened["id"], "keep_alive": ALIVE}, query=query, sort=[{"_shard_doc": "asc"}], size=PAGE,
                search_after=after, track_total_hits=False,
            )  # fmt: skip
            hits = answer["hits"]["hits"]
            if not hits:
                return
            yield hits
            after = hits[-1]["sort"]
    finally:
        await client.options(ignore_status=404).close_point_in_time(id=opened["id"])
