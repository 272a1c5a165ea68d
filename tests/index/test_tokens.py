"""The one tokeniser rule."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.query import tokens
from index.query.tokens import BOUNDARY, fold, phrase, tokenise

CASES = {
    "一键换脸": "一 键 换 脸",
    "AI换脸v2.1": "ai 换 脸 v2 ¶ 1",
    "换，脸": "换 ¶ 脸",
    "换 脸\n换\t脸": "换 脸 换 脸",
    "换。。 ！…脸": "换 ¶ 脸",
    "ＡＩ　①": "ai 1",
    "换\u200b脸\ufeff": "换 脸",
    "e\u0301te\u0301": "été",
    "STRASSE straße": "strasse strasse",
    "snake_case": "snake ¶ case",
    "日本語カナ": "日 本 語 カナ",
    "가나": "가나",
    "𠮷野家": "𠮷 野 家",
    "¶": "¶",
    "": "",
    " \n": "",
    "👍👍": "¶",
    "ﾊﾞ": "バ",
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_rule(text: str, expected: str) -> None:
    assert tokenise(text).split() == expected.split()


@given(st.text() | st.text(alphabet="换脸，。！ aAbZ09\n“”¶_-Ａß①\u0301\u200b\u3000"))
def test_the_quick_way_equals_the_full_one(text: str) -> None:
    full = tokens._BOUNDARIES.sub(BOUNDARY, unicodedata.normalize("NFKC", text).translate(tokens._FOLDING))
    parts = tokens._SINGLE.split(full)
    parts[1::2] = map(" ".join, parts[1::2])
    assert tokenise(text).split() == " ".join(parts).split()


@given(st.text())
def test_tokens_hold_nothing_that_full_text_syntax_knows(text: str) -> None:
    found = tokenise(text)
    assert not set(found) & set('"*^(){}:+-') and BOUNDARY * 2 not in found.replace(" ", "")
    assert all(len(token) == 1 for token in found.split() if BOUNDARY in token)


@given(st.text())
def test_a_phrase_has_no_boundary_at_its_ends(text: str) -> None:
    found = phrase(text)
    assert not found or BOUNDARY not in {found[0], found[-1]}


@given(st.text())
def test_folding_is_idempotent_short_and_storable(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded and len(folded) <= 512 and "\0" not in folded
    folded.encode()
