"""All figures of one evaluation, and whether it is worse than the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from detection.evaluation.figures import (
    LEAST,
    SAMPLES,
    SEED,
    Figure,
    Judged,
    average_precision,
    calibration_error,
    curve,
    flagged,
    precision_at,
    ranked,
    reliability,
    right_violation,
)
from detection.evaluation.predict import Prediction
from detection.training.data import Labelled
from index.model import Verdict


def figures(judged: Judged) -> dict[str, Figure]:
    """Figures by name: the whole, then by writer, evasion, kind of harmless listing, and violation."""
    return dict(_figures(judged))


def _figures(judged: Judged) -> Iterator[tuple[str, Figure]]:
    wrong, harmless = judged.only(_of("violation")), judged.only(_of("benign"))
    yield "precision at recall .90", curve(judged, precision_at(0.9))
    yield "precision at recall .95", curve(judged, precision_at(0.95))
    yield "average precision", curve(judged, average_precision)
    yield "calibration error", curve(judged, calibration_error)
    yield "violations found", flagged(wrong)
    yield "harmless called violation", flagged(harmless)
    yield "right violation among the found", right_violation(judged)
    paired = judged.only(lambda row: row.pair is not None)
    if paired.rows:
        yield "pairs: precision at recall .90", curve(paired, precision_at(0.9))
        yield "pairs: violation above its harmless twin", ranked(paired)
    others = judged.only(lambda row: row.pair is None)
    if paired.rows and others.wrong.any():
        yield "no pairs: precision at recall .90", curve(others, precision_at(0.9))
        yield "no pairs: precision at recall .95", curve(others, precision_at(0.95))
        yield "no pairs: violations found", flagged(others.only(_of("violation")))
        yield "no pairs: harmless called violation", flagged(others.only(_of("benign")))
    for writer, part in _parts(judged, lambda row: (row.writer,)):
        if part.wrong.any():
            yield f"writer {writer}: precision at recall .90", curve(part, precision_at(0.9))
    for evasion, part in _parts(wrong, lambda row: row.evasion):
        yield f"found, evasion {evasion}", flagged(part)
    for kind, part in _parts(harmless, lambda row: (row.benign_kind,) if row.benign_kind else ()):
        yield f"harmless called violation, {kind}", flagged(part)
    for violation, part in _parts(wrong, lambda row: row.violations):
        if len(part.rows) >= LEAST:
            yield f"found, {violation}", flagged(part)


def _of(verdict: Verdict) -> Callable[[Labelled], bool]:
    return lambda row: row.verdict == verdict


def _parts(judged: Judged, names: Callable[[Labelled], tuple[str, ...]]) -> Iterator[tuple[str, Judged]]:
    """The listings that carry each name, by name."""
    for name in sorted({name for row in judged.rows for name in names(row)}):
        yield name, judged.only(_carries(name, names))


def _carries(name: str, names: Callable[[Labelled], tuple[str, ...]]) -> Callable[[Labelled], bool]:
    return lambda row: name in names(row)


def untested(judged: Judged) -> dict[str, int]:
    """Violations with too few examples to say anything, and how many there are."""
    named = [id_ for row in judged.rows if row.verdict == "violation" for id_ in row.violations]
    return {id_: named.count(id_) for id_ in sorted({*named}) if named.count(id_) < LEAST}


def difference(judged: Judged, before: Mapping[str, Prediction]) -> Figure | None:
    """Average precision now minus then on the listings that both know, paired bootstrap; None when they share none."""
    both = judged.told.only(lambda row: row.id in before)
    if not both.rows or not both.wrong.any():
        return None
    now, wrong = both.scores, both.wrong
    then = np.array([before[row.id].probability for row in both.rows])
    chance = np.random.default_rng(SEED)
    drawn = [chance.integers(0, len(now), len(now)) for _ in range(SAMPLES)]
    gains = [
        average_precision(now[at], wrong[at]) - average_precision(then[at], wrong[at])
        for at in drawn
        if wrong[at].any()
    ]
    low, high = np.percentile(gains, [2.5, 97.5])
    gain = average_precision(now, wrong) - average_precision(then, wrong)
    return Figure(round(gain, 4), round(float(low), 4), round(float(high), 4), len(now))


def document(judged: Judged, before: Mapping[str, Prediction] | None) -> dict[str, Any]:
    """Everything, as JSON shows it."""
    gain = difference(judged, before) if before else None
    as_list = {name: _plain(one) for name, one in figures(judged).items()}
    return {
        "listings": len(judged.rows),
        "figures": as_list,
        "reliability": reliability(judged),
        "untested": untested(judged),
        "difference": _plain(gain) if gain else None,
        "worse": bool(gain and gain.high < 0),
    }


def _plain(figure: Figure) -> dict[str, float]:
    return {"value": figure.value, "low": figure.low, "high": figure.high, "of": figure.of}
