"""The embedded index behind the protocol."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

from apk_analysis.fingerprint import Fingerprint, Sketch
from index.arrivals import arrival
from index.messages import t
from index.model import Capture, Observation, Picture, Run, Supplied, View
from index.protocol import Facet, Glance, IndexUnavailable, Judged, Kind, Put, QueryError, Similar, Stored
from index.query.fields import check_facets
from index.query.parse import parse
from index.reading import ReadError, decode, encode
from index.redacting import Redaction
from index.sqlite import removing, searching, similar, writing
from index.sqlite.compile import Compiled, compile_query
from index.sqlite.files import speaking_of, transaction
from index.sqlite.migrate import open_migrated, version
from index.sqlite.tidy import merge_full_text

BATCH = 200
"""Rows of one write transaction: short enough that other processes hardly wait."""
NEIGHBOURS = 50
VIEWS = 10
"""So many second looks are kept of one listing."""
TIDY_AFTER = 1000
"""Documents written before closing is worth some merging."""


class SqliteIndex:
    """`index.protocol.Index` on one SQLite file."""

    def __init__(self, path: Path, *, write: bool = True) -> None:
        """Opens the file, and makes or migrates it when writing. Raises IndexUnavailable."""
        self.path = path
        self._opened = open_migrated(path, "index", write=write)
        self._written = 0

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with speaking_of(self.path):
            try:
                yield self._opened
            except ReadError as error:
                raise IndexUnavailable(f"{self.path}: an object in it is damaged ({error})") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as opened, transaction(opened):
            yield opened

    @contextmanager
    def _putting(self, at: str, run_id: str = "", *, looked: bool = True) -> Iterator[writing.Writer]:
        with self._writing() as opened:
            writer = writing.Writer(opened, at, run_id, looked)
            yield writer
            writer.rows.finish()

    def put(self, judged: Sequence[Judged], *, run_id: str, at: str) -> list[Put]:
        """See the protocol."""
        return self._put(judged, run_id=run_id, at=at, looked=True)

    def see_again(self, listing_ids: Iterable[str], *, at: str) -> dict[str, Glance]:
        """See the protocol."""
        wanted = list(dict.fromkeys(listing_ids))
        found: dict[str, Glance] = {}
        for start in range(0, len(wanted), BATCH):
            with self._putting(at) as writer:
                found |= writer.see_again(wanted[start : start + BATCH])
        return found

    def rejudge(self, judged: Sequence[Judged], *, run_id: str, at: str) -> list[Put]:
        """See the protocol."""
        return self._put(judged, run_id=run_id, at=at, looked=False)

    def _put(self, judged: Sequence[Judged], *, run_id: str, at: str, looked: bool) -> list[Put]:
        arrivals = [arrival(one) for one in judged]
        outcomes: list[Put] = []
        for start in range(0, len(arrivals), BATCH):
            with self._putting(at, run_id, looked=looked) as writer:
                outcomes += writer.put(arrivals[start : start + BATCH])
        self._written += sum(one.outcome != "unchanged" for one in outcomes)
        return outcomes

    def put_pictures(self, pictures: Sequence[Picture]) -> None:
        """See the protocol."""
        with self._writing() as opened:
            rows = [(one.url, encode(one).decode()) for one in pictures]
            opened.executemany("INSERT OR REPLACE INTO pictures VALUES (?, ?)", rows)

    def pictures(self, urls: Iterable[str]) -> dict[str, Picture]:
        """See the protocol."""
        with self._reading() as opened:
            found = opened.execute(
                "SELECT p.url, p.body FROM json_each(?) w CROSS JOIN pictures p ON p.url = w.value",
                (encode(list(urls)).decode(),),
            )
            return {url: decode(Picture, body) for url, body in found}

    def put_sample(self, fingerprint: Fingerprint, *, at: str) -> None:
        """See the protocol."""
        with self._putting(at) as writer:
            writer.put_sample(fingerprint)

    def sample(self, sha256: str, analyser_version: int) -> Fingerprint | None:
        """See the protocol."""
        with self._reading() as opened:
            found = opened.execute(
                "SELECT body FROM fingerprints WHERE sha256 = ? AND analyser_version = ?", (sha256, analyser_version)
            ).fetchone()
            return decode(Fingerprint, found[0]) if found else None

    def get(self, any_id: str) -> Stored | None:
        """See the protocol."""
        scheme, _, digits = any_id.rpartition("-")
        if len(digits) < 8 or not (any_id.isascii() and any_id.replace("-", "").isalnum()):
            return None
        kinds: dict[str, Kind] = {"l": "listings", "f": "findings", "": "samples"}
        kind = kinds.get(scheme[:1])
        if kind is None:
            return None
        with self._reading() as opened:
            found = opened.execute(
                f"SELECT number FROM {kind} WHERE id >= ? AND id < ? LIMIT 2",  # noqa: S608 - kind is ours
                (any_id, any_id + "~"),
            ).fetchall()
            return searching.stored(opened, kind, [found[0][0]])[0] if len(found) == 1 else None

    def history(self, listing_id: str) -> list[dict[str, object]]:
        """See the protocol."""
        with self._reading() as opened:
            found = opened.execute(
                "SELECT at, run_id, field, old, new FROM history WHERE listing_id = ? ORDER BY seq", (listing_id,)
            ).fetchall()
            return [
                {"at": at, "run_id": run, "field": field, "old": decode(object, old), "new": decode(object, new)}
                for at, run, field, old, new in found
            ]

    def search(
        self, query: str, *, kind: Kind = "findings", sort: str | None = None, limit: int = 20, offset: int = 0
    ) -> list[Stored]:
        """See the protocol."""
        if min(limit, offset) < 0 or max(limit, offset) > 2**31:
            raise QueryError(t("query.bad_page"))
        compiled = _compiled(query, kind)
        with self._reading() as opened:
            return searching.stored(opened, kind, searching.page(opened, compiled, sort, limit, offset))

    def count(self, query: str, *, kind: Kind = "findings") -> int:
        """See the protocol."""
        compiled = _compiled(query, kind)
        with self._reading() as opened:
            return searching.number_of(opened, compiled)

    def facet(self, query: str, field: str, *, kind: Kind = "findings", limit: int = 20) -> list[Facet]:
        """See the protocol."""
        check_facets(limit)
        compiled = _compiled(query, kind)
        with self._reading() as opened:
            return searching.facet(opened, compiled, field, limit)

    def scan(self, query: str, *, kind: Kind = "findings") -> Iterator[Stored]:
        """See the protocol."""
        compiled = _compiled(query, kind)
        return self._walk(compiled)

    def _walk(self, compiled: Compiled) -> Iterator[Stored]:
        with self._reading() as opened:
            yield from searching.walk(opened, compiled)

    def neighbours(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """See the protocol."""
        with self._reading() as opened:
            found = {
                key: opened.execute(
                    "SELECT l.id FROM ties t CROSS JOIN listings l ON l.place = t.place WHERE t.key = ?"
                    " ORDER BY t.place DESC LIMIT ?",
                    (key, NEIGHBOURS),
                ).fetchall()
                for key in keys
            }
            return {key: [row[0] for row in rows] for key, rows in found.items() if rows}

    def tie_counts(self, keys: Iterable[str]) -> dict[str, int]:
        """See the protocol."""
        with self._reading() as opened:
            counted = "SELECT count(*) FROM ties WHERE key = ?"
            return {key: int(opened.execute(counted, (key,)).fetchone()[0]) for key in keys}

    def ties(self, listing_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """See the protocol."""
        carried = "SELECT t.key FROM listings l JOIN ties t ON t.place = l.place WHERE l.id = ? ORDER BY t.key"
        with self._reading() as opened:
            found = {name: opened.execute(carried, (name,)).fetchall() for name in listing_ids}
        return {name: tuple(row[0] for row in rows) for name, rows in found.items() if rows}

    def similar_icons(self, dhash: str, *, distance: int = 8, limit: int = 10) -> list[Similar]:
        """See the protocol."""
        with self._reading() as opened:
            return similar.icons(opened, dhash, distance, limit)

    def similar_code(self, sketch: Sketch, *, limit: int = 10) -> list[Similar]:
        """See the protocol."""
        with self._reading() as opened:
            return similar.codes(opened, sketch, limit)

    def observe(self, observations: Sequence[Observation]) -> None:
        """See the protocol."""
        for start in range(0, len(observations), BATCH):
            with self._writing() as opened:
                opened.executemany(
                    "INSERT INTO observations (listing_id, at, state, run_id, detail, capture)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (o.listing_id, o.at, o.state, o.run_id, o.detail, o.capture and encode(o.capture).decode())
                        for o in observations[start : start + BATCH]
                    ],
                )

    def observations(self, listing_id: str) -> list[Observation]:
        """See the protocol."""
        with self._reading() as opened:
            found = opened.execute(
                "SELECT at, state, run_id, detail, capture FROM observations WHERE listing_id = ? ORDER BY seq",
                (listing_id,),
            )
            return [
                Observation(
                    listing_id=listing_id,
                    at=at,
                    state=state,
                    run_id=run,
                    detail=detail,
                    capture=decode(Capture, capture) if capture else None,
                )
                for at, state, run, detail, capture in found
            ]

    def put_views(self, views: Sequence[View]) -> None:
        """See the protocol."""
        rows = [(one.listing_id, one.at, one.run_id, encode(one).decode()) for one in views]
        with self._writing() as opened:
            opened.executemany("INSERT OR REPLACE INTO views VALUES (?, ?, ?, ?)", rows)
            opened.executemany(
                "DELETE FROM views WHERE listing_id = ?1 AND (at, run_id) NOT IN"
                " (SELECT at, run_id FROM views WHERE listing_id = ?1 ORDER BY at DESC, run_id DESC LIMIT ?2)",
                {(one.listing_id, VIEWS) for one in views},
            )

    def views(self, listing_ids: Iterable[str]) -> dict[str, list[View]]:
        """See the protocol."""
        found: dict[str, list[View]] = {}
        with self._reading() as opened:
            rows = opened.execute(
                "SELECT v.listing_id, v.body FROM json_each(?) w CROSS JOIN views v ON v.listing_id = w.value"
                " ORDER BY v.listing_id, v.at DESC, v.run_id DESC",
                (encode(list(dict.fromkeys(listing_ids))).decode(),),
            )
            for name, body in rows:
                found.setdefault(name, []).append(decode(View, body))
        return found

    def put_supplied(self, supplied: Sequence[Supplied]) -> None:
        """See the protocol."""
        rows = [(o.listing_id, o.supply.file_sha256, o.supply.by, o.at, encode(o).decode()) for o in supplied]
        with self._writing() as opened:
            opened.executemany("INSERT OR IGNORE INTO supplied VALUES (?, ?, ?, ?, ?)", rows)

    def supplied(self, listing_ids: Iterable[str]) -> dict[str, list[Supplied]]:
        """See the protocol."""
        found: dict[str, list[Supplied]] = {}
        with self._reading() as opened:
            rows = opened.execute(
                "SELECT s.listing_id, s.body FROM json_each(?) w CROSS JOIN supplied s ON s.listing_id = w.value"
                " ORDER BY s.listing_id, s.at",
                (encode(list(dict.fromkeys(listing_ids))).decode(),),
            )
            for name, body in rows:
                found.setdefault(name, []).append(decode(Supplied, body))
        return found

    def addresses(self, urls: Iterable[str]) -> dict[str, str]:
        """See the protocol."""
        with self._reading() as opened:
            found = opened.execute(
                "SELECT w.value, l.id FROM json_each(?) w CROSS JOIN listings l ON l.url = w.value"
                " ORDER BY l.first_seen DESC, l.id DESC",
                (encode(list(urls)).decode(),),
            )
            return dict(found.fetchall())

    def delete(self, listing_ids: Sequence[str]) -> int:
        """See the protocol."""
        wanted, there = list(dict.fromkeys(listing_ids)), 0
        for start in range(0, len(wanted), BATCH):
            with self._putting("") as writer:
                there += removing.delete(writer, wanted[start : start + BATCH])
        if there:
            self._forget()
        return there

    def mentions(self, words: Sequence[str]) -> set[str]:
        """See the protocol."""
        redaction = Redaction(words)
        with self._reading() as opened:
            return removing.mentions(opened, redaction)

    def redact(self, listing_ids: Sequence[str], words: Sequence[str]) -> None:
        """See the protocol."""
        wanted, redaction = list(dict.fromkeys(listing_ids)), Redaction(words)
        for start in range(0, len(wanted), BATCH):
            with self._putting("") as writer:
                removing.redact(writer, wanted[start : start + BATCH], redaction)
        with self._writing() as opened:
            removing.redact_pictures(opened, redaction)
        self._forget()

    def _forget(self) -> None:
        """Writes the full text, the file and its journal anew: what was deleted does not linger in free places."""
        for kind in ("listings", "findings"):
            for table in (f"{kind}_text", f"{kind}_title"):
                with self._writing() as opened:
                    opened.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608 - ours
        with speaking_of(self.path):
            self._opened.execute("VACUUM")
            self._opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def record_run(self, run: Run) -> None:
        """See the protocol."""
        with self._writing() as opened:
            opened.execute(
                "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?)",
                (run.id, run.marketplace, run.started_at, encode(run).decode()),
            )

    def runs(self, marketplace: str | None = None, *, limit: int = 20) -> list[Run]:
        """See the protocol."""
        with self._reading() as opened:
            found = opened.execute(
                "SELECT body FROM runs WHERE ?1 IS NULL OR marketplace = ?1 ORDER BY started_at DESC, id LIMIT ?2",
                (marketplace, max(0, limit)),
            ).fetchall()
            return [decode(Run, body) for (body,) in found]

    def status(self) -> dict[str, object]:
        """See the protocol."""
        with self._reading() as opened:
            kinds: tuple[Kind, ...] = get_args(Kind)
            counts = {kind: opened.execute(f"SELECT count(*) FROM {kind}").fetchone()[0] for kind in kinds}  # noqa: S608 - all parts are ours
            pages, size = (opened.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
            return {
                "engine": "sqlite",
                "place": str(self.path),
                "schema_version": version(opened),
                "counts": counts,
                "bytes": pages * size,
            }

    def close(self) -> None:
        """See the protocol."""
        if self._written >= TIDY_AFTER:
            merge_full_text(self._opened)
        self._opened.close()


def _compiled(query: str, kind: Kind) -> Compiled:
    return compile_query(parse(query, kind), kind)
