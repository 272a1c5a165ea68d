"""Own code under a library's name is told, the library itself and an author's own name are not."""

import pytest

from apk_analysis.fingerprint import Trait
from tests.apk_analysis.dexes import dex
from tests.apk_analysis.traits.samples import traits

KIND = "code_under_library_name"


def classes(package: str, count: int = 6) -> bytes:
    return dex({f"L{package}/C{number};": [f"text {number}"] for number in range(count)})


def test_own_code_in_a_package_that_the_library_does_not_have() -> None:
    found = traits({"classes.dex": classes("okhttp3/evil")}, KIND)
    assert found == [Trait(kind=KIND, value="okhttp: 6", where="classes.dex")]


@pytest.mark.parametrize(
    "data",
    [classes("okhttp3/internal"), classes("com/example/app"), classes("androidx/evil"), classes("okhttp3/evil", 4)],
    ids=["the library's package", "its own name", "a library of which not all is known", "a few classes"],
)
def test_names_that_are_not_borrowed(data: bytes) -> None:
    assert not traits({"classes.dex": data}, KIND)
