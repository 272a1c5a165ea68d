"""Samples that look alike or do alike, in the embedded index."""

from __future__ import annotations

import json
import sqlite3

from apk_analysis.fingerprint import Fingerprint, Sketch
from index.protocol import Similar
from index.reading import ReadError, decode, encode
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


def register(opened: sqlite3.Connection) -> None:
    """The functions that the migration uses."""
    opened.create_function("bands_of_icon", 1, lambda dhash: json.dumps(icon_bands(dhash)), deterministic=True)
    opened.create_function("bands_of_code", 1, _bands, deterministic=True)


def _bands(stored: str | None) -> str:
    try:
        return json.dumps(sketch_bands(decode(Sketch, stored))) if stored else "[]"
    except ReadError:
        return "[]"


def remember(opened: sqlite3.Connection, sample: Fingerprint) -> None:
    """Makes the sample, which is stored already, one that can be found by its icon and its code.

    Bands of an icon that it had before stay: they lead to a hash that nobody has.
    """
    if sample.icon:
        rows = [(band, sample.icon.dhash) for band in icon_bands(sample.icon.dhash)]
        opened.executemany("INSERT OR IGNORE INTO icon_bands VALUES (?, ?)", rows)
    (number,) = opened.execute("SELECT number FROM samples WHERE id = ?", (sample.sha256,)).fetchone()
    before = opened.execute("SELECT sketch FROM code_sketches WHERE number = ?", (number,)).fetchone()
    if before:
        gone = [(band, number) for band in json.loads(_bands(before[0]))]
        opened.executemany("DELETE FROM code_bands WHERE band = ? AND number = ?", gone)
        opened.execute("DELETE FROM code_sketches WHERE number = ?", (number,))
    if sketch := code_sketch(sample):
        row = (number, sketch.minhash, encode(sketch).decode())
        opened.execute("INSERT INTO code_sketches VALUES (?, ?, ?)", row)
        rows = [(band, number) for band in sketch_bands(sketch)]
        opened.executemany("INSERT INTO code_bands VALUES (?, ?)", rows)


def icons(opened: sqlite3.Connection, dhash: str, distance: int, limit: int) -> list[Similar]:
    """See `Index.similar_icons`."""
    found = opened.execute(
        "SELECT DISTINCT b.dhash FROM json_each(?) w CROSS JOIN icon_bands b ON b.band = w.value",
        (json.dumps(icon_probes(dhash, distance)),),
    )
    similar: list[Similar] = []
    for apart, hashes in near_hashes(dhash, distance, (name for (name,) in found)).items():
        rows = opened.execute(
            "SELECT s.id FROM json_each(?) w CROSS JOIN samples s ON s.icon_dhash = w.value ORDER BY s.id LIMIT ?",
            (json.dumps(hashes), limit - len(similar)),
        )
        similar += [alike(apart, name) for (name,) in rows]
        if len(similar) >= limit:
            break
    return similar


def codes(opened: sqlite3.Connection, sketch: Sketch, limit: int) -> list[Similar]:
    """See `Index.similar_code`."""
    bands = sketch_bands(sketch)
    if not bands:
        return []
    # A band that few carry says more than one that thousands do.
    found = opened.execute(
        "WITH asked AS MATERIALIZED (SELECT w.value AS band, 1.0 /"
        " (SELECT count(*) FROM code_bands b WHERE b.band = w.value) AS weight FROM json_each(?) w)"
        " SELECT s.id, c.minhash, c.number FROM (SELECT b.number, sum(a.weight) AS shared FROM asked a"
        " CROSS JOIN code_bands b ON b.band = a.band GROUP BY b.number ORDER BY shared DESC LIMIT ?) best"
        " CROSS JOIN code_sketches c ON c.number = best.number CROSS JOIN samples s ON s.number = best.number",
        (json.dumps(bands), CANDIDATES),
    ).fetchall()
    numbers = {name: number for name, _, number in found}
    chosen = promising(sketch, [(name, minhash) for name, minhash, _ in found])
    stored = (opened.execute("SELECT sketch FROM code_sketches WHERE number = ?", (numbers[name],)) for name in chosen)
    sketches = [(name, decode(Sketch, rows.fetchone()[0])) for name, rows in zip(chosen, stored, strict=True)]
    return most_alike(sketch, sketches, limit)
