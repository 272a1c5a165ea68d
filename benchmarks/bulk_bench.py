"""Writing findings in bulk: ours against the official async helper with orjson, on the same documents that lie ready.

    ELASTICSEARCH_URL=http://127.0.0.1:9200 .venv/bin/python -m benchmarks.bulk_bench [--findings 20000] [--rounds 3]

Each round writes the same findings with both, in turn, into new indices. Prints documents per second (wall, server
included) and per client CPU second, and the ratios ours / helper (median of the rounds) as the last line, JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import time
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

import msgspec
from elasticsearch import AsyncElasticsearch, helpers
from elasticsearch.serializer import OrjsonSerializer

from benchmarks.copy_bench import WORDS
from index.elastic.bulk import Action, write
from index.elastic.documents import finding_document
from index.elastic.mappings import mapping, settings
from tests.index.objects import finding, listing


def documents(count: int) -> list[dict[str, Any]]:
    made = []
    for number in range(count):
        text = "".join(WORDS[(number * 7 + k * 3) % len(WORDS)] for k in range(160))
        page = listing(number, title=text[:18], description=text)
        said = finding_document(finding(page), page, proposed=True)
        whole = {"id": f"f{number}", "first_seen": "2026-01-01T00:00:00Z", "last_seen": "2026-01-01T00:00:00Z", **said}
        made.append(msgspec.to_builtins(whole))
    return made


async def ours(client: AsyncElasticsearch, name: str, ready: list[dict[str, Any]]) -> None:
    assert not await write(client, (Action("index", name, one["id"], one) for one in ready))


async def theirs(client: AsyncElasticsearch, name: str, ready: list[dict[str, Any]]) -> None:
    actions = ({"_index": name, "_id": one["id"], "_source": one} for one in ready)
    done, errors = await helpers.async_bulk(client, actions, chunk_size=1000, raise_on_error=False)
    assert done == len(ready) and not errors


async def timed(
    client: AsyncElasticsearch,
    way: Callable[[AsyncElasticsearch, str, list[dict[str, Any]]], Coroutine[Any, Any, None]],
    ready: list[dict[str, Any]],
) -> tuple[float, float]:
    name = f"bench-{uuid4().hex[:12]}"
    await client.indices.create(index=name, settings=settings(), mappings=mapping("findings"))
    wall, spent = time.perf_counter(), time.process_time()
    await way(client, name, ready)
    took = time.perf_counter() - wall, time.process_time() - spent
    await client.indices.delete(index=name)
    return len(ready) / took[0], len(ready) / took[1]


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--findings", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    ready = documents(asked.findings)
    client = AsyncElasticsearch(
        os.environ["ELASTICSEARCH_URL"], serializers={"application/json": OrjsonSerializer()}, request_timeout=120
    )
    await timed(client, theirs, ready[:2000])  # warms the server
    ratios: list[tuple[float, float]] = []
    for number in range(asked.rounds):
        order = (ours, theirs) if number % 2 else (theirs, ours)
        found = {way.__name__: await timed(client, way, ready) for way in order}
        for name, (wall, cpu) in sorted(found.items()):
            print(f"{number} {name:7} {wall:9,.0f} documents/s {cpu:9,.0f} per client CPU second")
        ratios.append((found["ours"][0] / found["theirs"][0], found["ours"][1] / found["theirs"][1]))
    await client.close()
    wall, cpu = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(json.dumps({"findings": asked.findings, "wall_ratio": round(wall, 2), "cpu_ratio": round(cpu, 2)}))


if __name__ == "__main__":
    asyncio.run(main())
