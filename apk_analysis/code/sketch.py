"""Sets of 64-bit features made small, and what two of them share.

A feature is a well mixed 64-bit number; a set is an ascending `uint64` array without repeats. Three summaries:

- MinHash by one permutation: a feature's upper 7 bits choose one of 128 bins, the next 32 bits are its value, a bin
  keeps the smallest. An empty bin borrows from the first filled one in an order of its own, the same for every set, so
  that the share of equal bins still estimates Jaccard similarity.
- SimHash: 64 majority votes over the features' bits.
- The smallest 2,048 features: the whole set where it is not larger, a fair sample of it otherwise. Below the smaller of
  two samples' ends both sets are known completely, so shares counted there are unbiased in both directions.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from apk_analysis.fingerprint import Sketch

Features = npt.NDArray[np.uint64]
BINS, BIN_SHIFT, VALUE_SHIFT = 128, 57, 25
KEPT, BLOCK = 2_048, 1 << 16
BANDS, ROWS = 40, 2
"""Of the MinHash, for look-up: two sets share at least one band with probability 1 - (1 - J^2)^40, that is .98 at a
Jaccard similarity J of .3 and .80 at .2; two that share two features in a hundred meet once in 60 pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """What two sets share."""

    shared: int
    """Features in both; estimated unless `exact`."""
    jaccard: float
    """Shared in all different features, 0 to 1."""
    first_in_second: float
    """Share of the first set that the second holds, 0 to 1."""
    second_in_first: float
    exact: bool
    """Whether both sets were known completely."""


NOTHING = Overlap(shared=0, jaccard=0.0, first_in_second=0.0, second_in_first=0.0, exact=True)


def mixed(values: npt.ArrayLike, salt: int) -> Features:
    """Numbers as features: every bit depends on all bits. `salt` keeps kinds of features apart."""
    numbers = np.asarray(values, np.uint64) ^ np.uint64(salt)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(numbers ^ (numbers >> np.uint64(31)), np.uint64)


def _lenders() -> npt.NDArray[np.int64]:
    """int64[BINS, BINS]: for every bin the order in which it asks the bins for a value, itself first."""
    keys = mixed(np.arange(BINS * BINS), 0x5A17).reshape(BINS, BINS)
    np.fill_diagonal(keys, 0)
    return np.argsort(keys, axis=1, kind="stable")


_LENDERS = _lenders()


def sketch(features: Features) -> Sketch | None:
    """The summaries of a set; None when it is empty."""
    if not len(features):
        return None
    return Sketch(
        size=len(features),
        minhash=_text(minhash(features)),
        simhash=f"{simhash(features):016x}",
        smallest=_text(features[:KEPT]),
    )


def minhash(features: Features) -> npt.NDArray[np.uint32]:
    """uint32[BINS] of a set that is not empty."""
    borders = np.searchsorted(features, np.arange(BINS, dtype=np.uint64) << np.uint64(BIN_SHIFT))
    filled = np.diff(borders, append=len(features)) > 0
    first = np.minimum(borders, len(features) - 1)
    values = (features[first] >> np.uint64(VALUE_SHIFT)).astype(np.uint32)
    lender = _LENDERS[np.arange(BINS), np.argmax(filled[_LENDERS], axis=1)]
    return np.asarray(values[lender], np.uint32)


def simhash(features: Features) -> int:
    """64 bits: each is set when at least half of the features have it."""
    counts = np.zeros(64, np.int64)
    for at in range(0, len(features), BLOCK):  # a byte for every bit
        block = features[at : at + BLOCK].astype("<u8").view(np.uint8).reshape(-1, 8)
        counts += np.unpackbits(block, axis=1, bitorder="little").sum(axis=0, dtype=np.int64)
    ayes = counts * 2 >= len(features)
    return int.from_bytes(np.packbits(ayes, bitorder="little").tobytes(), "little")


def minhash_of(sketch: Sketch) -> npt.NDArray[np.uint32]:
    """The stored MinHash, uint32[BINS]."""
    return np.frombuffer(base64.b64decode(sketch.minhash), "<u4").astype(np.uint32)


def smallest_of(sketch: Sketch) -> Features:
    """The stored smallest features, ascending."""
    return np.frombuffer(base64.b64decode(sketch.smallest), "<u8").astype(np.uint64)


def band_keys(sketch: Sketch) -> tuple[str, ...]:
    """BANDS keyword terms, 16 hexadecimal digits each: any index that finds samples with an equal term finds the
    candidates for `overlap`. The first two digits number the band.
    """
    return tuple(f"{key:016x}" for key in bands(minhash_of(sketch)[np.newaxis])[0])


def bands(minhashes: npt.NDArray[np.uint32]) -> Features:
    """uint64[n, BANDS] for uint32[n, BINS]: one number per band, the number of the band in its upper eight bits."""
    rows = minhashes[:, : BANDS * ROWS].astype(np.uint64).reshape(len(minhashes), BANDS, ROWS)
    joined = mixed((rows[:, :, 0] << np.uint64(32)) | rows[:, :, 1], 0)
    numbers = np.arange(BANDS, dtype=np.uint64) << np.uint64(56)
    return np.asarray((joined >> np.uint64(8)) | numbers, np.uint64)


def overlap(first: Sketch | None, second: Sketch | None) -> Overlap:
    """What two sketched sets share: exact where both fit into a sketch whole. None stands for an empty set."""
    if first is None or second is None:
        return NOTHING
    return overlap_known(smallest_of(first), first.size, smallest_of(second), second.size)


def overlap_known(ours: Features, size: int, theirs: Features, other_size: int) -> Overlap:
    """What two sets of `size` and `other_size` features share, of which the smallest are known."""
    ends = [kept[-1] for kept, whole in ((ours, size), (theirs, other_size)) if whole > len(kept)]
    if not ends:
        return overlap_of_sets(ours, theirs)
    end = min(ends)
    seen = overlap_of_sets(ours[ours <= end], theirs[theirs <= end])
    shared = min(seen.first_in_second * size, seen.second_in_first * other_size, size, other_size)
    return Overlap(
        shared=round(shared),
        jaccard=seen.jaccard,
        first_in_second=seen.first_in_second,
        second_in_first=seen.second_in_first,
        exact=False,
    )


def overlap_of_sets(first: Features, second: Features) -> Overlap:
    """What two sets share, exactly."""
    shared = len(np.intersect1d(first, second, assume_unique=True))
    union = len(first) + len(second) - shared
    return Overlap(
        shared=shared,
        jaccard=shared / union if union else 0.0,
        first_in_second=shared / len(first) if len(first) else 0.0,
        second_in_first=shared / len(second) if len(second) else 0.0,
        exact=True,
    )


def _text(numbers: npt.NDArray[np.uint32] | Features) -> str:
    little = numbers.astype(numbers.dtype.newbyteorder("<"))
    return base64.b64encode(little.tobytes()).decode("ascii")
