"""Building indices anew beside those in use, and swapping them in one step; and the way back.

Readers notice nothing. Writers wait for the moment of the swap: the old indices may then not be written any more, and
what was read from them cannot be written into the new ones on the strength of its version (`index.elastic.writing`).
What changes while a new index is filled is found by Elasticsearch's own sequence numbers, and carried after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import AsyncElasticsearch, NotFoundError

from index.elastic import manage
from index.elastic.anew import Hit, document, hits, listings_of, records_anew
from index.elastic.bulk import Action, write
from index.elastic.connection import Connection
from index.elastic.documents import Document
from index.elastic.mappings import SCHEMA_VERSION, STORES, Store, alias_name, index_name
from index.elastic.writing import expect_none
from index.messages import t
from index.protocol import IndexUnavailable
from index.settings import ElasticSettings

ROUNDS = 8
"""Times that what changed meanwhile is carried before writers are made to wait for the rest."""
FEW = 500
"""Documents that are carried while writers wait."""
Tell = Callable[[Store, int], None]


@dataclass(frozen=True, slots=True)
class Place:
    """One index of ours."""

    store: Store
    index: str
    used: bool
    """Whether the alias points to it."""
    meta: Mapping[str, Any]
    fields: frozenset[str] | None = None
    """Those it has; None where it is yet to be made."""

    def fitting(self, document: Document) -> Document:
        """What it has a field for: an index that is gone back to may be of an earlier version."""
        return {name: said for name, said in document.items() if self.fields is None or name in self.fields}

    @property
    def number(self) -> int:
        """How often the store had been built."""
        return int(self.index.rpartition("-")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped:
    """One store after the swap."""

    store: Store
    before: str
    now: str
    documents: int
    """As many in both when they were swapped."""


async def rebuild(
    connection: Connection, settings: ElasticSettings, *, over: bool = False, tell: Tell = lambda *_: None
) -> list[Swapped]:
    """Fills a new index of each store from the one in use and swaps all of them at once.

    The indices before stay for `roll_back`; those before them are deleted. `over` removes what an interrupted rebuild
    left. Raises IndexUnavailable, and leaves everything as it was then.
    """
    client, prefix = connection.client, connection.place.prefix
    known = await places(client, prefix)
    old = _used(known, connection)
    before = {one.meta.get("before") for one in old}
    if left := [one.index for one in known if not (one.used or one.meta.get("filled") or one.index in before)]:
        if not over:
            raise IndexUnavailable(t("rebuild.left", names=", ".join(left)))
        await client.indices.delete(index=left)
    await manage.put_templates(connection, settings)
    number = max(one.number for one in known) + 1
    pairs = [(one, Place(one.store, index_name(prefix, one.store, number), used=False, meta={})) for one in old]
    try:
        slow = {"refresh_interval": "-1"}
        await asyncio.gather(*(client.indices.create(index=new.index, settings=slow) for _, new in pairs))
        done = await _Mover(client, prefix, tell).move(pairs, dict.fromkeys(STORES, -1))
    except BaseException:
        if unused := await _unused(client, prefix, [new.index for _, new in pairs]):
            await client.indices.delete(index=unused)
        raise
    kept = {one.before for one in done} | {one.now for one in done}
    if older := [one.index for one in known if one.index not in kept | set(left)]:
        await client.options(ignore_status=404).indices.delete(index=older)
    return done


async def roll_back(connection: Connection, *, tell: Tell = lambda *_: None) -> list[Swapped]:
    """Swaps the indices before the last rebuild in again, with all that was written since. Raises IndexUnavailable."""
    client, prefix = connection.client, connection.place.prefix
    known = await places(client, prefix)
    now = _used(known, connection)
    there = {one.index: one for one in known}
    pairs = [(one, there[before]) for one in now if (before := str(one.meta.get("before", ""))) in there]
    if len(pairs) != len(now):
        raise IndexUnavailable(t("rebuild.no_way_back"))
    since = {one.store: int(one.meta["since"]) for one, _ in pairs}
    await client.indices.put_settings(index=[old.index for _, old in pairs], settings={"index.blocks.write": None})
    return await _Mover(client, prefix, tell).move(pairs, since)


async def places(client: AsyncElasticsearch, prefix: str) -> list[Place]:
    """All indices of ours, also those of other schema versions and those not in use."""
    try:
        answer = await client.indices.get(index=f"{prefix}-*", features="aliases,mappings", expand_wildcards="all")
    except NotFoundError:
        return []
    found = []
    for name, described in answer.items():
        store = next((one for one in STORES if name.startswith(f"{alias_name(prefix, one)}-v")), None)
        if store and name.rpartition("-")[2].isdigit():
            used, mapped = alias_name(prefix, store) in described["aliases"], described["mappings"]
            found.append(Place(store, name, used, mapped.get("_meta", {}), frozenset(mapped.get("properties", ()))))
    return found


def _used(known: Sequence[Place], connection: Connection) -> list[Place]:
    used = {one.store: one for one in known if one.used}
    if missing := [store for store in STORES if store not in used]:
        raise IndexUnavailable(t("rebuild.none", names=", ".join(missing), url=connection.place.url))
    for store, one in used.items():
        if (found := int(one.meta.get("schema_version", 0))) > SCHEMA_VERSION:
            said = {"url": connection.place.url, "store": store, "found": found, "known": SCHEMA_VERSION}
            raise IndexUnavailable(t("elastic.newer", **said))
    return [used[store] for store in STORES]


@dataclass(frozen=True, slots=True)
class _Mover:
    """Carries indices into others."""

    client: AsyncElasticsearch
    prefix: str
    tell: Tell

    async def move(self, pairs: Sequence[tuple[Place, Place]], since: dict[Store, int]) -> list[Swapped]:
        """Carries what the first of each pair has after a sequence number to the second, and swaps."""
        for old, new in pairs:
            for _ in range(ROUNDS):
                since[old.store], moved = await self._carry(old, new, since[old.store])
                if moved < FEW:
                    break
        olds, news = [old.index for old, _ in pairs], [new.index for _, new in pairs]
        try:
            await self.client.indices.add_block(index=",".join(olds), block="write")  # waits for what is under way
            done = await asyncio.gather(*(self._finish(old, new, since[old.store]) for old, new in pairs))
            await self.client.indices.put_settings(index=news, settings={"refresh_interval": "10s"})
            await self.client.indices.update_aliases(
                actions=[one for pair in pairs for one in _swap(self.prefix, *pair)]
            )
        except BaseException:
            if await _unused(self.client, self.prefix, news):
                await self.client.indices.put_settings(index=olds, settings={"index.blocks.write": None})
            raise
        return done

    async def _finish(self, old: Place, new: Place, since: int) -> Swapped:
        """The last documents, while nobody writes; what is needed for the way back stands in the new index."""
        await self._carry(old, new, since)
        count = await _counted(self.client, old.index, new.index)
        version = int(new.meta.get("schema_version", SCHEMA_VERSION))
        last = await _last(self.client, new.index)
        meta = {"schema_version": version, "filled": True, "before": old.index, "since": last}
        await self.client.indices.put_mapping(index=new.index, meta=meta)
        return Swapped(store=old.store, before=old.index, now=new.index, documents=count)

    async def _carry(self, old: Place, new: Place, since: int) -> tuple[int, int]:
        """Writes what changed after a sequence number; the number to go on from, and how many documents there were."""
        last = await _last(self.client, old.index)
        if last <= since:
            return since, 0
        await self.client.indices.refresh(index=old.index)
        moved = 0
        by = [{"seq": "asc"}] if old.store == "records" else None
        async for page in hits(self.client, old.index, {"range": {"_seq_no": {"gt": since}}}, by):
            expect_none(await write(self.client, await self._actions(new, page)))
            moved += len(page)
            self.tell(old.store, moved)
        return last, moved

    async def _actions(self, new: Place, page: Sequence[Hit]) -> list[Action]:
        if new.store == "records":
            made = await records_anew(self.client, new.index, page)
        else:
            listings: dict[str, Any] = {}
            if new.store == "findings":
                bodies = [hit["_source"]["body"] for hit in page]
                listings = await listings_of(self.client, alias_name(self.prefix, "listings"), bodies)
            made = [
                document(new.store, hit["_source"], listings.get(hit["_source"].get("listing_id", ""))) for hit in page
            ]
        return [Action("index", new.index, hit["_id"], new.fitting(one)) for hit, one in zip(page, made, strict=True)]


async def _unused(client: AsyncElasticsearch, prefix: str, names: Sequence[str]) -> list[str]:
    """Those that are there and that no alias points to."""
    return [one.index for one in await places(client, prefix) if one.index in names and not one.used]


def _swap(prefix: str, old: Place, new: Place) -> list[dict[str, Any]]:
    alias = alias_name(prefix, old.store)
    return [
        {"remove": {"index": old.index, "alias": alias}},
        {"add": {"index": new.index, "alias": alias, "is_write_index": True}},
    ]


async def _last(client: AsyncElasticsearch, index: str) -> int:
    """The sequence number up to which nothing is under way any more; of several shards the smallest.

    Not the largest one that was given out: a write that has its number may not be found yet.
    """
    answer = await client.indices.stats(index=index, level="shards", metric="store")
    shards = answer["indices"][index]["shards"].values()
    return min(
        int(one["seq_no"]["local_checkpoint"]) for copies in shards for one in copies if one["routing"]["primary"]
    )


async def _counted(client: AsyncElasticsearch, old: str, new: str) -> int:
    """How many documents both have, after taking out of the new one what was deleted in the old. Raises
    IndexUnavailable where they differ.
    """
    await client.indices.refresh(index=[old, new])
    count, made = [int((await client.count(index=name))["count"]) for name in (old, new)]
    if made > count:
        async for page in hits(client, new):
            names = [hit["_id"] for hit in page]
            there = await client.mget(index=old, ids=names, source=False)
            gone = [doc["_id"] for doc in there["docs"] if not doc.get("found")]
            expect_none(await write(client, [Action("delete", new, name) for name in gone]))
        await client.indices.refresh(index=new)
        made = int((await client.count(index=new))["count"])
    if made != count:
        raise IndexUnavailable(t("rebuild.differs", old=old, new=new, before=count, now=made))
    return count
