"""A server of these tests' own, which they may kill."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
