"""Opinions of models that have not read the writer: kept beside the listings, so that anybody can evaluate at once."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from detection.text_model.model import Opinion

UNREAD = Path(__file__).parent / "unread.csv"


def write_unread(opinions: Mapping[str, Opinion]) -> None:
    """One line each: id, margin, trust, kinds with their probabilities."""
    with UNREAD.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["id", "margin", "trust", "kinds"])
        for id_, opinion in opinions.items():
            kinds = " ".join(f"{kind}:{chance:.3f}" for kind, chance in opinion.kinds().items())
            rows.writerow([id_, f"{opinion.margin:.4f}", opinion.trust, kinds])


def read_unread() -> dict[str, Opinion]:
    """By id; without the places in the text that say most."""
    with UNREAD.open(encoding="utf-8", newline="") as file:
        return {row["id"]: _opinion(row) for row in csv.DictReader(file)}


def _opinion(row: Mapping[str, str]) -> Opinion:
    kinds = dict(part.split(":") for part in row["kinds"].split())
    chances = {kind: float(chance) for kind, chance in kinds.items()}
    return Opinion(float(row["margin"]), lambda: chances, float(row["trust"]), np.zeros(0, np.float32))
