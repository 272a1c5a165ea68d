"""Figures of an evaluation against plain definitions, and what is said of files that cannot be read."""

import math
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from detection.evaluation import predict as predictions
from detection.evaluation.figures import (
    Judged,
    average_precision,
    calibration_error,
    precision_at,
    ranked,
    share,
)
from detection.evaluation.predict import Prediction
from detection.evaluation.report import difference, untested
from detection.training.data import Labelled, labelled
from index.model import Listing
from index.reading import ReadError


def row(id_: str, verdict: str, pair: str | None = None) -> Labelled:
    listing = Listing(marketplace="m", native_id=id_, url="", title="x", source_kind="forum")
    return Labelled(
        id=id_, listing=listing, verdict=verdict, violations=("p1-2b",) * (verdict == "violation"), pair=pair
    )


def said(id_: str, chance: float) -> Prediction:
    verdict = "violation" if chance >= 0.7 else "benign"
    return Prediction(id=id_, verdict=verdict, probability=chance, violations=("p1-2b",) if chance >= 0.5 else ())


def test_average_precision_is_that_of_scikit_learn() -> None:
    chance = np.random.default_rng(1)
    for _ in range(20):
        wrong = chance.random(60) < 0.4
        scores = chance.permutation(60) / 60
        assert average_precision(scores, wrong) == pytest.approx(average_precision_score(wrong, scores))


def test_precision_at_recall_counts_equal_scores_together() -> None:
    scores = np.array([0.9, 0.8, 0.8, 0.8, 0.1])
    wrong = np.array([True, True, False, False, False])
    assert precision_at(0.9)(scores, wrong) == 0.5
    assert precision_at(0.5)(scores, wrong) == 1.0
    assert math.isnan(precision_at(0.9)(scores, ~np.ones(5, bool)))


def test_calibration_error_of_perfect_and_of_sure_and_wrong() -> None:
    assert calibration_error(np.array([0.5, 0.5]), np.array([True, False])) == 0
    assert calibration_error(np.array([1.0, 1.0]), np.array([False, False])) == 1


def test_shares_have_wilsons_interval() -> None:
    figure = share([True] * 10)
    assert (figure.value, figure.high) == (1, 1)
    assert figure.low == pytest.approx(0.7225, abs=1e-3)
    assert share([]).of == 0


def test_pairs_are_compared_within_themselves() -> None:
    rows = [
        row("a-1", "violation", "p"),
        row("a-2", "benign", "p"),
        row("a-3", "violation", "q"),
        row("a-4", "benign", "q"),
    ]
    judged = Judged(rows, [said("a-1", 0.3), said("a-2", 0.2), said("a-3", 0.8), said("a-4", 0.9)])
    assert (ranked(judged).value, ranked(judged).of) == (0.5, 2)
    assert untested(judged) == {"p1-2b": 2}


def test_a_worse_ranking_is_found_out_and_an_equal_one_is_not() -> None:
    rows = [row(f"a-{n}", "violation" if n % 2 else "benign") for n in range(200)]
    good = [said(one.id, 0.9 if one.verdict == "violation" else 0.1) for one in rows]
    before = {one.id: one for one in good}
    assert difference(Judged(rows, good), before).value == 0
    bad = [said(one.id, 0.5) for one in rows]
    assert difference(Judged(rows, bad), before).high < 0
    assert difference(Judged(rows, good), {}) is None


def test_predictions_come_back_as_they_were_written(tmp_path: Path) -> None:
    kept = [said("a-1", 0.25), said("a-2", 0.75)]
    predictions.write(tmp_path / "p.csv", kept)
    assert list(predictions.read(tmp_path / "p.csv").values()) == kept


@pytest.mark.parametrize(
    "content", ["", "id\n1\n", "id,verdict,probability,violations\na,guilty,0.5,\n", "id,verdict,probability,violations\na,lead,x,\n", "\xff"]
)  # fmt: skip
def test_other_files_are_no_predictions(tmp_path: Path, content: str) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(content.encode("latin-1"))
    if content:
        with pytest.raises(ReadError, match=r"p\.csv"):
            predictions.read(path)
    else:
        assert predictions.read(path) == {}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "expected an object"),
        ('{"id": "a-1", "title": "x", "source_kind": "forum"}', "verdict"),
        ('{"id": "a-1", "title": "x", "source_kind": "forum", "verdict": "benign", "colour": 1}', "colour"),
        ('{"id": "a-1", "title": "x", "source_kind": "moon", "verdict": "benign"}', "source_kind"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_labelled_listings_are_read_strictly(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(ReadError, match=says):
        labelled([path])


def test_the_shipped_listings_are_many_in_pairs_and_by_several_writers() -> None:
    rows = labelled()
    assert len(rows) >= 2_000
    assert len({one.id for one in rows}) == len(rows)
    assert len({one.writer for one in rows}) >= 3
    pairs = {one.pair for one in rows if one.pair and one.verdict == "violation"}
    assert len(pairs & {one.pair for one in rows if one.pair and one.verdict == "benign"}) >= 300
