"""Trains the shipped text model anew and writes its card: python -m detection.training [--check]

With --check it writes nothing, and fails when the shipped model was made from other listings.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import numpy as np

from detection.text_model.mixture import FOLDER, described
from detection.training.data import digest, labelled


def main() -> int:
    """0 when done."""
    rows = labelled()
    seen = digest(rows)
    if "--check" in sys.argv[1:]:
        return int(described()["trained_on"] != seen)
    from detection.training.fit import fit_mixture, fit_text, read_all, unread_margins  # noqa: PLC0415 - scikit-learn
    from index.profiles import load_profiles  # noqa: PLC0415 - only to train

    reads = read_all(rows, load_profiles())
    mixture = fit_mixture(reads, unread_margins(reads))
    model = fit_text(reads)
    np.savez_compressed(FOLDER / "weights.npz", **model.parts())
    content = {
        "version": f"{datetime.now(UTC):%Y-%m-%d}-{seen[:6]}",
        "trained_on": seen,
        "listings": len(rows),
        "ngrams": len(model.parts()["keys"]),
        "kinds": list(model.kinds),
        "mixture": {name: getattr(mixture, name) for name in ("bias", "text", "rules", "against")},
    }
    (FOLDER / "weights.json").write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
