"""Merging full text after large writes: every search opens each part of it that was written on its own."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import get_args

from index.protocol import Kind
from index.sqlite.files import transaction

_PAGES = 256
"""Pages rewritten in one transaction: other processes wait no longer than for a batch of listings."""


def merge_full_text(opened: sqlite3.Connection) -> None:
    """Leaves at most one part of each size. The index is complete without it: when it cannot be done, it is left."""
    with suppress(sqlite3.Error):
        for kind in get_args(Kind):
            for table in (f"{kind}_text", f"{kind}_title"):
                _merge(opened, table)


def _merge(opened: sqlite3.Connection, table: str) -> None:
    statement = f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)"  # noqa: S608 - ours
    while True:
        before = opened.total_changes
        with transaction(opened):
            opened.execute(statement, (_PAGES,))
        if opened.total_changes - before < 2:  # what FTS5 documents as 'nothing left to merge'
            return
