"""The same home with its index in a file, and on a team's server."""

from contextlib import closing

import pytest

from index.home import Home
from index.open import open_index
from index.protocol import Judged
from tests.index.conftest import elastic_place, elastic_url

__all__ = ["elastic_place", "elastic_url", "put", "url"]


def put(home: Home, url: str | None, *judged: Judged, at: str = "2026-11-20T08:00:00Z") -> None:
    with closing(open_index(home.prepare(), url)) as index:
        index.put(judged, run_id="r", at=at)


@pytest.fixture(params=["sqlite", pytest.param("elastic", marks=pytest.mark.elastic)])
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """Where the index is; None: in the home."""
    if request.param == "sqlite":
        return None
    place: str = request.getfixturevalue("elastic_url")
    monkeypatch.setenv("COPYCATCH_INDEX", place)
    return place
