"""Beginnings and whole names of classes, against plain Python; the loop with and without machine code."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from apk_analysis.dex import Dex
from apk_analysis.traits import class_names
from apk_analysis.traits.class_names import LONGEST, beginnings, defined, descriptor, missing
from tests.apk_analysis.dexes import dex

LONG = "com.example." + "very" * 30
NAMES = ["com.example.Main", "com.example.Main$Inner", "org.a.B", "A", "com.examples.Other", LONG + "One", "示例.类"]
ASKED = [
    "com.example.",
    "com.exampl.",
    "com.",
    "org.a.B",
    "org.a",
    "A",
    "B",
    "com.example.Main",
    "示例.",
    "com.example.Main$",
]


@pytest.fixture(params=["compiled", "plain"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    plain: Callable[..., Any] | None = getattr(class_names._look, "py_func", None)
    if request.param == "plain" and plain is not None:
        monkeypatch.setattr(class_names, "_look", plain)
    return str(request.param)


def opened(names: list[str]) -> Dex:
    return Dex(dex({f"L{name.replace('.', '/')};": [] for name in names}), "classes.dex")


@pytest.mark.usefixtures("loop")
def test_beginnings_are_those_of_plain_python() -> None:
    texts = [descriptor(name, whole=not name.endswith((".", "$"))) for name in ASKED]
    found, _ = defined(opened(NAMES), beginnings(texts))
    there = [f"L{name.replace('.', '/')};".encode() for name in NAMES]
    assert found[: len(texts)].tolist() == [any(name.startswith(text) for name in there) for text in texts]
    assert not found[len(texts) :].any()


@pytest.mark.usefixtures("loop")
def test_names_that_nobody_defines() -> None:
    _, hashes = defined(opened(NAMES), beginnings([]))
    assert missing([*NAMES, "com.example.Mai", "com.example.Main2", "a", ""], [hashes]) == [
        "com.example.Mai",
        "com.example.Main2",
        "a",
        "",
    ]
    assert missing([LONG + "Two"], [hashes]) == [], f"beyond {LONGEST} bytes it is not said to be missing"
    assert missing(["x.Y"], []) == ["x.Y"]


@pytest.mark.usefixtures("loop")
def test_many_texts_share_a_table() -> None:
    texts = [f"Lcom/p{number}/".encode() for number in range(500)]
    found, _ = defined(opened([f"com.p{number}.A" for number in range(0, 500, 7)]), beginnings(texts))
    assert np.flatnonzero(found).tolist() == list(range(0, 500, 7))


@pytest.mark.usefixtures("loop")
def test_a_file_without_classes() -> None:
    found, hashes = defined(opened([]), beginnings([b"La/"]))
    assert not found.any() and not len(hashes)
