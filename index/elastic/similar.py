"""Samples that look alike or do alike, in Elasticsearch: bit vectors and keywords, and no scripts."""

from __future__ import annotations

from typing import Any

from elasticsearch import AsyncElasticsearch

from apk_analysis.fingerprint import Fingerprint, Sketch
from index.protocol import Similar
from index.similar import (
    CANDIDATES,
    alike,
    code_sketch,
    icon_bands,
    icon_probes,
    most_alike,
    near_hashes,
    promising,
    sketch_bands,
)

FIELDS: dict[str, dict[str, Any]] = {
    # 'flat' compares with every icon that shares a band: exact, and quick for a few million.
    "icon_bits": {"type": "dense_vector", "element_type": "bit", "dims": 64, "index": True, "similarity": "l2_norm",
                  "index_options": {"type": "flat"}},
    "icon_bands": {"type": "keyword"},
    "code_bands": {"type": "keyword"},
    "code_size": {"type": "integer", "index": False},
    "code_minhash": {"type": "binary", "doc_values": True},
    "code_smallest": {"type": "binary", "doc_values": True},
}  # fmt: skip
"""Of a sample. What is read back stands in columns: its body may be large."""
HASHES = 1000
"""Nearest icons whose hashes are looked at."""


def fields_of(sample: Fingerprint) -> dict[str, Any]:
    """The fields above that the sample has."""
    found: dict[str, Any] = {}
    if sample.icon and (bands := icon_bands(sample.icon.dhash)):
        found |= {"icon_bits": sample.icon.dhash, "icon_bands": bands}
    if sketch := code_sketch(sample):
        found |= {"code_bands": sketch_bands(sketch), "code_size": sketch.size}
        found |= {"code_minhash": sketch.minhash, "code_smallest": sketch.smallest}
    return found


async def icons(client: AsyncElasticsearch, index: str, dhash: str, distance: int, limit: int) -> list[Similar]:
    """See `Index.similar_icons`."""
    knn = {
        "field": "icon_bits",
        "query_vector": dhash,
        "k": HASHES,
        "num_candidates": HASHES,
        "similarity": distance,
        "filter": {"terms": {"icon_bands": icon_probes(dhash, distance)}},
    }
    hashes = (hit["icon_dhash"][0] for hit in await _columns(client, index, HASHES, ["icon_dhash"], knn=knn))
    groups = near_hashes(dhash, distance, hashes)
    if not groups:
        return []
    asked: list[dict[str, Any]] = []
    for names in groups.values():
        query = {"bool": {"filter": [{"terms": {"icon_dhash": names}}]}}
        body = {"query": query, "sort": [{"id": "asc"}], "size": limit, "_source": ["id"], "track_total_hits": False}
        asked += [{"index": index}, body]
    answers = (await client.msearch(searches=asked))["responses"]
    found = [
        alike(apart, hit["_source"]["id"])
        for apart, answer in zip(groups, answers, strict=True)
        for hit in answer["hits"]["hits"]
    ]
    return found[:limit]


async def codes(client: AsyncElasticsearch, index: str, sketch: Sketch, limit: int) -> list[Similar]:
    """See `Index.similar_code`."""
    # Each term weighs by how few carry it: a band that thousands share says little.
    shared: dict[str, Any] = {"bool": {"should": [{"term": {"code_bands": band}} for band in sketch_bands(sketch)]}}
    if not shared["bool"]["should"]:
        return []
    first = await _columns(client, index, CANDIDATES, ["id", "code_minhash"], query=shared)
    chosen = promising(sketch, [(hit["id"][0], hit["code_minhash"][0]) for hit in first])
    wanted = {"bool": {"filter": [{"terms": {"id": chosen}}]}}
    last = await _columns(client, index, len(chosen) or 1, ["id", "code_size", "code_smallest"], query=wanted)
    stored = (
        (hit["id"][0], Sketch(size=hit["code_size"][0], minhash="", simhash="", smallest=hit["code_smallest"][0]))
        for hit in last
    )
    return most_alike(sketch, stored, limit)


async def _columns(
    client: AsyncElasticsearch, index: str, size: int, names: list[str], **asked: Any
) -> list[dict[str, Any]]:
    """These fields of the best hits, each as a list."""
    answer = await client.search(
        index=index,
        size=size,
        source=False,
        docvalue_fields=[{"field": name} for name in names],
        track_total_hits=False,
        **asked,
    )
    return [hit["fields"] for hit in answer["hits"]["hits"]]
