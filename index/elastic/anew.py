"""Documents made anew from what is kept of them: for carrying an index, and for building one with another mapping."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from elasticsearch import AsyncElasticsearch

from apk_analysis.fingerprint import Fingerprint
from index.arrivals import Body
from index.elastic.compile import ALL, Query
from index.elastic.documents import Document, finding_document, listing_document, run_document, sample_document
from index.elastic.mappings import Store
from index.elastic.record_documents import derived, id_of, record_in
from index.elastic.searching import ALIVE, opened
from index.elastic.writing import fetch
from index.model import Finding, Listing, Run
from index.reading import read

PAGE = 1000
Hit = dict[str, Any]
_KEPT: dict[Store, tuple[str, ...]] = {
    "listings": ("id", "first_seen", "last_seen", "content", "ties", "finding_ids", "proposed_ids", "changes",
                 "last_capture"),
    "findings": ("id", "first_seen", "last_seen", "proposed"),
    "samples": ("id", "first_seen", "last_seen"),
}  # fmt: skip
"""What a document has beside what follows from its body."""
NO_LISTING = Listing(marketplace="", native_id="", url="", title="", source_kind="app_store")


def document(store: Store, source: Mapping[str, Any], listing: Any = None) -> Document:
    """The document with everything derived again; its body stays byte for byte.

    `listing` is the body of a finding's listing, as JSON-like values. Raises ReadError.
    """
    if store not in _KEPT and store != "runs":
        return dict(source)
    body, place = source["body"], str(source["body"].get("id", ""))
    kept = {name: source[name] for name in _KEPT.get(store, ()) if name in source}
    if store == "listings":
        made = listing_document(read(Body, body, kept["id"]))
    elif store == "findings":
        of = read(Listing, listing, kept["id"]) if listing else NO_LISTING
        made = finding_document(read(Finding, body, place), of, proposed=kept["proposed"])
    elif store == "samples":
        made = sample_document(read(Fingerprint, body, kept["id"]))
    else:
        made = run_document(read(Run, body, place))
    return {**made, **kept, "body": body}


async def records_anew(client: AsyncElasticsearch, index: str, page: Sequence[Hit]) -> list[Document]:
    """Records, in their order, with all that dashboards count derived again; steps follow those that `index` has.

    The head, and records whose content was removed, stay as they are.
    """
    whole = [hit["_source"] for hit in page if hit["_source"].get("body")]
    made = await derived(client, index, [(record_in(one), one["body"]) for one in whole])
    anew = {id_of(one): one for one in made}
    return [anew.get(hit["_id"]) or hit["_source"] for hit in page]


async def listings_of(client: AsyncElasticsearch, index: str, findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Listing id -> the listing, of the bodies of some findings."""
    names = sorted({one["listing_id"] for one in findings})
    return {doc["_id"]: doc["_source"]["body"]["listing"] for doc in await fetch(client, index, names, ("body",))}


async def hits(
    client: AsyncElasticsearch, index: str, query: Query = ALL, by: list[dict[str, Any]] | None = None
) -> AsyncIterator[list[Hit]]:
    """All documents that fit, page by page, as they stood when the walk began; by default in no order."""
    after = None
    order: list[dict[str, Any]] = [*(by or []), {"_shard_doc": "asc"}]
    async with opened(client, index) as pit:
        while True:
            answer = await client.search(
                pit={"id": pit, "keep_alive": ALIVE}, query=query, sort=order, size=PAGE, search_after=after,
                track_total_hits=False,
            )  # fmt: skip
            found = answer["hits"]["hits"]
            if found:
                yield found
            if len(found) < PAGE:
                return
            after = found[-1]["sort"]
