import base64
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apk_analysis.code import sketch as sketches

sets = st.sets(st.integers(0, 2**64 - 1), max_size=300)


def features(seed: int, count: int) -> sketches.Features:
    return np.unique(sketches.mixed(np.arange(count), seed << 40))


def pair(shared: int, alone: int, other: int) -> tuple[sketches.Features, sketches.Features]:
    common = features(1, shared)
    return np.union1d(common, features(2, alone)), np.union1d(common, features(3, other))


def test_an_empty_set_has_no_sketch():
    assert sketches.sketch(np.empty(0, np.uint64)) is None
    assert sketches.overlap(None, sketches.sketch(features(1, 5))) == sketches.NOTHING


def test_form_of_a_sketch():
    made = sketches.sketch(features(1, 5000))
    assert made is not None
    assert made.size == 5000
    assert len(base64.b64decode(made.minhash)) == 128 * 4
    assert len(base64.b64decode(made.smallest)) == 2048 * 8
    assert len(made.simhash) == 16
    assert np.array_equal(sketches.smallest_of(made), features(1, 5000)[:2048])
    assert np.array_equal(sketches.minhash_of(made), sketches.minhash(features(1, 5000)))


@given(sets, sets)
def test_small_sets_are_compared_exactly(first, second):
    arrays = [np.array(sorted(values), np.uint64) for values in (first, second)]
    got = sketches.overlap(*(sketches.sketch(values) for values in arrays))
    shared = len(first & second)
    assert got.exact
    if first and second:
        assert got.shared == shared
        assert got.jaccard == pytest.approx(shared / len(first | second))
        assert got.first_in_second == pytest.approx(shared / len(first))
        assert got.second_in_first == pytest.approx(shared / len(second))


@pytest.mark.parametrize(("shared", "alone", "other"), [(9000, 1000, 30000), (3000, 0, 200), (500, 20000, 20000)])
def test_large_sets_are_estimated(shared, alone, other):
    first, second = pair(shared, alone, other)
    got = sketches.overlap(sketches.sketch(first), sketches.sketch(second))
    assert not got.exact
    assert got.first_in_second == pytest.approx(shared / len(first), abs=0.06)
    assert got.second_in_first == pytest.approx(shared / len(second), abs=0.06)
    assert got.jaccard == pytest.approx(shared / (shared + alone + other), abs=0.06)
    assert got.shared == pytest.approx(shared, rel=0.15)


@pytest.mark.parametrize("size", [30, 400, 20000])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_equal_bins_estimate_jaccard(size, share):
    """Unbiased over many pairs, also where most bins are borrowed."""
    alone = round(size * (1 - share) / share / 2)
    seen = []
    for turn in range(60 if size < 20000 else 5):
        pool = features(1000 + turn, size)
        first = np.union1d(pool, features(2000 + turn, alone))
        second = np.union1d(pool, features(3000 + turn, alone))
        seen.append((sketches.minhash(first) == sketches.minhash(second)).mean())
    assert np.mean(seen) == pytest.approx(share, abs=0.06)


def test_simhash_by_hand():
    assert sketches.simhash(np.array([0b0011, 0b0101, 0b1001], np.uint64)) == 0b0001
    assert sketches.simhash(np.array([0b01, 0b10], np.uint64)) == 0b11


def test_near_sets_have_near_simhashes():
    first, second = pair(2000, 100, 100)
    far = features(9, 2100)
    near = (sketches.simhash(first) ^ sketches.simhash(second)).bit_count()
    assert near < (sketches.simhash(first) ^ sketches.simhash(far)).bit_count()


def test_bands_meet_as_often_as_said():
    met = {0.5: 0, 0.02: 0}
    for share in met:
        for turn in range(200):
            pool = features(turn, 200)
            rest = 100 if share == 0.5 else 4900
            first = np.union1d(pool, features(10_000 + turn, rest))
            second = np.union1d(pool, features(20_000 + turn, rest))
            keys = [set(sketches.band_keys(sketches.sketch(values))) for values in (first, second)]
            assert all(len(own) == sketches.BANDS and all(len(key) == 16 for key in own) for own in keys)
            met[share] += bool(keys[0] & keys[1])
    assert met[0.5] == 200
    assert met[0.02] <= 15


def test_mixing_loses_nothing():
    random_bits = random.Random(1)
    numbers = [random_bits.getrandbits(64) for _ in range(1000)]
    assert len(set(sketches.mixed(np.array(numbers, np.uint64), 5).tolist())) == len(set(numbers))
