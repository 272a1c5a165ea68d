"""JSON as sloppy servers send it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.families.json_page import at, minor_units, number, read_json, said, things

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def answer(body: bytes | str) -> Response:
    return Response("https://example.org/api", body=body if isinstance(body, bytes) else body.encode())


@pytest.mark.parametrize(
    "body",
    [
        b'[{"id": 7}]',
        b'\xef\xbb\xbf[{"id": 7}]',
        b'<br />\n<b>Deprecated</b>: strlen() in <b>/srv/a[0].php</b> on line <b>3</b><br />\n[{"id": 7}]',
        b'[{"id": 7}]\n<!-- cached -->',
    ],
)
def test_what_stands_around_the_value_is_forgiven(body: bytes) -> None:
    assert read_json(answer(body)) == [{"id": 7}]


def test_half_a_surrogate_pair_costs_one_character() -> None:
    assert read_json(answer(r'{"a": "x\ud83d", "b": "\ud83d\ude00"}')) == {"a": "x?", "b": "😀"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>{}</html>x",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"a": ' + b"9" * 10_000,
        b'[{"a": NaN}]',
        b"\0\xff",
    ],
    ids=["empty", "page", "deep list", "deep object", "long number", "nan", "bytes"],
)
def test_what_is_no_json_is_a_problem(body: bytes) -> None:
    found = read_json(answer(body))
    assert (isinstance(found, Problem) and found.kind == "malformed_json") or found == {}


@given(JSON, st.binary(max_size=20))
def test_reading_never_raises_and_what_is_read_can_be_stored(value: object, noise: bytes) -> None:
    for body in (json.dumps(value).encode(), noise, noise + json.dumps(value).encode()):
        found = read_json(answer(body))
        assert isinstance(found, Problem) or json.dumps(found, ensure_ascii=False).encode()


@given(JSON)
def test_single_values_are_asked_for_without_trust(value: object) -> None:
    for place in (value, {"a": value}, {"a": {"b": value}}):
        assert isinstance(said(place, "a", "b"), str)
        assert all(isinstance(thing, dict) for thing in things(place, "a"))
        counted = number(place, "a")
        assert counted is None or abs(counted) < float("inf")
        assert at(place, "a", "b", "c") is None or isinstance(place, dict)


@pytest.mark.parametrize(
    ("amount", "digits", "written"),
    [("12100", 2, "121.00"), (5, 2, "0.05"), ("-5", 2, "-0.05"), ("5200", 0, "5200"), ("1", 3, "0.001"),
     ("", 2, None), ("12.5", 2, None), (True, 2, None), (None, 2, None), ("9" * 40, 2, None), ("1", 99, None)],
)  # fmt: skip
def test_minor_units(amount: object, digits: int, written: str | None) -> None:
    assert minor_units(amount, digits) == written
