"""The index under test: every engine passes the same contract."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from index.home import Home
from index.open import open_index
from index.protocol import Index
from tests.conftest import missing

ENGINES = ("sqlite", pytest.param("elastic", marks=pytest.mark.elastic))


@pytest.fixture
def home(own_home: Path) -> Home:
    return Home(own_home).prepare()


@contextmanager
def own_place() -> Iterator[str]:
    """A new prefix on the server that ELASTICSEARCH_URL names; what was made under it is removed."""
    base = os.environ.get("ELASTICSEARCH_URL", "")
    if not base:
        missing("elastic", "ELASTICSEARCH_URL names no server")
    prefix = f"t{uuid4().hex[:12]}"
    yield f"{base}/{prefix}"
    from elasticsearch import Elasticsearch  # noqa: PLC0415 - an extra

    with Elasticsearch(base, request_timeout=300) as client:
        for name in client.indices.get(index=f"{prefix}-*"):
            client.indices.delete(index=name)
        there = client.options(ignore_status=404)
        there.indices.delete_index_template(name=f"{prefix}-*")
        there.cluster.delete_component_template(name=f"{prefix}-*")


@pytest.fixture(scope="session")
def elastic_place() -> Iterator[str]:
    """A prefix of this session's own, made and removed once."""
    with own_place() as place:
        yield place


@pytest.fixture
def elastic_url(elastic_place: str) -> Iterator[str]:
    """The address of empty indices. Emptied document by document: making indices takes much longer."""
    yield elastic_place
    from elasticsearch import Elasticsearch, helpers  # noqa: PLC0415 - an extra

    base, _, prefix = elastic_place.rpartition("/")
    with Elasticsearch(base, request_timeout=300) as client:
        client.indices.refresh(index=f"{prefix}-*")
        found = helpers.scan(client, index=f"{prefix}-*", _source=False)
        helpers.bulk(client, [{"_op_type": "delete", "_index": hit["_index"], "_id": hit["_id"]} for hit in found])
        client.indices.refresh(index=f"{prefix}-*")


@pytest.fixture(scope="module", params=ENGINES)
def made_once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """An index for all tests of a file that only read what one of them puts there first."""
    home = Home(tmp_path_factory.mktemp("once")).prepare()
    with ExitStack() as stack:
        url = stack.enter_context(own_place()) if request.param == "elastic" else f"sqlite:///{home.index}"
        yield stack.enter_context(closing(open_index(home, url)))


@pytest.fixture(params=ENGINES)
def index(request: pytest.FixtureRequest, home: Home) -> Iterator[Index]:
    url = request.getfixturevalue("elastic_url") if request.param == "elastic" else f"sqlite:///{home.index}"
    opened = open_index(home, url)
    yield opened
    opened.close()
