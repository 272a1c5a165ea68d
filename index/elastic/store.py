"""A team's index on Elasticsearch behind the protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, get_args

from apk_analysis.fingerprint import Fingerprint, Sketch
from index.arrivals import arrival
from index.elastic import manage, removing, searching, similar
from index.elastic.bulk import Action, write
from index.elastic.connection import Connection, address
from index.elastic.documents import run_document, stored
from index.elastic.mappings import SCHEMA_VERSION, Store, alias_name
from index.elastic.rejected import Rejected
from index.elastic.writing import Writer, digest, expect_none, fetch, observation
from index.messages import t
from index.model import Observation, Picture, Run, Supplied, View
from index.protocol import Facet, Glance, IndexUnavailable, Judged, Kind, Put, QueryError, Similar, Stored
from index.query.fields import check_facets
from index.query.parse import parse
from index.reading import read
from index.redacting import Redaction
from index.settings import ElasticSettings

BATCH = 500
NEIGHBOURS = 50
VIEWS = 10
"""So many second looks are kept of one listing."""
MOST = 10_000
"""Documents of one listing that are ever read: looks, views, changes."""
_KINDS: dict[str, Kind] = {"l": "listings", "f": "findings", "": "samples"}


class ElasticIndex:
    """`index.protocol.Index` on one Elasticsearch cluster."""

    def __init__(
        self, url: str, settings: ElasticSettings, *, write: bool = True, rejected: Path | None = None
    ) -> None:
        """Connects, and makes templates and indices when writing. Raises IndexUnavailable.

        `rejected`: file for documents that the server will never take; None: one of them makes writing fail.
        """
        self._place = address(url, settings)
        self._connection = Connection(self._place, settings)
        self._client = self._connection.client
        self._rejected = Rejected(rejected) if rejected else None
        self._refused = self._rejected.take if self._rejected else expect_none
        self._unseen: set[Store] = set()
        """Stores that this object wrote to since they were last made searchable."""
        try:
            if write:
                self._connection.wait(manage.prepare(self._connection, settings))
            else:
                manage.check(self._connection.wait(manage.versions(self._client, self._place.prefix)), self._place.url)
        except BaseException:
            self._connection.close()
            raise

    def put(self, judged: Sequence[Judged], *, run_id: str, at: str) -> list[Put]:
        """See the protocol."""
        return self._put(judged, run_id=run_id, at=at, looked=True)

    def rejudge(self, judged: Sequence[Judged], *, run_id: str, at: str) -> list[Put]:
        """See the protocol."""
        return self._put(judged, run_id=run_id, at=at, looked=False)

    def _put(self, judged: Sequence[Judged], *, run_id: str, at: str, looked: bool) -> list[Put]:
        arrivals = [arrival(one) for one in judged]
        outcomes: list[Put] = []
        self._unseen |= {"listings", "findings", "samples", "history", "observations"}
        for start in range(0, len(arrivals), BATCH):
            writer = Writer(self._client, self._name, at, run_id, looked, self._refused)
            outcomes += self._connection.wait(writer.put(arrivals[start : start + BATCH]))
        return outcomes

    def see_again(self, listing_ids: Iterable[str], *, at: str) -> dict[str, Glance]:
        """See the protocol."""
        wanted = list(dict.fromkeys(listing_ids))
        found: dict[str, Glance] = {}
        self._unseen |= {"listings", "findings"}
        for start in range(0, len(wanted), BATCH):
            writer = Writer(self._client, self._name, at, refused=self._refused)
            found |= self._connection.wait(writer.see_again(wanted[start : start + BATCH]))
        return found

    def put_pictures(self, pictures: Sequence[Picture]) -> None:
        """See the protocol."""
        self._write("pictures", [(digest(one.url), {"id": digest(one.url), "body": one}) for one in pictures])

    def pictures(self, urls: Iterable[str]) -> dict[str, Picture]:
        """See the protocol."""
        names = sorted({digest(url) for url in urls})
        found = (read(Picture, doc["_source"]["body"], doc["_id"]) for doc in self._fetch("pictures", names))
        return {picture.url: picture for picture in found}

    def put_sample(self, fingerprint: Fingerprint, *, at: str) -> None:
        """See the protocol."""
        self._unseen.add("samples")
        writer = Writer(self._client, self._name, at, refused=self._refused)
        self._connection.wait(writer.put_sample(fingerprint))

    def sample(self, sha256: str, analyser_version: int) -> Fingerprint | None:
        """See the protocol."""
        found = self._fetch("fingerprints", [f"{sha256}.{analyser_version}"])
        return read(Fingerprint, found[0]["_source"]["body"], sha256) if found else None

    def get(self, any_id: str) -> Stored | None:
        """See the protocol."""
        scheme, _, digits = any_id.rpartition("-")
        if len(digits) < 8 or not (any_id.isascii() and any_id.replace("-", "").isalnum()):
            return None
        kind = _KINDS.get(scheme[:1])
        if kind is None:
            return None
        if exact := self._fetch(kind, [any_id]):
            return stored(kind, exact[0]["_source"])
        found = self._find(kind, {"prefix": {"id": any_id}}, [{"id": "asc"}], size=2)
        return stored(kind, found[0]) if len(found) == 1 else None

    def history(self, listing_id: str) -> list[dict[str, object]]:
        """See the protocol."""
        return [one["body"] for one in self._of_listing("history", listing_id, "seq")]

    def search(
        self, query: str, *, kind: Kind = "findings", sort: str | None = None, limit: int = 20, offset: int = 0
    ) -> list[Stored]:
        """See the protocol."""
        if min(limit, offset) < 0 or max(limit, offset) > 2**31:
            raise QueryError(t("query.bad_page"))
        node = parse(query, kind)
        name = self._searchable(kind)
        return self._connection.wait(
            searching.page(self._client, name, node, kind, sort=sort, limit=limit, offset=offset)
        )

    def count(self, query: str, *, kind: Kind = "findings") -> int:
        """See the protocol."""
        node = parse(query, kind)
        return self._connection.wait(searching.number_of(self._client, self._searchable(kind), node, kind))

    def facet(self, query: str, field: str, *, kind: Kind = "findings", limit: int = 20) -> list[Facet]:
        """See the protocol."""
        check_facets(limit)
        node = parse(query, kind)
        name = self._searchable(kind)
        return self._connection.wait(searching.facet(self._client, name, node, kind, name=field, limit=limit))

    def scan(self, query: str, *, kind: Kind = "findings") -> Iterator[Stored]:
        """See the protocol."""
        pages = searching.walk(self._client, self._searchable(kind), parse(query, kind), kind)
        return (hit for page in self._connection.walk(pages) for hit in page)

    def neighbours(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """See the protocol."""
        wanted = list(dict.fromkeys(keys))
        by = [{"first_seen": "desc"}, {"id": "asc"}]
        bodies = [
            {"query": {"term": {"ties": key}}, "sort": by, "size": NEIGHBOURS, "_source": ["id"]} for key in wanted
        ]
        answers = self._ask_many(bodies)
        found = {key: [hit["_source"]["id"] for hit in hits["hits"]] for key, hits in zip(wanted, answers, strict=True)}
        return {key: names for key, names in found.items() if names}

    def tie_counts(self, keys: Iterable[str]) -> dict[str, int]:
        """See the protocol."""
        wanted = list(dict.fromkeys(keys))
        bodies = [{"query": {"term": {"ties": key}}, "size": 0, "track_total_hits": True} for key in wanted]
        answers = self._ask_many(bodies)
        return {key: int(hits["total"]["value"]) for key, hits in zip(wanted, answers, strict=True)}

    def ties(self, listing_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """See the protocol."""
        found = self._fetch("listings", list(dict.fromkeys(listing_ids)), ("ties",))
        return {doc["_id"]: tuple(sorted(ties)) for doc in found if (ties := doc["_source"].get("ties"))}

    def similar_icons(self, dhash: str, *, distance: int = 8, limit: int = 10) -> list[Similar]:
        """See the protocol."""
        name = self._searchable("samples")
        return self._connection.wait(similar.icons(self._client, name, dhash, distance, limit))

    def similar_code(self, sketch: Sketch, *, limit: int = 10) -> list[Similar]:
        """See the protocol."""
        return self._connection.wait(similar.codes(self._client, self._searchable("samples"), sketch, limit))

    def observe(self, observations: Sequence[Observation]) -> None:
        """See the protocol."""
        written: dict[str, object] = {}
        for one in observations:
            said = digest(one.at, one.state, one.run_id, one.detail or "", one.capture.sha256 if one.capture else "")
            alike = next(n for n in count() if f"{one.listing_id}.{said}.{n}" not in written)
            written[f"{one.listing_id}.{said}.{alike}"] = observation(one)  # told twice it stands once
        self._write("observations", list(written.items()))
        shown = {one.listing_id: {"last_capture": one.capture.sha256} for one in observations if one.capture}
        actions = [Action("update", self._name("listings"), name, said) for name, said in shown.items()]
        refusals = self._connection.wait(write(self._client, actions))
        self._refused([one for one in refusals if one.status != 404])  # a listing that is not there has no page

    def observations(self, listing_id: str) -> list[Observation]:
        """See the protocol."""
        found = self._of_listing("observations", listing_id, "seq")
        return [read(Observation, {**one["body"], "listing_id": listing_id}, listing_id) for one in found]

    def put_views(self, views: Sequence[View]) -> None:
        """See the protocol."""
        self._write(
            "views",
            [
                (f"{one.listing_id}.{digest(one.at, one.run_id)}",
                 {"listing_id": one.listing_id, "at": one.at, "run_id": one.run_id, "body": one})
                for one in views
            ],
        )  # fmt: skip
        for name, kept in self.views(one.listing_id for one in views).items():
            old = [f"{name}.{digest(one.at, one.run_id)}" for one in kept[VIEWS:]]
            self._connection.wait(write(self._client, [Action("delete", self._name("views"), one) for one in old]))

    def views(self, listing_ids: Iterable[str]) -> dict[str, list[View]]:
        """See the protocol."""
        found: dict[str, list[View]] = {}
        for one in self._of_listings("views", listing_ids, [{"at": "desc"}, {"run_id": "desc"}]):
            found.setdefault(one["listing_id"], []).append(read(View, one["body"], one["listing_id"]))
        return found

    def put_supplied(self, supplied: Sequence[Supplied]) -> None:
        """See the protocol."""
        self._unseen.add("supplied")
        actions = [
            Action("create", self._name("supplied"), digest(one.listing_id, one.supply.file_sha256, one.supply.by),
                   {"listing_id": one.listing_id, "at": one.at, "by": one.supply.by, "body": one})
            for one in supplied
        ]  # fmt: skip
        refusals = self._connection.wait(write(self._client, actions))
        self._refused([one for one in refusals if one.status != 409])  # the first word stays

    def supplied(self, listing_ids: Iterable[str]) -> dict[str, list[Supplied]]:
        """See the protocol."""
        found: dict[str, list[Supplied]] = {}
        for one in self._of_listings("supplied", listing_ids, [{"at": "asc"}]):
            found.setdefault(one["listing_id"], []).append(read(Supplied, one["body"], one["listing_id"]))
        return found

    def addresses(self, urls: Iterable[str]) -> dict[str, str]:
        """See the protocol."""
        wanted = list(dict.fromkeys(urls))
        by = [{"first_seen": "asc"}, {"id": "asc"}]
        bodies = [{"query": {"term": {"url": url}}, "sort": by, "size": 1, "_source": ["id"]} for url in wanted]
        answers = self._ask_many(bodies)
        return {
            url: hits["hits"][0]["_source"]["id"] for url, hits in zip(wanted, answers, strict=True) if hits["hits"]
        }

    def delete(self, listing_ids: Sequence[str]) -> int:
        """See the protocol."""
        wanted, there = list(dict.fromkeys(listing_ids)), 0
        self._all_searchable()
        for start in range(0, len(wanted), BATCH):
            there += self._connection.wait(removing.delete(self._client, self._name, wanted[start : start + BATCH]))
        self._all_searchable()
        return there

    def mentions(self, words: Sequence[str]) -> set[str]:
        """See the protocol."""
        self._all_searchable()
        return self._connection.wait(removing.mentions(self._client, self._name, Redaction(words)))

    def redact(self, listing_ids: Sequence[str], words: Sequence[str]) -> None:
        """See the protocol."""
        redaction, wanted = Redaction(words), list(dict.fromkeys(listing_ids))
        self._all_searchable()
        self._connection.wait(removing.redact(self._client, self._name, wanted, redaction))
        self._connection.wait(removing.redact_pictures(self._client, self._name, redaction))
        self._all_searchable()

    def _all_searchable(self) -> None:
        """Whoever takes something out must find everything that anybody has written."""
        for store in ("listings", *removing.BESIDE, "pictures"):
            self._unseen.add(store)
            self._searchable(store)

    def record_run(self, run: Run) -> None:
        """See the protocol."""
        self._write("runs", [(run.id, run_document(run))])

    def runs(self, marketplace: str | None = None, *, limit: int = 20) -> list[Run]:
        """See the protocol."""
        query: dict[str, Any] = {"term": {"marketplace": marketplace}} if marketplace is not None else {}
        by = [{"started_at": "desc"}, {"id": "asc"}]
        found = self._find("runs", query, by, size=max(0, min(limit, MOST)))
        return [read(Run, one["body"], one["id"]) for one in found]

    def status(self) -> dict[str, object]:
        """See the protocol."""
        stats = self._connection.wait(self._client.indices.stats(index=f"{self._place.prefix}-*", metric="store"))
        return {
            "engine": "elasticsearch",
            "place": f"{self._place.url}/{self._place.prefix}",
            "schema_version": SCHEMA_VERSION,
            "counts": {kind: self.count("", kind=kind) for kind in get_args(Kind)},
            "bytes": stats["_all"]["total"]["store"]["size_in_bytes"],
            **({"rejected_bytes": self._rejected.size()} if self._rejected else {}),
        }

    def close(self) -> None:
        """See the protocol. What was written can be found by whoever asks next."""
        try:
            with suppress(IndexUnavailable):  # the server may be gone; it shows within seconds of its return
                for store in sorted(self._unseen):
                    self._searchable(store)
        finally:
            self._connection.close()

    def _name(self, store: Store) -> str:
        return alias_name(self._place.prefix, store)

    def _searchable(self, store: Store) -> str:
        """The name, after what this object wrote can be found; others find it within seconds."""
        if store in self._unseen:
            self._connection.wait(self._client.indices.refresh(index=self._name(store)))
            self._unseen.discard(store)
        return self._name(store)

    def _write(self, store: Store, documents: Sequence[tuple[str, object]]) -> None:
        self._unseen.add(store)
        actions = [Action("index", self._name(store), name, document) for name, document in documents]
        self._refused(self._connection.wait(write(self._client, actions)))

    def _fetch(self, store: Store, names: Sequence[str], fields: Sequence[str] = ()) -> list[dict[str, Any]]:
        return self._connection.wait(fetch(self._client, self._name(store), names, fields))

    def _find(self, store: Store, query: dict[str, Any], by: list[dict[str, Any]], size: int) -> list[dict[str, Any]]:
        return self._connection.wait(searching.every(self._client, self._searchable(store), query, by, size))

    def _of_listing(self, store: Store, listing_id: str, by: str) -> list[dict[str, Any]]:
        return self._find(store, {"term": {"listing_id": listing_id}}, [{by: "asc"}], MOST)

    def _of_listings(self, store: Store, ids: Iterable[str], by: list[dict[str, Any]]) -> list[dict[str, Any]]:
        wanted = list(dict.fromkeys(ids))
        found = []
        for start in range(0, len(wanted), BATCH):
            query = {"terms": {"listing_id": wanted[start : start + BATCH]}}
            found += self._find(store, query, by, MOST)
        return found

    def _ask_many(self, bodies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The hits of each search among listings."""
        name, found = self._searchable("listings"), []
        for start in range(0, len(bodies), 100):
            asked = [part for body in bodies[start : start + 100] for part in ({"index": name}, body)]
            answer = self._connection.wait(self._client.msearch(searches=asked))
            found += [one["hits"] for one in answer["responses"]]
        return found
