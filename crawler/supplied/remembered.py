"""What people said about columns, kept in the home per heading row: next week's sheet of the same office needs nothing.

Only what a person said is kept. What headings and contents say is found anew each time, so that no wrong guess stays.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from crawler.supplied.headings import IGNORED, field_named, flat, words
from index.messages import t
from index.reading import ReadError

AUTO, LEAVE_OUT = "auto", ("", "-")
"""Forget what was said; leave the column out."""
LARGEST = 1 << 20


def said_by(options: Sequence[str]) -> dict[str, str | None]:
    """'商品=title' as flat heading -> field; the field may be named as any list would. Raises ReadError."""
    said: dict[str, str | None] = {}
    for option in options:
        heading, sign, name = option.rpartition("=")
        name = name.strip()
        field = name if name in words() and name not in IGNORED else field_named(name)
        if not sign or not flat(heading) or (name not in {AUTO, *LEAVE_OUT} and (field is None or field in IGNORED)):
            known = ", ".join(f"{field}（{said[0]}）" for field, said in words().items() if field not in IGNORED)
            raise ReadError(t("intake.map.unknown", option=option, known=known))
        said[flat(heading)] = AUTO if name == AUTO else None if name in LEAVE_OUT else field
    return said


class Remembered:
    """The mappings of one home."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when something is remembered."""
        self._folder = folder

    def of(self, headings: Sequence[str]) -> dict[str, str | None]:
        """Flat heading -> field, as said earlier for the same heading row; a damaged note says nothing."""
        path = self._path(headings)
        try:
            if path.stat().st_size > LARGEST:
                return {}
            kept = json.loads(path.read_text("utf-8"))["columns"]
            return {
                str(name): field if field in words() and field not in IGNORED else None for name, field in kept.items()
            }
        except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
            return {}

    def keep(self, headings: Sequence[str], said: Mapping[str, str | None]) -> None:
        """Adds what a person said about columns of this row; 'auto' forgets. Raises OSError."""
        here = {flat(heading) for heading in headings}
        now = {name: field for name, field in said.items() if name in here}
        if not now:
            return
        merged = {name: field for name, field in {**self.of(headings), **now}.items() if field != AUTO}
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(headings)
        note = {"headings": list(headings), "columns": merged}
        half = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        half.write_text(json.dumps(note, ensure_ascii=False, indent=1) + "\n", "utf-8", errors="replace")
        half.replace(path)

    def _path(self, headings: Sequence[str]) -> Path:
        row = "\x1f".join(flat(heading) for heading in headings).rstrip("\x1f")
        digest = hashlib.sha256(row.encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / f"{digest[:24]}.json"
