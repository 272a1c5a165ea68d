"""Similar sketches among millions: bands bring candidates, the stored features decide.

A folder of segments, each written once and mapped into memory:
    minhash.npy   uint32[n, BINS]
    sizes.npy     int64[n], features of the whole sets
    starts.npy    int64[n + 1], where a sample's smallest features begin in `smallest.npy`
    smallest.npy  uint64[...], ascending within a sample
    keys.npy      uint64[n * BANDS], all band values ascending; rows.npy: uint32[n * BANDS], the sample each belongs to
    names.npy     bytes[n], zero-padded

A value that thousands of samples share (one popular library, an empty template) says little: candidates are collected
from the rarest value upwards until MOST_CANDIDATES are seen, so that a hub costs at most that much and is still asked
when nothing rarer answers, as in a family of thousands of copies.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from apk_analysis.code.sketch import BANDS, Features, Overlap, bands, minhash_of, overlap_known, smallest_of
from apk_analysis.fingerprint import Sketch

MOST_CANDIDATES, MOST_CHECKED = 20_000, 200
"""Candidates of a segment whose MinHash is compared; the best of all segments, whose features are."""
BATCH = 20_000
"""Sketches that are turned into arrays at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A stored sample that is similar to the one asked for."""

    name: str
    overlap: Overlap
    """The one asked for is first. Exact where both sets are whole in their sketches."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Samples as arrays: the parts of a segment that are not derived."""

    names: npt.NDArray[np.bytes_]
    minhash: npt.NDArray[np.uint32]
    sizes: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    smallest: Features


class Lookup:
    """An index of sketches in `folder`, which is made when it is missing. One writer at a time; readers any number."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._segments = [_Segment(path) for path in sorted(folder.glob("segment-*"))]

    def __len__(self) -> int:
        return sum(len(segment.sizes) for segment in self._segments)

    def add(self, samples: Iterable[tuple[str, Sketch]]) -> None:
        """Stores sketches under their names (ASCII, for example SHA-256), in segments of at most BATCH samples."""
        waiting = iter(samples)
        while batch := list(islice(waiting, BATCH)):
            self.add_rows(_rows(batch))

    def add_rows(self, rows: Rows) -> None:
        """Stores one segment."""
        target = self._folder / f"segment-{len(self._segments):06d}"
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=self._folder))
        try:
            _write(draft, rows)
            draft.replace(target)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        self._segments.append(_Segment(target))

    def near(self, sketch: Sketch, most: int = 10) -> list[Near]:
        """The `most` samples with the highest Jaccard similarity, best first; names decide between equals."""
        minhash, features = minhash_of(sketch), smallest_of(sketch)
        candidates = [(alike, segment, row) for segment in self._segments for row, alike in segment.candidates(minhash)]
        candidates.sort(key=lambda candidate: -candidate[0])
        found = [segment.near(row, features, sketch.size) for _, segment, row in candidates[:MOST_CHECKED]]
        found.sort(key=lambda near: (-near.overlap.jaccard, near.name))
        return found[:most]


class _Segment:
    """One folder of arrays, mapped."""

    def __init__(self, folder: Path) -> None:
        def mapped(name: str) -> npt.NDArray[Any]:
            array: npt.NDArray[Any] = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            return array

        self.names, self.minhash = mapped("names"), mapped("minhash")
        self.sizes, self.starts, self.smallest = mapped("sizes"), mapped("starts"), mapped("smallest")
        self.keys, self.rows = mapped("keys"), mapped("rows")

    def candidates(self, minhash: npt.NDArray[np.uint32]) -> Iterator[tuple[int, int]]:
        """(row, equal bins of the MinHash) of the MOST_CHECKED most promising samples."""
        rows = self._sharing(bands(minhash[np.newaxis])[0])
        alike = np.count_nonzero(self.minhash[rows] == minhash, axis=1)
        best = np.argsort(-alike, kind="stable")[:MOST_CHECKED]
        return zip(rows[best].tolist(), alike[best].tolist(), strict=True)

    def near(self, row: int, features: Features, size: int) -> Near:
        """What the sample in `row` shares with a set of `size` features of which the smallest are known."""
        theirs = self.smallest[self.starts[row] : self.starts[row + 1]]
        shared = overlap_known(features, size, theirs, int(self.sizes[row]))
        return Near(name=bytes(self.names[row]).decode("ascii"), overlap=shared)

    def _sharing(self, keys: Features) -> npt.NDArray[np.int64]:
        """Rows that share a band value with the one asked for, from the rarest value upwards."""
        starts = np.searchsorted(self.keys, keys, side="left")
        counts = np.searchsorted(self.keys, keys, side="right") - starts
        seen: list[npt.NDArray[np.uint32]] = []
        left = MOST_CANDIDATES
        for at in np.argsort(counts, kind="stable").tolist():
            take = min(int(counts[at]), left)
            seen.append(self.rows[starts[at] : starts[at] + take])
            left -= take
        return np.unique(np.concatenate(seen)).astype(np.int64)


def _rows(batch: Sequence[tuple[str, Sketch]]) -> Rows:
    features = [smallest_of(sketch) for _, sketch in batch]
    return Rows(
        names=np.array([name.encode("ascii") for name, _ in batch]),
        minhash=np.stack([minhash_of(sketch) for _, sketch in batch]),
        sizes=np.array([sketch.size for _, sketch in batch], np.int64),
        starts=np.cumsum([0, *(len(values) for values in features)], dtype=np.int64),
        smallest=np.concatenate(features),
    )


def _write(folder: Path, rows: Rows) -> None:
    keys = bands(rows.minhash).ravel()
    order = np.argsort(keys, kind="stable")
    arrays = {
        "names": rows.names,
        "minhash": rows.minhash,
        "sizes": rows.sizes,
        "starts": rows.starts,
        "smallest": rows.smallest,
        "keys": keys[order],
        "rows": (order // BANDS).astype(np.uint32),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
