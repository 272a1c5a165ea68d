"""What an administrator does with a team's indices, as plain calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from index.elastic import manage, rebuild, roles
from index.elastic.connection import Connection, address, patient
from index.elastic.mappings import SCHEMA_VERSION
from index.settings import ElasticSettings


def init(url: str, settings: ElasticSettings) -> str:
    """Makes templates and indices that are not there yet; where they are. Raises IndexUnavailable."""
    with _connected(url, settings) as connection:
        connection.wait(manage.prepare(connection, settings))
        return f"{connection.place.url}/{connection.place.prefix}"


def migrate(url: str, settings: ElasticSettings, *, tell: Callable[[str, int], None] = lambda *_: None) -> str:
    """Makes what is not there yet, and builds anew where indices are of an older version; where they are.

    Raises IndexUnavailable.
    """
    with _connected(url, settings) as connection:
        found = connection.wait(manage.versions(connection.client, connection.place.prefix))
        if found and min(found.values()) < SCHEMA_VERSION:
            connection.wait(rebuild.rebuild(connection, settings, tell=tell))
        else:
            connection.wait(manage.prepare(connection, settings))
        return f"{connection.place.url}/{connection.place.prefix}"


def load_roles(url: str, settings: ElasticSettings) -> list[str]:
    """Loads the roles; none where the server has no security. Raises IndexUnavailable."""
    with _connected(url, settings) as connection:
        return connection.wait(roles.load(connection))


def build_anew(
    url: str,
    settings: ElasticSettings,
    *,
    back: bool = False,
    over: bool = False,
    tell: Callable[[str, int], None] = lambda *_: None,
) -> list[dict[str, object]]:
    """See `index.elastic.rebuild`; `back` goes back instead. Raises IndexUnavailable."""
    with _connected(url, settings) as connection:
        if back:
            done = connection.wait(rebuild.roll_back(connection, tell=tell))
        else:
            done = connection.wait(rebuild.rebuild(connection, settings, over=over, tell=tell))
        return [asdict(one) for one in done]


@contextmanager
def _connected(url: str, settings: ElasticSettings) -> Iterator[Connection]:
    connection = Connection(address(url, settings), patient(settings))
    try:
        yield connection
    finally:
        connection.close()
