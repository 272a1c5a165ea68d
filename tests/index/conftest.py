"""The index under test: every engine passes the same contract."""

import os
from collections.abc import Iterator
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


@pytest.fixture
def elastic_url() -> Iterator[str]:
    """A prefix of its own on the server that ELASTICSEARCH_URL names."""
    base = os.environ.get("ELASTICSEARCH_URL", "")
    if not base:
        missing("elastic", "ELASTICSEARCH_URL names no server")
    from elasticsearch import Elasticsearch  # noqa: PLC0415 - an extra

    prefix = f"t{uuid4().hex[:12]}"
    yield f"{base}/{prefix}"
    with Elasticsearch(base) as client:
        for name in client.indices.get(index=f"{prefix}-*"):
            client.indices.delete(index=name)
        for found in client.indices.get_index_template(name=f"{prefix}-*")["index_templates"]:
            client.indices.delete_index_template(name=found["name"])


@pytest.fixture(params=ENGINES)
def index(request: pytest.FixtureRequest, home: Home) -> Iterator[Index]:
    url = request.getfixturevalue("elastic_url") if request.param == "elastic" else f"sqlite:///{home.index}"
    opened = open_index(home, url)
    yield opened
    opened.close()
