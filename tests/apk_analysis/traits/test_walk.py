"""The automaton finds exactly what a search for one text after the other finds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apk_analysis.traits.automaton import Pattern, build
from apk_analysis.traits.walk import BLOCK, Walker

ALL = 0xFF
Hits = list[tuple[int, int, bool]]


def walked(patterns: list[Pattern], data: bytes, span: tuple[int, int] | None = None, kind: int = 1) -> Hits:
    found = Walker(build(patterns)).walk(data, span or (0, len(data)), kind)
    return sorted(zip(found.pattern.tolist(), found.start.tolist(), found.wide.tolist(), strict=True))


def naive(patterns: list[Pattern], data: bytes) -> Hits:
    """Every place of every text; the narrow reading wins where both would fit at the same end."""
    hits = []
    for number, pattern in enumerate(patterns):
        text = pattern.text.lower() if pattern.fold else pattern.text
        folded = data.lower() if pattern.fold else data
        spread = b"\0".join(bytes([byte]) for byte in text)
        narrow = [at for at in range(len(data)) if folded.startswith(text, at)]
        hits += [(number, at, False) for at in narrow]
        if pattern.wide and len(text) > 1:
            hits += [(number, at, True) for at in range(len(data)) if folded.startswith(spread, at)]
    return sorted(hits)


letters = st.sampled_from(b"aAbB.")
words = st.lists(letters, min_size=1, max_size=6).map(bytes)
patterns = st.lists(
    st.builds(Pattern, text=words, fold=st.booleans(), wide=st.booleans(), most=st.just(10_000)),
    min_size=1,
    max_size=12,
)
texts = st.lists(st.sampled_from(b"aAbB.\0x"), max_size=120).map(bytes)


@settings(max_examples=300, deadline=None)
@given(patterns, texts)
def test_overlapping_texts_are_found_like_one_by_one(patterns: list[Pattern], data: bytes) -> None:
    assert walked(patterns, data) == naive(patterns, data)


@settings(max_examples=100, deadline=None)
@given(patterns, st.lists(words | st.just(b"\0") | st.just(b"xyz"), max_size=40).map(b"\0".join))
def test_the_same_in_texts_full_of_matches(patterns: list[Pattern], data: bytes) -> None:
    assert walked(patterns, data) == naive(patterns, data)


@pytest.mark.parametrize("edge", [BLOCK // 4, BLOCK // 2, BLOCK * 3 // 4, BLOCK, BLOCK + BLOCK // 4])
def test_lanes_and_blocks_hide_nothing_at_their_edges(edge: int) -> None:
    size = 2 * BLOCK
    for begin in range(edge - 12, edge + 1):
        data = bytearray(b"-" * size)
        data[begin : begin + 11] = b"example.org"
        data[begin + 30 : begin + 51] = b"\0".join(b"%c" % byte for byte in b"EXAMPLE.ORG")
        hits = walked([Pattern(b"example.org", fold=True, wide=True)], bytes(data))
        assert hits == [(0, begin, False), (0, begin + 30, True)]


def test_a_span_is_searched_alone() -> None:
    data = b"needle needle needle"
    assert walked([Pattern(b"needle")], data, (7, 13)) == [(0, 7, False)]
    assert walked([Pattern(b"needle")], data, (8, 20)) == [(0, 14, False)]
    assert walked([Pattern(b"needle")], data, (-5, 99)) == [(0, 0, False), (0, 7, False), (0, 14, False)]
    assert not walked([Pattern(b"needle")], data, (15, 3))


def test_kinds_decide_what_counts() -> None:
    assert walked([Pattern(b"abc", kinds=2), Pattern(b"bc", kinds=1)], b"abc", kind=1) == [(1, 1, False)]


def test_beyond_the_most_hits_are_counted_only() -> None:
    walker = Walker(build([Pattern(b"ab", most=3)]))
    found = walker.walk(b"ab" * 10, (0, 20), 1)
    assert len(found.pattern) == 3 and found.cut.tolist() == [0]
    assert len(walker.walk(b"ab" * 2, (0, 4), 1).pattern) == 2, "each walk counts anew"
