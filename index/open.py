"""Opens the index that the settings name. Only `crawler/` and `console/` import this."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from index.allowed import AllowedList, allowed_list
from index.home import Home
from index.messages import t
from index.protocol import Index, IndexUnavailable
from index.settings import load_settings

if TYPE_CHECKING:
    from index.records import Decisions
    from index.registry.model import Registry
    from index.sqlite.migrate import Store
    from index.transfer.rows import Transfer


def open_index(home: Home, url: str | None = None, *, write: bool = True) -> Index:
    """The index at `url` ('sqlite:///relative/path', 'sqlite:////absolute/path'), by default index.sqlite in the home.

    An http(s) address is a team's Elasticsearch: when it goes away later, what is written waits in the home.
    `write=False` makes and changes nothing, and works in a read-only
    home. Raises IndexUnavailable.
    """
    if _is_remote(url):
        from index.spool.files import Spool  # noqa: PLC0415 - as below
        from index.spool.index import SpooledIndex  # noqa: PLC0415 - as below

        team: Index = _elastic("store").ElasticIndex(url, load_settings().elastic, write=write, rejected=home.rejected)
        return cast("Index", SpooledIndex(team, Spool(home.spool, str(url)))) if write else team
    from index.sqlite.store import SqliteIndex  # noqa: PLC0415 - loads the query parser, which `--help` need not wait for

    return SqliteIndex(index_file(home, url), write=write)


def open_transfer(home: Home, url: str | None, *, write: bool = True) -> Transfer:
    """The index at `url` as rows that can be carried to another one. Raises IndexUnavailable."""
    if _is_remote(url):
        team: Transfer = _elastic("transfer").ElasticTransfer(url, load_settings().elastic, write=write)
        return team
    from index.sqlite.transfer import SqliteTransfer  # noqa: PLC0415 - as above

    return SqliteTransfer(index_file(home, url), write=write)


def is_team(url: str | None) -> bool:
    """Whether the address is that of a team's index."""
    return _is_remote(url)


def administration() -> Any:
    """`index.elastic.administration`. Raises IndexUnavailable where its libraries are missing."""
    return _elastic("administration")


def open_records(home: Home, url: str | None, *, write: bool = True) -> Decisions:
    """What people decided, of the index at `url`: beside a file, or in the team's index. Raises IndexUnavailable."""
    if _is_remote(url):
        return open_decisions(home, url, write=write)
    from index.sqlite.decisions import SqliteDecisions  # noqa: PLC0415 - as above

    return SqliteDecisions(index_file(home, url).with_name(home.decisions.name), write=write)


def has_decisions(home: Home) -> bool:
    """Whether anything may have been decided: with a team's index always, else when there is a file."""
    return _is_remote(load_settings().index) or home.decisions.exists()


def _is_remote(url: str | None) -> bool:
    return bool(url) and str(url).partition("://")[0] in {"http", "https"}


def _elastic(module: str) -> Any:
    """A module of index.elastic, if its libraries are installed. Raises IndexUnavailable."""
    try:
        return import_module(f"index.elastic.{module}")
    except ImportError as error:
        raise IndexUnavailable(t("elastic.not_installed", name=error.name)) from error


def open_decisions(home: Home, url: str | None = None, *, write: bool = True) -> Decisions:
    """What people decided, apart from the index: with a team's index at `url` (by default the settings' index) beside
    it, else in the home. Raises IndexUnavailable.
    """
    settings = load_settings()
    if _is_remote(place := url or settings.index):
        team: Decisions = _elastic("decisions").ElasticDecisions(place, settings.elastic, write=write)
        return team
    from index.sqlite.decisions import SqliteDecisions  # noqa: PLC0415 - as above

    return SqliteDecisions(home.decisions, write=write)


def open_allowed(home: Home) -> AllowedList:
    """The allow-list, in memory; empty where nobody decided anything. Raises IndexUnavailable, ReadError."""
    if not has_decisions(home):
        return AllowedList()
    decisions = open_decisions(home, write=False)
    try:
        return allowed_list(decisions)
    finally:
        decisions.close()


def open_registry(home: Home) -> Registry | None:
    """Our copies of the registers, in memory; None when nothing was imported. Raises IndexUnavailable."""
    from index.registry.store import load  # noqa: PLC0415 - as above

    return load(home.registry)


def back_up(home: Home, folder: Path, url: str | None = None) -> list[Path]:
    """Copies index, decisions and registers into `folder`, while others may go on writing. Raises IndexUnavailable."""
    from index.sqlite.backup import backup  # noqa: PLC0415 - as above

    return backup(stores(home, url), folder)


def restore(folder: Path, home: Home, url: str | None = None) -> list[Path]:
    """Puts a backup back. Raises IndexUnavailable and leaves everything as it was if the backup is no good."""
    from index.sqlite.backup import restore as put_back  # noqa: PLC0415 - as above

    return put_back(folder, stores(home, url))


def stores(home: Home, url: str | None = None) -> dict[Store, Path]:
    """The files a backup holds, there or not. Raises IndexUnavailable for a team's index."""
    return {"index": index_file(home, url), "decisions": home.decisions, "registry": home.registry}


def index_file(home: Home, url: str | None = None) -> Path:
    """Where the SQLite index lies. Raises IndexUnavailable for another engine."""
    if url is None:
        return home.index
    scheme, separator, rest = url.partition(":///")
    if scheme != "sqlite" or not separator or not rest:
        raise IndexUnavailable(t("mistake.index_url", url=repr(url)))
    return Path(unquote(rest)).expanduser()
