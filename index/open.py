"""Opens the index that the settings name. Only `crawler/` and `console/` import this."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from index.home import Home
from index.protocol import Index, IndexUnavailable


def open_index(home: Home, url: str | None = None, *, write: bool = True) -> Index:
    """The index at `url` ('sqlite:///relative/path', 'sqlite:////absolute/path'), by default index.sqlite in the home.

    `write=False` makes and changes nothing, and works in a read-only home. Raises IndexUnavailable.
    """
    from index.sqlite.store import SqliteIndex  # noqa: PLC0415 - loads the query parser, which `--help` need not wait for

    return SqliteIndex(index_file(home, url), write=write)


def index_file(home: Home, url: str | None = None) -> Path:
    """Where the SQLite index lies. Raises IndexUnavailable for another engine."""
    if url is None:
        return home.index
    scheme, separator, rest = url.partition(":///")
    if scheme != "sqlite" or not separator or not rest:
        raise IndexUnavailable(f"cannot open the index {url!r}: expected sqlite:///path/to/index.sqlite")
    return Path(unquote(rest)).expanduser()
