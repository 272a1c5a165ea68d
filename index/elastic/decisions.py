"""What a team decided, in an index of its own: append-only, chained, and never overwritten by a second person.

There are no transactions here, so one document, the head, carries the order: it holds the last number, the last link
of the chain, and the records that were added last. Whoever adds records writes the head, only if it still stands as it
was read; that moment decides. Then the records themselves are written; if the writer dies in between, the next one who
reads or writes finds them in the head and does it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from elasticsearch import AuthorizationException, ConflictError, NotFoundError

from index.elastic import manage
from index.elastic.bulk import Action, write
from index.elastic.connection import Connection, address
from index.elastic.mappings import alias_name
from index.elastic.record_documents import derived, document_id, id_of, record_in
from index.elastic.writing import SWAP, expect_none, fetch
from index.protocol import IndexUnavailable
from index.reading import encode
from index.records import Decisions, Entry, Overtaken, Record, RecordKind, Sealed, record_of
from index.settings import ElasticSettings

HEAD = "head"
ROUNDS = 50
PAGE = 500
MOST = 10_000
"""What the server gives at once."""


@dataclass(frozen=True, slots=True)
class _Head:
    seq: int = 0
    chain: str = ""
    pending: tuple[dict[str, Any], ...] = ()
    index: str = ""
    """Where it was read: its version means something only there."""
    seq_no: int | None = None
    primary_term: int | None = None


class ElasticDecisions(Decisions):
    """See `index.records.Decisions`."""

    def __init__(self, url: str, settings: ElasticSettings, *, write: bool = True) -> None:
        """Connects, and makes the index when writing. Raises IndexUnavailable."""
        place = address(url, settings)
        self._connection = Connection(place, settings)
        self._client, self._name = self._connection.client, alias_name(place.prefix, "records")
        try:
            if write:
                self._connection.wait(manage.prepare(self._connection, settings))
            else:
                manage.check(self._connection.wait(manage.versions(self._client, place.prefix)), place.url)
        except BaseException:
            self._connection.close()
            raise

    def append_all(
        self,
        entries: Sequence[Entry],
        *,
        at: str,
        by: str,
        unmoved: Mapping[tuple[RecordKind, str], int] | None = None,
    ) -> list[Record]:
        """See the protocol."""
        return self._connection.wait(self._append(entries, at, by, dict(unmoved or {})))

    def latest(self, kind: RecordKind, record_id: str) -> Record | None:
        """See the protocol."""
        found = self._find({"id": record_id, "kind": kind}, [{"version": "desc"}], 1)
        return found[0] if found else None

    def versions(self, kind: RecordKind, record_id: str) -> list[Record]:
        """See the protocol."""
        return list(self._walk({"id": record_id, "kind": kind}))

    def about(self, finding_id: str) -> list[Record]:
        """See the protocol."""
        names, new = {finding_id}, [finding_id]
        while new:
            found = [one.id for name in new for one in self._walk({"kind": "alias", "new_id": name})]
            new = [name for name in found if name not in names]
            names |= set(new)
        return list(self._walk({"about": sorted(names)}))

    def every(self, kind: RecordKind | None = None) -> Iterator[Record]:
        """See the protocol."""
        return self._walk({"kind": kind} if kind else {})

    def remove(self, records: Sequence[int], *, at: str, by: str, reason: str, what: str) -> Record:
        """See the protocol."""
        wanted = sorted(set(records))
        found = {one.seq: one for one in self._walk({"seq": wanted})} if wanted else {}
        for seq in wanted:
            one = found.get(seq)
            newest = one and self.latest(one.kind, one.id)
            kept = newest is not None and one is not None and newest.version == one.version
            if one is None or one.kind == "removal" or (kept and self.latest("replaced", str(seq)) is None):
                raise ValueError(f"record {seq} is a removal, the newest of its kind and id, or none at all")
        said = {"records": wanted, "reason": reason, "what": what}
        record = self.append("removal", f"d1-{uuid4().hex}", said, at=at, by=by)
        self._empty(found.values())
        return record

    def alias(self, old_id: str, new_id: str, *, at: str, by: str, reason: str) -> None:
        """See the protocol."""
        if self.current_id(new_id) == old_id:
            raise ValueError(f"alias {old_id} -> {new_id} would run in a circle")
        known = self._new_name(old_id)
        if known is not None and known != new_id:
            raise ValueError(f"{old_id} is already an alias of {known}")
        if known is None:
            self.append("alias", old_id, {"new_id": new_id, "reason": reason}, at=at, by=by)

    def current_id(self, any_id: str) -> str:
        """See the protocol."""
        while (new := self._new_name(any_id)) is not None:
            any_id = new
        return any_id

    def tip(self) -> tuple[int, str]:
        """See the protocol."""
        head = self._connection.wait(self._settled())
        return head.seq, head.chain

    def sealed(self, *, after: int = 0) -> Iterator[Sealed]:
        """See the protocol."""
        self._connection.wait(self._refresh())
        while found := self._connection.wait(self._sources({}, [{"seq": "asc"}], PAGE, after)):
            yield from (Sealed(record_in(source), source["body"]) for source in found)
            after = found[-1]["seq"]

    def adopt(self, sealed: Sequence[Sealed], *, before: tuple[int, str]) -> None:
        """See the protocol."""
        for start in range(0, len(sealed), PAGE):
            some = sealed[start : start + PAGE]
            self._connection.wait(self._adopt(some, before))
            before = some[-1].record.seq, some[-1].record.chain

    def follow_removals(self, sealed: Sequence[Sealed]) -> None:
        """See the protocol."""
        self._empty([one.record for one in sealed])

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    def _new_name(self, old_id: str) -> str | None:
        found = self._connection.wait(fetch(self._client, self._name, [document_id("alias", old_id, 1)]))
        return str(found[0]["_source"]["new_id"]) if found else None

    async def _append(
        self, entries: Sequence[Entry], at: str, by: str, unmoved: dict[tuple[RecordKind, str], int]
    ) -> list[Record]:
        bodies = [encode(entry.value).decode() for entry in entries]
        for _ in range(ROUNDS):
            head = await self._settled()
            await self._expect({**unmoved, **{(e.kind, e.id): e.after for e in entries}})
            records, chain = [], head.chain
            for number, (entry, body) in enumerate(zip(entries, bodies, strict=True), start=head.seq + 1):
                records.append(record_of(entry, body, seq=number, at=at, by=by, before=chain))
                chain = records[-1].chain
            documents = await derived(self._client, self._name, list(zip(records, bodies, strict=True)))
            if await self._claim(replace(head, seq=head.seq + len(records), chain=chain, pending=documents)):
                await self._write(documents)
                return records
        raise IndexUnavailable(f"{self._name}: too many write at once")

    async def _adopt(self, sealed: Sequence[Sealed], before: tuple[int, str]) -> None:
        head, last = await self._settled(), sealed[-1].record
        documents = await derived(self._client, self._name, [(one.record, one.body) for one in sealed])
        claimed = replace(head, seq=last.seq, chain=last.chain, pending=documents)
        if (head.seq, head.chain) != before or not await self._claim(claimed):
            raise Overtaken(f"{self._name}: somebody else added records; start again")
        await self._write(documents)

    def _empty(self, records: Iterable[Record]) -> None:
        emptied = {"body": "", "removed": True}
        actions = [Action("update", self._name, document_id(one.kind, one.id, one.version), emptied) for one in records]
        expect_none(self._connection.wait(write(self._client, actions)))

    async def _settled(self) -> _Head:
        """The head, after what it still holds was written."""
        try:
            found = await self._client.get(index=self._name, id=HEAD)
        except NotFoundError:
            return _Head()
        source = found["_source"]
        pending = tuple(source["pending"])
        if pending and not await fetch(self._client, self._name, [id_of(pending[-1])], ("seq",)):
            await self._write(pending)
        version = found["_seq_no"], found["_primary_term"]
        return _Head(source["seq"], source["chain"], pending, found["_index"], *version)

    async def _claim(self, head: _Head) -> bool:
        """Whether the new head was written: nobody else had written one since it was read."""
        condition: dict[str, Any] = (
            {"op_type": "create"}
            if head.seq_no is None
            else {"if_seq_no": head.seq_no, "if_primary_term": head.primary_term}
        )
        document = {"seq": head.seq, "chain": head.chain, "pending": head.pending}
        try:
            await self._client.index(index=head.index or self._name, id=HEAD, document=document, **condition)
        except ConflictError:
            return False
        except AuthorizationException as error:
            if "cluster_block_exception" not in str(error):
                raise
            await asyncio.sleep(SWAP)
            return False
        return True

    async def _write(self, documents: Sequence[dict[str, Any]]) -> None:
        actions = [Action("create", self._name, id_of(one), one) for one in documents]
        expect_none([one for one in await write(self._client, actions) if one.status != 409])

    async def _expect(self, wanted: Mapping[tuple[RecordKind, str], int]) -> None:
        """Raises Overtaken where a record does not stand at that version. Versions have no gaps."""
        places = {
            document_id(k, n, v + step): (k, n, v, step) for (k, n), v in wanted.items() for step in (0, 1) if v + step
        }
        there = {doc["_id"] for doc in await fetch(self._client, self._name, list(places), ("seq",))}
        for place, (kind, name, version, step) in places.items():
            if (place in there) == bool(step):
                raise Overtaken(f"{kind} {name} is not at version {version}: read it again")

    def _walk(self, terms: Mapping[str, Any]) -> Iterator[Record]:
        last = 0
        while found := self._find(terms, [{"seq": "asc"}], PAGE, after=last):
            yield from found
            last = found[-1].seq

    def _find(self, terms: Mapping[str, Any], by: list[dict[str, Any]], size: int, *, after: int = 0) -> list[Record]:
        """Records in order; everything that anybody added before this call is among them."""
        return self._connection.wait(self._search(terms, by, size, after))

    async def _search(self, terms: Mapping[str, Any], by: list[dict[str, Any]], size: int, after: int) -> list[Record]:
        if not after:
            await self._refresh()
        found = [record_in(source) for source in await self._sources(terms, by, size, after)]
        if not (gone := [str(one.seq) for one in found if one.removed]):
            return found
        said = await self._sources({"kind": "replaced", "id": gone}, [{"seq": "asc"}], MOST, 0)
        instead = {source["id"]: json.loads(source["body"]) for source in said if source["body"]}
        return [replace(one, value=instead.get(str(one.seq), {})) if one.removed else one for one in found]

    async def _refresh(self) -> None:
        await self._settled()
        await self._client.indices.refresh(index=self._name)

    async def _sources(
        self, terms: Mapping[str, Any], by: list[dict[str, Any]], size: int, after: int
    ) -> list[dict[str, Any]]:
        filters: list[dict[str, Any]] = [
            {"terms": {name: value if isinstance(value, list) else [value]}} for name, value in terms.items()
        ]
        query = {"bool": {"filter": [*filters, {"range": {"seq": {"gt": after}}}, {"exists": {"field": "version"}}]}}
        answer = await self._client.search(index=self._name, query=query, sort=by, size=size, track_total_hits=False)
        return [hit["_source"] for hit in answer["hits"]["hits"]]
