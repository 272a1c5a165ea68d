"""How fast texts are judged, beside a floor: NFKC, case folding and one search for the lexicon's words in every text.

    python benchmarks/text_bench.py [--turns 3] [--json]

The shipped training listings in batches of 100, without pictures, and every tenth by itself; every turn changes the
texts a little, so that no cache knows them. CPU time, without loading. Then a million characters of hostile text in
one field after the other: the slowest judgement.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from detection.judge import judge, judge_all
from detection.normalise import fold
from detection.subject import Subject
from detection.terms import lexicon
from detection.words import Words
from index.model import Listing
from index.profiles import load_profiles

LISTINGS = Path(__file__).parents[1] / "detection" / "training" / "listings"
BATCH = 100
MILLION = 1_000_000
KNOWN = {field.name for field in dataclasses.fields(Listing)}
UNITS = (
    *("换", "a", "代过人脸 ", "huan lian ", "a1", "0abc", "aж", "1", "@", " ", "a ", "换 ", "\u200b", "换·", "e\u0301"),
    *("👗", "弓虽", "ㄏㄨㄢˋ", "%E6", "5Lq66IS4", "&#25442;", "\\u6362", "脸换", "1换", "hl ", "豆泡 ", "deepsek "),
    *("加微信abc123 ", "换脸。"),
)
FIELDS = ("title", "description", "seller", "bio", "notes", "options", "reviews", "image_text")


EMPTY = Listing(
    marketplace="bench", native_id="1", url="https://bench.example/", title="t", source_kind="shop", price="30"
)


def listings() -> list[Listing]:
    rows = [
        json.loads(line) for path in sorted(LISTINGS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()
    ]
    return [
        Listing(
            marketplace="bench",
            native_id=row["id"],
            url="https://bench.example/",
            **{k: tuple(v) if isinstance(v, list) else v for k, v in row.items() if k in KNOWN and v is not None},
        )
        for row in rows
    ]


def texts(listing: Listing) -> Iterator[str]:
    for name in ("title", "description", "seller", "bio", "notes"):
        if raw := getattr(listing, name):
            yield raw
    for name in ("options", "reviews", "questions", "image_text", "qr_text"):
        yield from getattr(listing, name)


def changed(listing: Listing, turn: int) -> Listing:
    return dataclasses.replace(
        listing,
        title=f"{listing.title} {turn}",
        description=f"{listing.description} {turn}",
        reviews=tuple(f"{review} {turn}" for review in listing.reviews),
    )


def floor(words: Words[None], listing: Listing) -> int:
    return sum(len(words.find(unicodedata.normalize("NFKC", raw).casefold())) for raw in texts(listing))


def speed(turns: int) -> dict[str, float]:
    profiles, rows = load_profiles(), listings()
    words = Words(dict.fromkeys(fold(word) for rule in lexicon().rules for word in rule.words))
    for listing in rows[:BATCH]:
        judge(Subject(listing=changed(listing, -1), profiles=profiles))
    batches, single, floors = [], [], []
    for turn in range(turns):
        fresh = [changed(listing, turn) for listing in rows]
        start = time.process_time()
        for listing in fresh:
            floor(words, listing)
        floors.append(len(fresh) / (time.process_time() - start))
        for at in range(0, len(fresh) - BATCH + 1, BATCH):
            began = time.process_time()
            judge_all([Subject(listing=listing, profiles=profiles) for listing in fresh[at : at + BATCH]])
            batches.append(BATCH / (time.process_time() - began))
        for listing in fresh[turn::10]:
            start = time.process_time()
            judge(Subject(listing=changed(listing, turns), profiles=profiles))
            single.append(1000 * (time.process_time() - start))
    per_second = statistics.median(batches)
    return {
        "listings": len(rows),
        "per_second": round(per_second),
        "slowest_batch_per_second": round(min(batches)),
        "p50_ms": round(statistics.median(single), 2),
        "p95_ms": round(statistics.quantiles(single, n=20)[-1], 2),
        "floor_per_second": round(statistics.median(floors)),
        "of_floor": round(per_second / statistics.median(floors), 4),
    }


def hostile() -> dict[str, float | str]:
    profiles = load_profiles()
    worst, where = 0.0, ""
    for unit in UNITS:
        text = (unit * (MILLION // len(unit) + 1))[:MILLION]
        for name in FIELDS:
            many = name in {"options", "reviews", "image_text"}
            values = {
                "title": "t",
                name: tuple(text[at : at + 1000] for at in range(0, MILLION, 1000)) if many else text,
            }
            listing = Listing(
                marketplace="bench",
                native_id="1",
                url="https://bench.example/",
                source_kind="shop",
                price="30",
                **values,
            )
            start = time.process_time()
            judge(Subject(listing=listing, profiles=profiles))
            if (taken := time.process_time() - start) > worst:
                worst, where = taken, f"{unit!r} in {name}"
    return {"inputs": len(UNITS) * len(FIELDS), "worst_seconds": round(worst, 3), "worst": where}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = {"speed": speed(given.turns), "million_characters": hostile()}
    if given.json:
        print(json.dumps(result, ensure_ascii=False))
        return
    for part, figures in result.items():
        print(part)
        for name, value in figures.items():
            print(f"  {name:26} {value}")


if __name__ == "__main__":
    main()
