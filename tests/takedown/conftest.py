"""A home with an index and a store of records, both real."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.home import Home
from index.open import open_decisions, open_index
from index.protocol import Index
from index.records import Decisions


@pytest.fixture
def home(own_home: Path) -> Home:
    return Home(own_home).prepare()


@pytest.fixture
def records(home: Home) -> Iterator[Decisions]:
    with closing(open_decisions(home)) as opened:
        yield opened


@pytest.fixture
def index(home: Home) -> Iterator[Index]:
    with closing(open_index(home)) as opened:
        yield opened
