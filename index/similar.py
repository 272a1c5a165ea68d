"""Samples that look alike or do alike: bands bring candidates, the same in every engine; exact figures decide.

Icons: a 64-bit difference hash in four bands of 16 bits. Where two hashes differ in at most `distance` bits, one of the
bands differs in at most a quarter of them, so that the bands within that reach find all there are.
Code: bands of the MinHash (`apk_analysis.code.sketch`), the MinHash itself, and then the stored features.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Sequence
from itertools import combinations

from apk_analysis.fingerprint import Fingerprint, Sketch
from index.protocol import Similar

BITS, BANDS = 64, 4
_WHOLE, _HASH = re.compile("[0-9a-f]{16}"), re.compile("[0-9a-f]{4}")
FURTHEST = 11
"""Bits in which icons may differ: beyond, a band has to reach so far that it finds everything."""
CANDIDATES, CHECKED = 500, 50
"""Sketches whose MinHash is compared, those with the rarest common bands first; the best, whose features are."""


def icon_bands(dhash: str) -> tuple[str, ...]:
    """Keyword terms '0:3f2a' of a difference hash; none of what is no hash."""
    return tuple(_term(band, value) for band, value in enumerate(_values(dhash)))


def icon_probes(dhash: str, distance: int) -> tuple[str, ...]:
    """Terms of which every hash within `distance` bits has at least one. Raises ValueError for too far or no hash."""
    if not 0 <= distance <= FURTHEST:
        raise ValueError(f"icons are found within 0 to {FURTHEST} bits, not {distance}")
    if not (values := _values(dhash)):
        raise ValueError(f"{dhash[:40]!r} is no difference hash: 16 hexadecimal digits")
    flips = [0]
    for reach in range(1, distance // BANDS + 1):
        flips += [sum(1 << bit for bit in bits) for bits in combinations(range(BITS // BANDS), reach)]
    return tuple(_term(band, value ^ flip) for band, value in enumerate(values) for flip in flips)


def _values(dhash: str) -> tuple[int, ...]:
    """The bands, from the first digits on."""
    return tuple(int(part, 16) for part in _HASH.findall(dhash)) if _WHOLE.fullmatch(dhash) else ()


def _term(band: int, value: int) -> str:
    return f"{band}:{value:04x}"


def bits_apart(one: str, other: str) -> int:
    """Bits in which two difference hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def near_hashes(dhash: str, distance: int, candidates: Iterable[str]) -> dict[int, list[str]]:
    """Bits apart -> the hashes that are, from the nearest on; those further away than `distance` are left out."""
    found: dict[int, list[str]] = {}
    for candidate in sorted(set(candidates)):
        if (apart := bits_apart(dhash, candidate)) <= distance:
            found.setdefault(apart, []).append(candidate)
    return dict(sorted(found.items()))


def alike(apart: int, sample: str) -> Similar:
    """A sample whose icon differs in so many bits."""
    return Similar(id=sample, similarity=1 - apart / BITS)


def code_sketch(sample: Fingerprint) -> Sketch | None:
    """The sketch of a sample's own code; None where there is none that can be compared."""
    sketch = sample.sketches.get("code")
    return sketch if sketch and sketch_bands(sketch) else None


def sketch_bands(sketch: Sketch) -> tuple[str, ...]:
    """Keyword terms of a sketch; none of a damaged one."""
    from apk_analysis.code.sketch import BINS, band_keys, minhash_of, smallest_of  # noqa: PLC0415 - loads numpy

    try:
        whole = len(minhash_of(sketch)) == BINS and len(smallest_of(sketch)) > 0
    except ValueError:
        return ()
    return band_keys(sketch) if whole else ()


def promising(asked: Sketch, candidates: Sequence[tuple[str, str]]) -> list[str]:
    """Of names with their MinHash (base64), those CHECKED that share most of its bins with the one asked for."""
    import numpy as np  # noqa: PLC0415 - as above

    names = sorted(candidates)
    ours = np.frombuffer(b64decode(asked.minhash), "<u4")
    theirs = np.frombuffer(b"".join(b64decode(minhash) for _, minhash in names), "<u4").reshape(len(names), len(ours))
    best = np.argsort(-np.count_nonzero(theirs == ours, axis=1), kind="stable")[:CHECKED]
    return [names[at][0] for at in best.tolist()]


def most_alike(asked: Sketch, candidates: Iterable[tuple[str, Sketch]], limit: int) -> list[Similar]:
    """The samples that share most features with the one asked for; those that share none are left out."""
    from apk_analysis.code.sketch import overlap  # noqa: PLC0415 - as above

    shared = ((name, overlap(asked, sketch)) for name, sketch in candidates)
    found = [Similar(id=name, similarity=one.jaccard, exact=one.exact) for name, one in shared if one.shared]
    return sorted(found, key=lambda one: (-one.similarity, one.id))[:limit]
