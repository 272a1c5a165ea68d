"""Making and changing the indices: templates, numbered indices behind aliases, and a swap in one step."""

from __future__ import annotations

from asyncio import gather, sleep
from typing import Any

from elasticsearch import ApiError, AsyncElasticsearch, BadRequestError, NotFoundError

from index.elastic.connection import Connection
from index.elastic.mappings import SCHEMA_VERSION, STORES, Store, alias_name, components, index_name, template
from index.messages import t
from index.protocol import IndexUnavailable
from index.settings import ElasticSettings

UNAVAILABLE = 503
ATTEMPTS = 20


async def prepare(connection: Connection, settings: ElasticSettings) -> None:
    """Templates, and the first index of each store where there is none. Raises IndexUnavailable for a newer schema."""
    client, prefix = connection.client, connection.place.prefix
    found = await versions(client, prefix)
    check(found, connection.place.url)
    if set(found) != set(STORES):
        await put_templates(connection, settings)
        await gather(*(_create(client, prefix, store) for store in STORES if store not in found))
    await _answering(client, prefix)


async def _answering(client: AsyncElasticsearch, prefix: str) -> None:
    """Waits until indices that somebody has only just made can be asked. Raises ApiError when they cannot."""
    names = [alias_name(prefix, store) for store in STORES]
    for turn in range(ATTEMPTS):
        try:
            await client.search(index=names, size=0, allow_partial_search_results=False)
        except ApiError as error:
            if error.status_code != UNAVAILABLE or turn == ATTEMPTS - 1:
                raise
            await sleep(min(2.0, 0.1 * 2**turn))
        else:
            return


async def put_templates(connection: Connection, settings: ElasticSettings) -> None:
    """What every index made from now on looks like; those that are there stay as they are."""
    client, prefix = connection.client, connection.place.prefix
    parts: dict[str, dict[str, Any]] = {}
    for store in STORES:
        parts |= components(prefix, store, settings.analysis)
    put = client.cluster.put_component_template
    await gather(*(put(name=name, template=one["template"], meta=one["_meta"]) for name, one in parts.items()))
    made = {
        f"{alias_name(prefix, store)}-v{SCHEMA_VERSION}": template(prefix, store, settings.analysis) for store in STORES
    }
    await gather(*(client.indices.put_index_template(name=name, **one) for name, one in made.items()))


async def versions(client: AsyncElasticsearch, prefix: str) -> dict[Store, int]:
    """Store -> schema version of the index behind its alias; stores without one are left out."""
    names = {alias_name(prefix, store): store for store in STORES}
    try:
        answer = await client.indices.get(index=f"{prefix}-*", features="aliases,mappings", expand_wildcards="all")
    except NotFoundError:
        return {}
    found: dict[Store, int] = {}
    for described in answer.values():
        meta = described["mappings"].get("_meta", {})
        for alias in described["aliases"]:
            if alias in names:
                found[names[alias]] = int(meta.get("schema_version", 0))
    return found


def check(found: dict[Store, int], url: str) -> None:
    """Raises IndexUnavailable where an index is newer or older than this code."""
    for store, version in found.items():
        if version > SCHEMA_VERSION:
            raise IndexUnavailable(t("elastic.newer", url=url, store=store, found=version, known=SCHEMA_VERSION))
        if version < SCHEMA_VERSION:
            raise IndexUnavailable(t("elastic.older", url=url, store=store, found=version, known=SCHEMA_VERSION))


async def _create(client: AsyncElasticsearch, prefix: str, store: Store) -> None:
    """The first index of a store; two that make it at once make one."""
    aliases: dict[str, Any] = {alias_name(prefix, store): {"is_write_index": True}}
    try:
        await client.indices.create(index=index_name(prefix, store, 1), aliases=aliases)
    except BadRequestError as error:
        if "resource_already_exists_exception" not in str(error):
            raise
