"""Trains the shipped text model anew, evaluates it and writes its card: python -m detection.training [OPTION]

--card leaves the model as it is (rules have changed, listings have not). --check writes nothing, and fails when the
shipped model was made from other listings.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import numpy as np

from detection.evaluation.figures import Judged
from detection.evaluation.predict import predict, write
from detection.text_model.mixture import FOLDER, described, mixture
from detection.text_model.model import text_model
from detection.training.card import write_card
from detection.training.data import PREDICTIONS, digest, labelled
from detection.training.unread import read_unread, write_unread
from index.profiles import load_profiles


def main() -> int:
    """0 when done."""
    if "--check" in sys.argv[1:]:
        return int(described()["trained_on"] != digest())
    if "--card" not in sys.argv[1:]:
        train()
    rows = labelled()
    predictions = predict(rows, load_profiles(), read_unread())
    write(PREDICTIONS, predictions)
    write_card(Judged(rows, predictions))
    return 0


def train() -> None:
    """Writes the model and the opinions of models that have not read a writer."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415 - as scikit-learn

    from detection.training.fit import fit_mixture, fit_text, read_all, unread_opinions  # noqa: PLC0415 - as above

    rows = labelled()
    reads = read_all(rows, load_profiles())
    with threadpool_limits(1):  # several wait for each other on vectors of this size: minutes instead of seconds
        opinions = unread_opinions(reads)
        mixed, model = fit_mixture(reads, opinions), fit_text(reads)
    parts, seen = model.parts(), digest()
    with (FOLDER / "weights.npz").open("wb") as file:
        np.savez_compressed(file, keys=parts["keys"], idf=parts["idf"], weights=parts["weights"], bias=parts["bias"])
    content = {
        "version": f"{datetime.now(UTC):%Y-%m-%d}-{seen[:6]}",
        "trained_on": seen,
        "listings": len(rows),
        "ngrams": len(parts["keys"]),
        "kinds": list(model.kinds),
        "mixture": {name: getattr(mixed, name) for name in ("text", "bias", "rules", "against")},
    }
    (FOLDER / "weights.json").write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    write_unread(opinions)
    for kept in (described, mixture, text_model):
        kept.cache_clear()


if __name__ == "__main__":
    sys.exit(main())
