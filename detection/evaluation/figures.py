"""Figures of predictions on labelled listings, each with the interval in which it would lie on other data of the kind.

Leads are left out of precision and recall: people do not agree on them either. Intervals of curves are bootstraps over
the listings (95 %, seeded), those of shares are Wilson's.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detection.evaluation.predict import Prediction
from detection.intervals import wilson
from detection.training.data import Labelled

Floats = npt.NDArray[np.float64]
SAMPLES, SEED = 1_000, 20_251_128
LEAST = 15
"""Positives from which a violation counts as tested."""
BINS = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A value between 0 and 1 and its 95 % interval."""

    value: float
    low: float
    high: float
    of: int
    """Listings it rests on."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Labels and predictions of the same listings, in the same order."""

    rows: Sequence[Labelled]
    predictions: Sequence[Prediction]

    def only(self, keep: Callable[[Labelled], bool]) -> Judged:
        """The listings for which `keep` holds."""
        chosen = [(row, said) for row, said in zip(self.rows, self.predictions, strict=True) if keep(row)]
        return Judged([row for row, _ in chosen], [said for _, said in chosen])

    @property
    def told(self) -> Judged:
        """Without leads."""
        return self.only(lambda row: row.verdict != "lead")

    @property
    def scores(self) -> Floats:
        """Probabilities."""
        return np.array([said.probability for said in self.predictions])

    @property
    def wrong(self) -> npt.NDArray[np.bool_]:
        """Whether it is a violation."""
        return np.array([row.verdict == "violation" for row in self.rows], bool)


def precision_at(recall: float) -> Callable[[Floats, npt.NDArray[np.bool_]], float]:
    """Precision where that share of the violations is found; listings of equal score count as found together."""

    def measure(scores: Floats, wrong: npt.NDArray[np.bool_]) -> float:
        if not wrong.any():
            return math.nan
        threshold = np.sort(scores[wrong])[::-1][math.ceil(recall * wrong.sum()) - 1]
        return float(wrong[scores >= threshold].mean())

    return measure


def average_precision(scores: Floats, wrong: npt.NDArray[np.bool_]) -> float:
    """Mean of the precision at each violation, from the most probable down."""
    if not wrong.any():
        return math.nan
    hits = wrong[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def calibration_error(scores: Floats, wrong: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins of equal width."""
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = [abs(scores[bins == at].mean() - wrong[bins == at].mean()) * (bins == at).mean() for at in np.unique(bins)]
    return float(sum(gaps))


def reliability(judged: Judged) -> list[tuple[float, float, int]]:
    """Mean probability, share of violations and listings, for every bin of probability that has some."""
    scores, wrong = judged.told.scores, judged.told.wrong
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    parts = [bins == at for at in np.unique(bins)]
    return [(round(float(scores[p].mean()), 3), round(float(wrong[p].mean()), 3), int(p.sum())) for p in parts]


def curve(judged: Judged, measure: Callable[[Floats, npt.NDArray[np.bool_]], float]) -> Figure:
    """A figure of the ranking."""
    scores, wrong = judged.told.scores, judged.told.wrong
    chance = np.random.default_rng(SEED)
    drawn = (chance.integers(0, len(scores), len(scores)) for _ in range(SAMPLES if len(scores) else 0))
    values = np.array([measure(scores[at], wrong[at]) for at in drawn])
    values = values[np.isfinite(values)]
    low, high = np.percentile(values, [2.5, 97.5]) if len(values) else (0.0, 1.0)
    return Figure(_rounded(measure(scores, wrong)), _rounded(low), _rounded(high), len(scores))


def share(yes: Sequence[bool]) -> Figure:
    """How many of them hold."""
    low, high = wilson(sum(yes), len(yes))
    return Figure(_rounded(sum(yes) / max(1, len(yes))), _rounded(low), _rounded(high), len(yes))


def _rounded(value: float) -> float:
    return round(float(value), 4)


def ranked(judged: Judged) -> Figure:
    """Pairs of minimal contrast in which the violation is more probable than its harmless twin."""
    groups: dict[str, list[tuple[Labelled, Prediction]]] = defaultdict(list)
    for row, said in zip(judged.rows, judged.predictions, strict=True):
        if row.pair:
            groups[row.pair].append((row, said))
    right = []
    for members in groups.values():
        harmful = [said.probability for row, said in members if row.verdict == "violation"]
        harmless = [said.probability for row, said in members if row.verdict == "benign"]
        right += [high > low for high in harmful for low in harmless]
    return share(right)


def flagged(judged: Judged) -> Figure:
    """Listings whose verdict is a violation."""
    return share([said.verdict == "violation" for said in judged.predictions])


def right_violation(judged: Judged) -> Figure:
    """Violations found that name at least one right violation."""
    found = zip(judged.rows, judged.predictions, strict=True)
    hits = [(row, said) for row, said in found if row.verdict == said.verdict == "violation"]
    return share([bool({*said.violations} & {*row.violations}) for row, said in hits])
