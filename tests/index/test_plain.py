"""Hostile text cannot move the cursor, hide itself or reorder its neighbours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.plain import ascii_json, line, plain
from index.reading import encode


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("豆包 👨\u200d👩", "豆包 👨\u200d👩"),
        ("a\tb\nc\r\nd", "a\tb\nc\nd"),
        ("\x1b[2Jx", "<U+001B>[2Jx"),
        ("\x9b2J", "<U+009B>2J"),
        ("gpj.\u202eexe", "gpj.<U+202E>exe"),
        ("\u2066x\u2069", "<U+2066>x<U+2069>"),
        ("a\rb", "a<U+000D>b"),
        ("换\u200b脸", "换<U+200B>脸"),
        ("\U000e0041", "<U+E0041>"),
        ("\ud800", "<U+D800>"),
        ("[red]x[/red]", "[red]x[/red]"),
    ],
)
def test_what_could_do_harm_becomes_visible(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_line_is_one_line_and_not_too_long() -> None:
    assert line("a\n\n b\tc") == "a b c"
    assert line("x" * 50, 10) == "x" * 9 + "…"


@given(st.text())
def test_plain_text_stays_plain(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(), st.lists(st.text()))
def test_harmless_json_says_the_same(name: str, values: list[str]) -> None:
    document = {name: values}
    shown = ascii_json(encode(document))
    assert json.loads(shown) == document
    assert plain(shown.decode()) == shown.decode()


def test_an_escape_beyond_the_basic_plane_is_a_pair() -> None:
    assert json.loads(ascii_json(encode("\U000e0041\x7f\u202e"))) == "\U000e0041\x7f\u202e"
