"""Strings in static fields and annotations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apk_analysis.dex import Dex, string_values
from tests.apk_analysis.dexes import dex

A, B = "La/A;", "La/B;"
FILE = dex({A: ["code"], B: []}, values={A: ["one", "two"]}, notes={A: ["three"], B: ["four", "five"]})


def held(file: bytes, *marked: bool) -> list[tuple[int, bytes]]:
    found = Dex(file, "classes.dex")
    classes = np.array(marked or [True] * len(found.class_type), bool)
    return [(row, found.strings[string]) for row, string in string_values(found, classes).tolist()]


def test_of_fields_and_annotations() -> None:
    assert held(FILE) == [(0, b"one"), (0, b"two"), (0, b"three"), (1, b"four"), (1, b"five")]
    assert held(FILE, False, True) == [(1, b"four"), (1, b"five")]


def test_what_kotlin_notes_about_a_class_is_left_out() -> None:
    names = dex({"Lkotlin/Metadata;": []}, notes={"Lkotlin/Metadata;": ["names"]})
    assert not held(names)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_files(data: st.DataObject) -> None:
    file = bytearray(FILE)
    start = int.from_bytes(file[0x64:0x68], "little")
    for _ in range(data.draw(st.integers(1, 6))):
        file[data.draw(st.integers(start, len(file) - 1))] = data.draw(st.integers(0, 255))
    found = Dex(bytes(file), "classes.dex")
    pairs = string_values(found, np.ones(len(found.class_type), bool))
    assert all(0 <= string < len(found.strings) for _, string in pairs.tolist())


@pytest.mark.parametrize("count", [0x7FFFFFFF, 0xFFFFFFFF])
def test_counts_that_lie(count: int) -> None:
    file = bytearray(FILE)
    values = int.from_bytes(file[(row := int.from_bytes(file[0x64:0x68], "little")) + 28 : row + 32], "little")
    file[values : values + 5] = bytes([count & 0x7F | 0x80, 0xFF, 0xFF, 0xFF, 0x0F])
    assert len(held(bytes(file))) <= len(file)
