"""A server of these tests' own, which they may kill."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from tests.conftest import missing
from tests.index.elastic.nodes import Node


@pytest.fixture(scope="session")
def node(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Running; whoever ends it starts it again."""
    own = Node(shared, tmp_path_factory.mktemp("node"))
    own.start()
    yield own
    own.stop(kill=True)


@pytest.fixture(scope="session")
def place(node: Node) -> str:
    """Address of the indices on it."""
    return f"{node.url}/faults"


@pytest.fixture
def own_place() -> Iterator[str]:
    """Address of one test's own indices on the common server; there are none yet."""
    base = os.environ.get("ELASTICSEARCH_URL", "")
    if not base:
        missing("elastic", "ELASTICSEARCH_URL names no server")
    prefix = f"r{uuid4().hex[:12]}"
    yield f"{base}/{prefix}"
    with Elasticsearch(base, request_timeout=300) as client:
        client.indices.delete(index=",".join(client.indices.get(index=f"{prefix}-*")) or "none-*")
        for found in client.indices.get_index_template(name=f"{prefix}-*")["index_templates"]:
            client.indices.delete_index_template(name=found["name"])
        for found in client.cluster.get_component_template(name=f"{prefix}-*")["component_templates"]:
            client.cluster.delete_component_template(name=found["name"])
