"""The rules alone, without the text model: precision, recall and pairs of minimal contrast, by writer.

    python benchmarks/rules_bench.py [--reference FOLDER]

Reads the labelled listings that the project ships; FOLDER adds `benchmarks/listings_dev.jsonl`. The rules were written
while looking at writers mo and lan (and, earlier, a and some of b); qi and c say something about unseen texts.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

from detection import scoring
from detection.judge import by_rules
from detection.subject import Subject
from index.model import Listing
from index.profiles import load_profiles

SHIPPED = Path(__file__).parents[1] / "detection" / "training" / "listings"
ONE = ("title", "description", "seller", "price", "package_name", "version", "source_kind", "lang", "bio", "notes")
MANY = ("options", "reviews", "questions", "image_text", "qr_text")


def listing(row: dict) -> Listing:
    values = {name: row[name] for name in ONE if row.get(name) is not None}
    values |= {name: tuple(row[name]) for name in MANY if row.get(name)}
    return Listing(marketplace="bench", native_id=str(row["id"]), url="https://bench.example/", **values)


def probability(row: dict, profiles: dict) -> float:
    found = scoring.score(by_rules(Subject(listing=listing(row), profiles=profiles)), {})
    return max((violation.probability for violation in found), default=0.0)


def figures(rows: list[tuple[dict, float]]) -> dict:
    """`rows`: labelled rows and the highest probability of any violation."""
    called = [row for row, chance in rows if chance >= scoring.VIOLATION_FROM]
    hits = sum(row["verdict"] == "violation" for row in called)
    false = Counter(row["benign_kind"] for row in called if row["verdict"] == "benign")
    pairs = defaultdict(list)
    for row, chance in rows:
        if row.get("pair"):
            pairs[row["pair"]].append((row["verdict"], chance))
    compared = [
        bad > good
        for members in pairs.values()
        for verdict, bad in members
        for twin, good in members
        if (verdict, twin) == ("violation", "benign")
    ]
    return {
        "precision": round(hits / max(1, hits + sum(false.values())), 3),
        "recall": round(hits / max(1, sum(row["verdict"] == "violation" for row, _ in rows)), 3),
        "pairs_right": f"{sum(compared)} of {len(compared)}",
        "false_alarms": f"{sum(false.values())} of {sum(row['verdict'] == 'benign' for row, _ in rows)}",
        "by_kind": dict(false),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", type=Path, help="folder with further labelled material")
    given = parser.parse_args()
    paths = sorted(SHIPPED.glob("*.jsonl"))
    if given.reference:
        paths.append(given.reference / "benchmarks" / "listings_dev.jsonl")
    profiles = load_profiles()
    by_writer = defaultdict(list)
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            by_writer[row["id"].partition("-")[0]].append((row, probability(row, profiles)))
    for writer, rows in sorted(by_writer.items()):
        print(writer, len(rows), figures(rows))


if __name__ == "__main__":
    main()
