"""A team's index as rows that every engine understands (`index.transfer.rows`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from index.elastic import manage
from index.elastic.anew import Hit, document, hits, listings_of
from index.elastic.bulk import Action, write
from index.elastic.connection import Connection, address, patient
from index.elastic.mappings import alias_name
from index.elastic.writing import digest, expect_none, fetch
from index.messages import t
from index.protocol import IndexUnavailable
from index.reading import ReadError
from index.settings import ElasticSettings
from index.transfer.rows import Key, Row, Store

_SEEN = ("id", "first_seen", "last_seen")
_VALUE: dict[Store, tuple[str, ...]] = {
    "listings": (*_SEEN, "content", "ties", "body"),
    "findings": (*_SEEN, "proposed", "body"),
    "samples": (*_SEEN, "body"),
    "fingerprints": ("id", "at", "body"),
    "history": ("listing_id", "seq", "body"),
    "observations": ("listing_id", "body"),
}
_OF_BODY: dict[Store, tuple[str, ...]] = {
    "history": ("at", "run_id", "field"),
    "observations": ("at", "state", "run_id", "detail"),
    "views": ("listing_id", "at", "run_id"),
    "supplied": ("listing_id", "at"),
    "runs": ("id",),
}
_BESIDE: dict[Store, tuple[str, ...]] = {
    "listings": ("finding_ids", "proposed_ids", "changes", "last_capture"),
    "observations": ("seq",),
}
_ORDER: list[dict[str, Any]] = [{"listing_id": "asc"}, {"seq": "asc"}]


class ElasticTransfer:
    """See `index.transfer.rows.Transfer`."""

    def __init__(self, url: str, settings: ElasticSettings, *, write: bool = True) -> None:
        """Connects, and makes the indices when writing. Raises IndexUnavailable."""
        place = address(url, settings)
        self._prefix = place.prefix
        self._connection = Connection(place, patient(settings))
        self._client = self._connection.client
        self._unseen: set[Store] = set()
        """Stores that were written to since they were last made searchable."""
        try:
            if write:
                self._connection.wait(manage.prepare(self._connection, settings))
            else:
                manage.check(self._connection.wait(manage.versions(self._client, place.prefix)), place.url)
        except BaseException:
            self._connection.close()
            raise

    def stamp(self) -> int | None:
        """See the protocol: who may only read is not told of writing."""
        return None

    def size(self, store: Store) -> int:
        """See the protocol."""
        self._unseen.add(store)  # by others
        return int(self._connection.wait(self._client.count(index=self._searchable(store)))["count"])

    def rows(self, store: Store) -> Iterator[Row]:
        """See the protocol."""
        self._unseen.add(store)  # by others
        walk = hits(self._client, self._searchable(store), by=_ORDER if store == "observations" else None)
        turn, of = 0, None
        for page in self._connection.walk(walk):
            sources = [hit["_source"] for hit in page]
            listings = self._listings(sources) if store == "findings" else {}
            for source in sources:
                turn, of = (turn + 1 if source.get("listing_id") == of else 0), source.get("listing_id")
                yield _row(store, source, turn, listings)

    def fetch(self, store: Store, keys: Sequence[Key]) -> dict[Key, Row]:
        """See the protocol."""
        if store == "observations":
            return self._looks(keys)
        names = {_id(store, key): key for key in keys}
        found = self._connection.wait(fetch(self._client, self._name(store), list(names), _VALUE.get(store, ("body",))))
        return {names[doc["_id"]]: Row(names[doc["_id"]], _value(store, doc["_source"])) for doc in found}

    def _looks(self, keys: Sequence[Key]) -> dict[Key, Row]:
        """Looks have no name in the other engine: they are told by their place among those of a listing."""
        listings = list(dict.fromkeys(key[0] for key in keys))
        walk = hits(self._client, self._searchable("observations"), {"terms": {"listing_id": listings}}, _ORDER)
        found: dict[Key, Row] = {}
        turn, of = 0, None
        for hit in (hit for page in self._connection.walk(walk) for hit in page):
            turn, of = (turn + 1 if hit["_source"]["listing_id"] == of else 0), hit["_source"]["listing_id"]
            row = _row("observations", hit["_source"], turn, {})
            found[row.key] = row
        return {key: found[key] for key in keys if key in found}

    def write(self, store: Store, rows: Sequence[Row], known: Collection[Key]) -> None:
        """See the protocol."""
        try:
            actions = [Action("index", self._name(store), _id(store, row.key), _document(store, row)) for row in rows]
            if store == "listings":
                actions += self._findings([row for row in rows if row.key in known])
        except (ReadError, KeyError, TypeError) as error:
            raise IndexUnavailable(t("transfer.unfit", store=store, detail=error)) from error
        self._unseen.add(store)
        expect_none(self._connection.wait(write(self._client, actions)))

    def close(self) -> None:
        """See the protocol."""
        self._connection.close()

    def _name(self, store: Store) -> str:
        return alias_name(self._prefix, store)

    def _searchable(self, store: Store) -> str:
        """The name, after everything that was written can be found."""
        if store in self._unseen:
            self._connection.wait(self._client.indices.refresh(index=self._name(store)))
            self._unseen.discard(store)
        return self._name(store)

    def _listings(self, findings: Sequence[dict[str, Any]]) -> dict[str, Any]:
        bodies = [one["body"] for one in findings]
        return self._connection.wait(listings_of(self._client, self._name("listings"), bodies))

    def _findings(self, rows: Iterable[Row]) -> list[Action]:
        """Findings of these listings that are there, with the texts that the listings have now."""
        listings = {row.value["id"]: row.value["body"]["listing"] for row in rows}
        if not listings:
            return []
        walk = hits(self._client, self._searchable("findings"), {"terms": {"listing_id": list(listings)}})
        found: list[Hit] = [hit for page in self._connection.walk(walk) for hit in page]
        return [
            Action("index", self._name("findings"), hit["_id"],
                   document("findings", hit["_source"], listings[hit["_source"]["body"]["listing_id"]]))
            for hit in found
        ]  # fmt: skip


def _id(store: Store, key: Key) -> str:
    """The document's id, as `index.elastic.store` and `writing` name it."""
    if store == "pictures":
        return digest(str(key[0]))
    if store == "supplied":
        return digest(*map(str, key))
    if store == "views":
        return f"{key[0]}.{digest(*map(str, key[1:]))}"
    return ".".join(map(str, key))


def _value(store: Store, source: dict[str, Any]) -> dict[str, Any]:
    found = {name: source[name] for name in _VALUE.get(store, ("body",)) if name in source}
    if store == "listings":
        found |= {"ties": sorted(source.get("ties", ())), "content": source.get("content", "")}
    return found


def _row(store: Store, source: dict[str, Any], turn: int, listings: dict[str, Any]) -> Row:
    body = source["body"]
    keys: dict[Store, Key] = {"history": (source.get("listing_id", ""), source.get("seq", 0)),
                              "observations": (source.get("listing_id", ""), turn)}  # fmt: skip
    if store == "fingerprints":
        key: Key = (source["id"], body["analyser_version"])
    elif store == "pictures":
        key = (body["url"],)
    elif store == "views":
        key = (body["listing_id"], body["at"], body["run_id"])
    elif store == "supplied":
        key = (body["listing_id"], body["supply"]["file_sha256"], body["supply"]["by"])
    else:
        key = keys.get(store) or (source["id"],)
    beside = {"listing": listings.get(body["listing_id"])} if store == "findings" else source
    return Row(key, _value(store, source), beside)


def _document(store: Store, row: Row) -> dict[str, Any]:
    """What this engine keeps beside the value is taken from `beside`, or follows from the value."""
    value, body = row.value, row.value["body"]
    own = {name: body[name] for name in _OF_BODY.get(store, ())}
    own |= {name: row.beside[name] for name in _BESIDE.get(store, ())}
    if store == "pictures":
        own["id"] = digest(body["url"])
    if store == "supplied":
        own["by"] = body["supply"]["by"]
    return document(store, {**own, **value}, row.beside.get("listing"))
