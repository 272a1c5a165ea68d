"""What detection says of labelled listings, small enough to keep beside them and to compare with later."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from detection.judge import TOGETHER, judge_all
from detection.subject import Subject
from detection.text_model.model import Opinion
from detection.training.data import Labelled
from index.model import Judgement, Verdict
from index.profiles import Profile
from index.reading import ReadError
from index.reading import read as strict


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One listing."""

    id: str
    verdict: Verdict
    probability: float
    """Of its most probable violation, 0 where none was considered."""
    violations: tuple[str, ...]
    """Those that are at least as probable as not, most probable first."""


def predict(
    rows: Sequence[Labelled], profiles: Mapping[str, Profile], opinions: Mapping[str, Opinion] | None = None
) -> list[Prediction]:
    """One per row. `opinions`: by id, of text models that have not read the row; the shipped model's where none is."""
    predictions: list[Prediction] = []
    for at in range(0, len(rows), TOGETHER):  # judgements are large, and there may be many rows
        some = rows[at : at + TOGETHER]
        told = [(opinions or {}).get(row.id) for row in some]
        judgements = judge_all([Subject(listing=row.listing, profiles=profiles) for row in some], told)
        predictions += map(_prediction_of, some, judgements)
    return predictions


def _prediction_of(row: Labelled, judgement: Judgement) -> Prediction:
    chances = [(one.probability, one.id) for one in judgement.violations]
    return Prediction(
        id=row.id,
        verdict=judgement.verdict,
        probability=max(chances, default=(0.0, ""))[0],
        violations=tuple(dict.fromkeys(id_ for chance, id_ in chances if chance >= 0.5)),
    )


def write(path: Path, predictions: Iterable[Prediction]) -> None:
    """As CSV, one line each."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow([field.name for field in fields(Prediction)])
        rows.writerows((p.id, p.verdict, f"{p.probability:.4f}", " ".join(p.violations)) for p in predictions)


def read(path: Path) -> dict[str, Prediction]:
    """Predictions by id. Raises ReadError naming file and line."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {
                row["id"]: _prediction(row, f"{path.name}, line {n}") for n, row in enumerate(csv.DictReader(file), 2)
            }
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise ReadError(f"{path.name}: not a file of predictions ({error})") from error


def _prediction(row: Mapping[str, str], place: str) -> Prediction:
    values: dict[str, Any] = {
        "id": row.get("id"),
        "verdict": row.get("verdict"),
        "violations": (row.get("violations") or "").split(),
    }
    try:
        values["probability"] = float(row.get("probability") or "")
    except ValueError as error:
        raise ReadError(f"{place}: probability is no number ({error})") from error
    return strict(Prediction, values, place)
