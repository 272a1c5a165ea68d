import numpy as np
import pytest

from apk_analysis.code import lookup
from apk_analysis.code.lookup import Lookup
from apk_analysis.code.sketch import Features, mixed, overlap_of_sets, sketch


def features(seed: int, count: int) -> Features:
    return np.unique(mixed(np.arange(count), seed << 40))


def family(number: int, share: float, size: int = 200) -> Features:
    """The `number`-th set that has `share` of its features in common with its family of ten."""
    common = round(size * share)
    return np.union1d(features(number // 10, common), features(100_000 + number, size - common))


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> tuple[Lookup, list[Features]]:
    sets = [family(number, 0.8) for number in range(1000)]
    index = Lookup(tmp_path_factory.mktemp("lookup"))
    index.add((f"s{number:04}", sketch(values)) for number, values in enumerate(sets[:600]))
    index.add((f"s{number:04}", sketch(values)) for number, values in enumerate(sets) if number >= 600)
    return index, sets


def test_finds_what_exhaustive_search_finds(filled):
    index, sets = filled
    found = wanted = 0
    for number in range(0, 1000, 37):
        shared = [overlap_of_sets(sets[number], other).jaccard for other in sets]
        best = {f"s{at:04}" for at in np.argsort(shared)[-10:]}
        got = index.near(sketch(sets[number]), most=10)
        found += len(best & {near.name for near in got})
        wanted += 10
        assert got[0].name == f"s{number:04}"
        assert got[0].overlap.jaccard == 1
        assert [near.overlap.jaccard for near in got] == sorted((near.overlap.jaccard for near in got), reverse=True)
        assert all(near.overlap.jaccard == pytest.approx(shared[int(near.name[1:])]) for near in got)
    assert found / wanted > 0.99


def test_is_there_again_when_opened_again(filled):
    index, sets = filled
    again = Lookup(index._folder)
    assert len(again) == len(index) == 1000
    assert again.near(sketch(sets[5])) == index.near(sketch(sets[5]))


def test_empty_and_unrelated(tmp_path):
    index = Lookup(tmp_path)
    assert index.near(sketch(features(1, 50))) == []
    index.add([("a", sketch(features(2, 50)))])
    assert index.near(sketch(features(1, 50))) == []


def test_a_broken_write_leaves_nothing(tmp_path, monkeypatch):
    index = Lookup(tmp_path)
    monkeypatch.setattr(lookup, "_write", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        index.add([("a", sketch(features(2, 50)))])
    assert list(tmp_path.iterdir()) == []
    assert len(index) == 0


def test_a_hub_costs_no_more_than_the_limit_and_hides_nobody(tmp_path, monkeypatch):
    """Thousands of samples that share a few features, and one true relative among them."""
    monkeypatch.setattr(lookup, "MOST_CANDIDATES", 300)
    hub = features(1, 40)
    index = Lookup(tmp_path)
    relative = family(7, 0.8)
    samples = [(f"h{number}", sketch(np.union1d(hub, features(1000 + number, 60)))) for number in range(3000)]
    index.add([*samples, ("relative", sketch(np.union1d(hub, relative)))])
    asked = np.union1d(hub, family(8, 0.8))
    assert len(index._segments[0]._sharing(lookup.bands(lookup.minhash_of(sketch(asked))[np.newaxis])[0])) <= 300
    assert index.near(sketch(asked))[0].name == "relative"
    # a family of thousands of copies is found through the hub itself
    assert len(index.near(sketch(np.union1d(hub, features(1001, 60))), most=10)) == 10
