"""Samples that look alike or do alike are found again, by both engines the same and as exhaustive search finds them."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from sqlite3 import connect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apk_analysis.code.sketch import mixed, overlap, sketch
from apk_analysis.fingerprint import Fingerprint, Icon, Sketch
from index.home import Home
from index.open import open_index
from index.protocol import Index, Similar
from index.similar import FURTHEST, bits_apart, icon_bands, icon_probes, sketch_bands
from tests.index.objects import fingerprint

AT = "2026-01-01T00:00:00Z"
HASHES = st.integers(0, 2**64 - 1).map("{:016x}".format)


def code(own: int, *, shared: int, family: int = 0) -> Sketch:
    """A set of 100 features, of which so many are those of its family."""
    family_features, own_features = (
        mixed(np.arange(shared), family << 20),
        mixed(np.arange(100 - shared), own + 1 << 40),
    )
    made = sketch(np.unique(np.concatenate([family_features, own_features])))
    assert made
    return made


def sample(number: int, *, dhash: str | None = None, of: Sketch | None = None) -> Fingerprint:
    icon = Icon(sha256="0" * 64, dhash=dhash, width=1, height=1) if dhash else None
    return replace(fingerprint(f"{number:064x}"), icon=icon, sketches={"code": of} if of else {})


def put(index: Index, *samples: Fingerprint) -> None:
    for one in samples:
        index.put_sample(one, at=AT)


def numbers(found: list[Similar]) -> list[int]:
    return [int(one.id, 16) for one in found]


@given(dhash=HASHES, flipped=st.sets(st.integers(0, 63), max_size=FURTHEST))
def test_every_hash_within_reach_shares_a_probe(dhash: str, flipped: set[int]) -> None:
    other = f"{int(dhash, 16) ^ sum(1 << bit for bit in flipped):016x}"
    assert bits_apart(dhash, other) == len(flipped)
    assert set(icon_probes(dhash, len(flipped))) & set(icon_bands(other))


@pytest.mark.parametrize("bad", ["", "x" * 16, "0" * 15, "-" + "1" * 15, "0" * 17, "０" * 16])
def test_what_is_no_hash_is_refused(index: Index, bad: str) -> None:
    assert icon_bands(bad) == ()
    with pytest.raises(ValueError, match="difference hash"):
        index.similar_icons(bad)


def test_icons_are_found_from_the_nearest_on_and_no_further_than_asked(index: Index) -> None:
    base = 0x0123456789ABCDEF
    flips = {1: 0, 2: 0, 3: 1, 4: 0b1111, 5: 0x8001800180018001, 6: 0x0101010101010101 << 1, 7: (1 << 9) - 1}
    put(index, *(sample(number, dhash=f"{base ^ flip:016x}") for number, flip in flips.items()), sample(8))
    dhash = f"{base:016x}"
    found = index.similar_icons(dhash, distance=8)
    assert numbers(found) == [1, 2, 3, 4, 5, 6]
    assert [one.similarity for one in found] == [1 - apart / 64 for apart in (0, 0, 1, 4, 8, 8)]
    assert numbers(index.similar_icons(dhash, distance=8, limit=3)) == [1, 2, 3]
    assert numbers(index.similar_icons(dhash, distance=3)) == [1, 2, 3]
    assert numbers(index.similar_icons(dhash, distance=0)) == [1, 2]
    assert numbers(index.similar_icons(dhash, distance=9)) == [1, 2, 3, 4, 5, 6, 7]
    for distance in (-1, FURTHEST + 1):
        with pytest.raises(ValueError, match="within"):
            index.similar_icons(dhash, distance=distance)


def test_an_icon_is_known_by_the_newest_analysis(index: Index) -> None:
    put(index, sample(1, dhash="0" * 16, of=code(1, shared=0)))
    put(index, replace(sample(1, dhash="f" * 16, of=code(2, shared=0)), analyser_version=2))
    put(index, replace(sample(1, dhash="0" * 16, of=code(1, shared=0)), analyser_version=1))  # only seen again
    assert not index.similar_icons("0" * 16) and numbers(index.similar_icons("f" * 16)) == [1]
    assert not index.similar_code(code(1, shared=0)) and numbers(index.similar_code(code(2, shared=0))) == [1]


def test_code_is_found_by_what_it_shares(index: Index) -> None:
    shares = {1: 100, 2: 90, 3: 75, 4: 60, 5: 0}
    sketches = {number: code(number, shared=share) for number, share in shares.items()}
    put(index, *(sample(number, of=one) for number, one in sketches.items()), sample(6))
    asked = code(0, shared=100)
    found = index.similar_code(asked)
    assert numbers(found) == [1, 2, 3, 4]
    assert [one.similarity for one in found] == [overlap(asked, sketches[n]).jaccard for n in (1, 2, 3, 4)]
    assert all(one.exact for one in found) and numbers(index.similar_code(asked, limit=2)) == [1, 2]


def test_a_damaged_sketch_is_kept_and_never_found(index: Index) -> None:
    good = code(1, shared=0)
    damaged = (
        replace(good, minhash="AAAA"),
        replace(good, minhash="?"),
        replace(good, smallest=""),
        replace(good, smallest="AAAA"),
    )
    put(index, *(sample(number, of=one) for number, one in enumerate(damaged, 1)))
    assert index.count("", kind="samples") == 4 and index.similar_code(good) == []
    assert [index.similar_code(one) for one in damaged] == [[]] * 4 and not any(map(sketch_bands, damaged))


@pytest.mark.elastic
def test_both_engines_answer_as_exhaustive_search_does(home: Home, elastic_url: str) -> None:
    random = np.random.default_rng(8)
    samples = []
    for number in range(240):
        flips = random.choice(64, random.integers(0, 12), replace=False).tolist()
        dhash = f"{(number % 6) * 0x1111111111111111 ^ sum(1 << bit for bit in flips):016x}"
        samples.append(
            sample(number, dhash=dhash, of=code(number, shared=int(random.integers(30, 100)), family=number // 12))
        )
    with closing(open_index(home)) as sqlite, closing(open_index(home, elastic_url)) as elastic:
        for one in samples:
            sqlite.put_sample(one, at=AT)
            elastic.put_sample(one, at=AT)
        hits = wanted = 0
        for one in samples[::8]:
            assert one.icon
            apart = sorted((bits_apart(one.icon.dhash, s.icon.dhash), s.sha256) for s in samples if s.icon)
            expected = [name for bits, name in apart if bits <= 8][:10]
            icons = sqlite.similar_icons(one.icon.dhash)
            assert [found.id for found in icons] == expected and elastic.similar_icons(one.icon.dhash) == icons
            asked = one.sketches["code"]
            shared = sorted((-overlap(asked, s.sketches["code"]).jaccard, s.sha256) for s in samples)
            best = {name for jaccard, name in shared[:10] if jaccard <= -0.3}
            codes = sqlite.similar_code(asked)
            assert elastic.similar_code(asked) == codes
            hits, wanted = hits + len(best & {found.id for found in codes}), wanted + len(best)
        assert hits >= 0.95 * wanted > 100


def test_samples_of_an_older_file_are_found_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, sketched = tmp_path / "index.sqlite", code(1, shared=50)
    with closing(open_index(Home(tmp_path), f"sqlite:///{path}")) as index:
        put(index, sample(1, dhash="0f" * 8, of=sketched), sample(2), sample(3, of=replace(sketched, minhash="AAAA")))
    with closing(connect(path)) as opened:  # as it was before
        for table in ("icon_bands", "code_bands", "code_sketches"):
            opened.execute(f"DROP TABLE {table}")
        opened.execute("DROP INDEX samples_icon_dhash")
        opened.execute("PRAGMA user_version = 7")
    with closing(open_index(Home(tmp_path), f"sqlite:///{path}")) as index:
        assert numbers(index.similar_icons("0f" * 8)) == [1] == numbers(index.similar_code(sketched))
