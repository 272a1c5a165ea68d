"""The shipped model: a linear one on character n-grams, with a weight for every n-gram that can be looked at.

`weights.npz` holds `keys` (uint64[n], ascending: the known n-grams), `idf` (float32[n]), `weights` (float16[n, 1 + m])
and `bias` (float32[1 + m]): column 0 tells violations from harmless texts, the others tell the kind of violation among
violations. `weights.json` names the kinds and says how the margin is put together with the rules. Both are made by
`python -m detection.training`; `docs/model-card.md` says from what and how well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from detection.text_model.mixture import FOLDER, described, trust_in
from detection.text_model.ngrams import Keys, Reading, codes_of, read, scores_of, vocabulary_of

LIKELY = 0.2
"""Probability from which a kind of violation is named; the most probable one always is."""
_LIKELY_SCORE = -1.4
"""Log-odds just below it: no kind under them is looked at any further."""
MOST_KINDS = 3
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model says of the texts of one listing."""

    margin: float
    """Log-odds of a violation, of the text alone."""
    kinds: Callable[[], dict[str, float]]
    """Violation id -> its probability if it is a violation at all; the likely ones, most probable first. Worked out
    when it is asked for: most texts are no violation."""
    trust: float
    """How far texts so long, and of such a language, can be judged at all, 0..1."""
    at: Floats
    """float32 per character of `codes_of(texts)`: what it adds to the margin."""


class TextModel:
    """N-grams, weights and kinds; safe to share between threads."""

    def __init__(self, keys: Keys, idf: Floats, weights: npt.NDArray[Any], bias: Floats, kinds: Sequence[str]) -> None:
        """Raises ValueError when the shapes do not fit."""
        if not (len(keys) == len(idf) == len(weights) and weights.shape[1] == len(bias) == 1 + len(kinds)):
            raise ValueError("the parts of the text model do not belong together")
        self._parts: dict[str, npt.NDArray[Any]] = {"keys": keys, "idf": idf, "weights": weights, "bias": bias}
        common = np.argsort(idf, kind="stable")  # first: most of what a text needs then stands together in memory
        first, self._others = (
            np.ascontiguousarray(part, np.float32) for part in np.split(weights[common], [1], axis=1)
        )
        self._known = vocabulary_of(keys[common], idf[common], first[:, 0])
        self._bias = bias.astype(np.float32)
        self.kinds = tuple(kinds)

    def opinion(self, texts: Sequence[str]) -> Opinion:
        """Reads `texts` as they are (normalise them before)."""
        codes = codes_of(texts)
        seen = read(codes, self._known)
        trust = trust_in(len(codes), seen.familiar)
        return Opinion(seen.margin + float(self._bias[0]), partial(self._likely, seen), trust, seen.at)

    def parts(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays of `weights.npz`."""
        return dict(self._parts)

    def _likely(self, seen: Reading) -> dict[str, float]:
        scores = (scores_of(seen, self._others) + self._bias[1:]).tolist()
        floor = min(_LIKELY_SCORE, max(scores))
        likely = [at for at, score in enumerate(scores) if score >= floor]
        ranked = sorted(likely, key=scores.__getitem__, reverse=True)[:MOST_KINDS]
        chances = {self.kinds[at]: 1 / (1 + math.exp(-scores[at])) for at in ranked}
        return {kind: p for number, (kind, p) in enumerate(chances.items()) if number == 0 or p >= LIKELY}


@cache
def text_model() -> TextModel:
    """The shipped one. Raises ValueError when its parts do not belong together."""
    with np.load(FOLDER / "weights.npz", allow_pickle=False) as parts:
        return TextModel(parts["keys"], parts["idf"], parts["weights"], parts["bias"], described()["kinds"])
