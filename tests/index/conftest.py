"""The index under test: every engine passes the same contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.home import Home
from index.open import open_index
from index.protocol import Index

ENGINES = ("sqlite",)


@pytest.fixture
def home(own_home: Path) -> Home:
    return Home(own_home).prepare()


@pytest.fixture(params=ENGINES)
def index(request: pytest.FixtureRequest, home: Home) -> Iterator[Index]:
    opened = open_index(home, f"{request.param}:///{home.index}")
    yield opened
    opened.close()
