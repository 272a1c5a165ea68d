"""Fitting: the n-grams worth knowing, their weights, and the mixture with the rules. Needs scikit-learn.

The mixture is fitted on margins of listings whose writer the text model has not read: on the texts that it was trained
on it would seem surer than it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]
from scipy.optimize import minimize  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from detection.judge import by_rules
from detection.look import look
from detection.scoring import PRIOR, sums
from detection.subject import Subject
from detection.text_model.evidence import readable
from detection.text_model.mixture import Mixture
from detection.text_model.model import Floats, Opinion, TextModel
from detection.text_model.ngrams import Keys, codes_of, columns_of, keys_of, vocabulary_of, weigh
from detection.training.data import Labelled
from index.profiles import Profile

SEEN_IN = 3
"""Listings that an n-gram must occur in to be known."""
LEAST_OF_A_KIND = 15
"""Violations of one kind from which it gets weights of its own."""
LOOSENESS, KIND_LOOSENESS = 20.0, 50.0
"""C of the logistic regressions: of violations against harmless texts, and of each kind against the others."""
PARTS = 14
"""Models that are trained to learn how well unread writers are judged."""
TILT = 0.5
"""How far an n-gram's size follows how unequally it is used, 0..1 (Wang and Manning 2012, NB-SVM)."""
PAIRS_COUNT = 0.1
"""Of a listing of a pair when the mixture is fitted. Words of trade are worth nothing in pairs, where both members have
them; in the world most who use them sell, and a blatant offer in few words has to be found by the rules.
"""
_RIDGE = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """One labelled listing as training sees it."""

    row: Labelled
    texts: tuple[str, ...]
    keys: Keys
    rules: tuple[float, float]
    """What the rules say for the violation they find most probable, and against."""


def read_all(rows: Sequence[Labelled], profiles: dict[str, Profile]) -> list[Read]:
    """Texts, n-grams and rule evidence of all rows."""
    return [_read(row, profiles) for row in rows]


def _read(row: Labelled, profiles: dict[str, Profile]) -> Read:
    subject = Subject(listing=row.listing, profiles=profiles)
    strengths: dict[str, list[float]] = {}
    for one in by_rules(subject):
        strengths.setdefault(one.violation, []).append(one.strength)
    seen = look(subject)
    against = sum(frame.strength for frame, *_ in seen.frames)
    speaking_for = max((sums(of_one)[0] for of_one in strengths.values()), default=0.0)
    texts = tuple(text.text.joined for text in readable(seen.fields))
    return Read(row, texts, np.unique(keys_of(codes_of(texts))), (speaking_for, against))


def fit_text(reads: Sequence[Read]) -> TextModel:
    """The text model of these listings; leads teach which n-grams there are, and nothing else."""
    keys, idf = _vocabulary(reads)
    told = [one for one in reads if one.row.verdict != "lead"]
    matrix = _matrix(told, keys, idf)
    wrong = np.array([one.row.verdict == "violation" for one in told])
    tilt = _tilt(matrix, wrong)
    first = LogisticRegression(C=LOOSENESS, max_iter=3000).fit(matrix @ sparse.diags(tilt), wrong)
    violations = matrix[wrong]
    of_kind = {kind: np.array([kind in one.row.violations for one in told])[wrong] for kind in kinds_of(told)}
    others = [LogisticRegression(C=KIND_LOOSENESS, max_iter=3000).fit(violations, yes) for yes in of_kind.values()]
    weights = np.stack([first.coef_[0] * tilt, *(fit.coef_[0] for fit in others)], axis=1).astype(np.float16)
    bias = np.array([fit.intercept_[0] for fit in (first, *others)], np.float32)
    return TextModel(keys, idf, weights, bias, tuple(of_kind))


def _tilt(matrix: Any, wrong: npt.NDArray[np.bool_]) -> Floats:
    """float32 per column: 1 on average, more for n-grams that one class uses more often than the other.

    So the regression may lean on what tells the classes apart, and does not spread itself over what both say.
    """
    said = [np.asarray((matrix[where] > 0).sum(axis=0), np.float32).ravel() + 1 for where in (wrong, ~wrong)]
    ratio = np.abs(np.log(said[0] / said[0].sum()) - np.log(said[1] / said[1].sum()))
    tilt: Floats = (1 - TILT + TILT * ratio / ratio.mean()).astype(np.float32)
    return tilt


def kinds_of(reads: Sequence[Read]) -> list[str]:
    """Kinds of violation with enough examples, in order."""
    named = [kind for one in reads if one.row.verdict == "violation" for kind in one.row.violations]
    return sorted({kind for kind in named if named.count(kind) >= LEAST_OF_A_KIND})


def _vocabulary(reads: Sequence[Read]) -> tuple[Keys, Floats]:
    keys, counts = np.unique(np.concatenate([one.keys for one in reads]), return_counts=True)
    known = (counts >= SEEN_IN) & (keys != 0)
    idf = np.log((1 + len(reads)) / (1 + counts[known])) + 1
    return keys[known], idf.astype(np.float32)


def _matrix(reads: Sequence[Read], keys: Keys, idf: Floats) -> Any:
    vocabulary = vocabulary_of(keys, idf, np.zeros(len(keys), np.float32))
    columns, shares, ends = [], [], [0]
    for one in reads:
        found = columns_of(keys_of(codes_of(one.texts)), vocabulary)
        known = found >= 0
        columns.append(found[known])
        shares.append(weigh(found, idf[found])[known])
        ends.append(ends[-1] + int(known.sum()))
    matrix = sparse.csr_matrix((np.concatenate(shares), np.concatenate(columns), ends), (len(reads), len(keys)))
    matrix.sum_duplicates()
    return matrix


def unread_opinions(reads: Sequence[Read]) -> dict[str, Opinion]:
    """By id, the opinion of one of PARTS models, each trained without some of the writers, this one among them.

    Without half of the rows of a writer of harmless texts alone: nobody else has written any of that kind.
    """
    both = _of_both_kinds(reads)
    part_of = {writer: str(at % PARTS) for at, writer in enumerate(sorted(both))}
    parts = [part_of.get(one.row.writer) or f"{one.row.writer} {at % 2}" for at, one in enumerate(reads)]
    opinions: dict[str, Opinion] = {}
    for part in sorted({*parts}):
        model = fit_text([one for one, of in zip(reads, parts, strict=True) if of != part])
        opinions |= {one.row.id: model.opinion(one.texts) for one, of in zip(reads, parts, strict=True) if of == part}
    return opinions


def _of_both_kinds(reads: Sequence[Read]) -> set[str]:
    """Writers of violations and harmless texts."""
    return {one.row.writer for one in reads if one.row.verdict == "violation"}


def fit_mixture(reads: Sequence[Read], opinions: Mapping[str, Opinion]) -> Mixture:
    """The weights under which margins and rules give calibrated probabilities; none of evidence below 0."""
    both = _of_both_kinds(reads)
    reads = [one for one in reads if one.row.writer in both]
    margins = np.array([opinions[one.row.id].margin for one in reads])
    told = np.array([one.row.verdict != "lead" for one in reads])
    wrong = np.array([one.row.verdict == "violation" for one in reads], float)[told]
    trust = np.array([opinions[one.row.id].trust for one in reads])
    rules = np.array([one.rules for one in reads])
    seen = (np.column_stack([margins, rules[:, 0], -rules[:, 1], np.ones(len(reads))]) * trust[:, None])[told]
    alone = (PRIOR + (1 - trust) * (rules[:, 0] - rules[:, 1]))[told]

    counts = np.where([bool(one.row.pair) for one in reads], PAIRS_COUNT, 1.0)[told]
    counts /= counts.sum()

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        odds = alone + seen @ weights
        error = 1 / (1 + np.exp(-odds)) - wrong
        ridge = _RIDGE * weights
        return float(counts @ (np.logaddexp(0, odds) - wrong * odds) + ridge @ weights), (
            seen.T @ (counts * error) + 2 * ridge
        )

    bounds = [(0, None)] * 3 + [(None, None)]
    found = minimize(loss, np.zeros(4), jac=True, bounds=bounds, method="L-BFGS-B").x.round(4).tolist()
    return Mixture(text=found[0], rules=found[1], against=found[2], bias=found[3])
