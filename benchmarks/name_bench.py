"""How well and how fast imitated names are recognised: recall, false alarms with Wilson bounds, look-up against a scan.

    python benchmarks/name_bench.py [--reference FOLDER] [--json]

FOLDER holds `benchmarks/name_squatting_dev.csv`, `play_titles_dev.csv` and `verified_apps.yml`; without it only our own
rows are run. No weight is fitted, so nothing is trained that could be cross-validated; but the weights were set by hand
while looking at totals and at kinds of misses of these files. Figures per fifth of the brands show how far they depend
on the brands. The titles come without package and developer, and so are judged by the name alone.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import time
from collections import Counter, defaultdict
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from console.brand_match import profiles_of
from detection.brands.match import Matcher, Row
from detection.intervals import wilson
from detection.normalise import fold
from index.profiles import load_profiles

OWN = Path(__file__).parent.parent / "detection/training/names/own.csv"
PROFILES = 5000
CANDIDATES = 4000
SCANNED = 200


def compact(name: str) -> str:
    return "".join(char for char in fold(name) if char.isalnum())


def share(hits: int, of: int) -> dict:
    """Count, rate and Wilson's 95 % bounds."""
    if not of:
        return {"hits": hits, "of": of}
    low, high = wilson(hits, of)
    return {"hits": hits, "of": of, "rate": round(hits / of, 5), "low": round(low, 5), "high": round(high, 5)}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def genuine(rows: list[dict[str, str]]) -> list[Row]:
    found = {(row["brand_name"], row["brand_package"], row["brand_developer"]): None for row in rows}
    return [Row(*brand) for brand in found]


def squatting(folder: Path) -> dict:
    rows = rows_of(folder / "name_squatting_dev.csv")
    brands = genuine(rows)
    matcher = Matcher(profiles_of(brands))
    found = [(row, matcher.match(Row(row["name"], row["package"], row["developer"]))) for row in rows]
    caught = [(row, match) for row, match in found if match.kind == "imitation"]
    other = [row for row in rows if compact(row["name"]) != compact(row["brand_name"])]
    fifths: dict[int, list[bool]] = defaultdict(list)
    for row, match in found:
        fifths[hashlib.sha256(row["brand_name"].encode()).digest()[0] % 5].append(match.kind == "imitation")
    titles = [row["name"] for row in rows_of(folder / "play_titles_dev.csv")]
    among_titles = [matcher.match(Row(title)) for title in titles]
    alarms = [title for title, match in zip(titles, among_titles, strict=True) if match.kind == "imitation"]
    least = sorted((match.probability for match in among_titles), reverse=True)[len(titles) // 1000]
    ranked = [row for row, match in found if match.probability > least]
    packages = [row["package"] for row in _yaml(folder / "verified_apps.yml")["packages"]]
    own = Matcher(load_profiles())
    return {
        "recall": share(len(caught), len(rows)),
        "recall, other spelling": share(sum(row in other for row, _ in caught), len(other)),
        "recall above all but .1 % of the titles": {
            "probability above": least,
            "all": share(len(ranked), len(rows)),
            "other spelling": share(sum(row in other for row in ranked), len(other)),
        },
        "recall, right brand": share(sum(_is(match, row) for row, match in caught), len(rows)),
        "recall by fifth of the brands": {part: share(sum(hits), len(hits)) for part, hits in sorted(fifths.items())},
        "false alarms, titles": {**share(len(alarms), len(titles)), "which": alarms},
        "the same titles under made-up packages": strangers(matcher, titles),
        "false alarms, the brands' own": share(
            sum(matcher.match(row).kind == "imitation" for row in brands), len(brands)
        ),
        "false alarms, verified packages": {
            "squatted brands": share(
                sum(matcher.match(Row("", one)).kind == "imitation" for one in packages), len(packages)
            ),
            "our brands": share(sum(own.match(Row("", one)).kind == "imitation" for one in packages), len(packages)),
        },
        "false alarms, titles beside our brands": share(
            sum(own.match(Row(one)).kind == "imitation" for one in titles), len(titles)
        ),
        "indel ratio >= 80": scan(rows, titles, brands),
    }


def strangers(matcher: Matcher, titles: list[str]) -> dict:
    """Titles with package and developer of nobody: most that are called imitation are the brand's own name."""
    found = [matcher.match(Row(title, f"org.s{n}.thing", "Stranger Works")) for n, title in enumerate(titles)]
    pairs = [(title, match) for title, match in zip(titles, found, strict=True) if match.kind == "imitation"]
    other = [t for t, m in pairs if m.profile and not compact(t).startswith(compact(m.profile.names[0].text))]
    return {"called imitation": share(len(pairs), len(titles)), "not beginning with the brand's name": other}


def _is(match, row: dict[str, str]) -> bool:
    return match.profile is not None and match.profile.names[0].text == row["brand_name"]


def _yaml(path: Path) -> dict:
    return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def scan(rows: list[dict[str, str]], titles: list[str], brands: list[Row]) -> dict:
    """The plain way on the same rows: the most similar name of any brand."""
    names = [compact(brand.name) for brand in brands]
    near = [process.extractOne(compact(row["name"]), names, scorer=fuzz.ratio, score_cutoff=80) for row in rows]
    alarms = [process.extractOne(compact(title), names, scorer=fuzz.ratio, score_cutoff=80) for title in titles]
    return {
        "recall": share(sum(map(bool, near)), len(rows)),
        "false alarms": share(sum(map(bool, alarms)), len(titles)),
    }


def own_rows() -> dict:
    """Our own rows beside our own profiles, by half: 'held out' was looked at only to count."""
    matcher = Matcher(load_profiles())
    result = {}
    for half in ("dev", "held out"):
        rows = [row for row in rows_of(OWN) if half_of(row["name"]) == half]
        found = [(row, matcher.match(Row(row["name"], row["package"], row["developer"]))) for row in rows]
        harmless = [(row, match) for row, match in found if row["kind"] != "imitation"]
        result[half] = {
            "right": share(sum((m.kind == "imitation") == (r["kind"] == "imitation") for r, m in found), len(found)),
            "right kind": share(sum(m.kind == r["kind"] for r, m in found), len(found)),
            "harmless called imitation": share(sum(m.kind == "imitation" for _, m in harmless), len(harmless)),
            "genuine called imitation": sum(m.kind == "imitation" for r, m in found if r["kind"] == "genuine"),
            "kinds": dict(Counter(row["kind"] for row in rows)),
        }
    return result


def half_of(name: str) -> str:
    return "dev" if hashlib.sha256(name.encode()).digest()[0] % 2 else "held out"


def speed(folder: Path) -> dict:
    """Rows per second of CPU among 5,000 brands, against rapidfuzz comparing each with all names."""
    rows = rows_of(folder / "name_squatting_dev.csv")
    titles = [row["name"] for row in rows_of(folder / "play_titles_dev.csv")]
    brands = genuine(rows)
    made = [
        Row(title, f"com.v{number}x.{compact(title)[:12] or 'app'}", f"Vendor {number}")
        for number, title in enumerate(titles)
    ]
    profiles = profiles_of([*brands, *made][:PROFILES])
    start = time.process_time()
    matcher = Matcher(profiles)
    built = time.process_time() - start
    squats = [Row(row["name"], row["package"], row["developer"]) for row in rows]
    strangers = [
        Row(f"{a.name[: len(a.name) // 2]} {b.name[len(b.name) // 2 :]}", f"net.s{n}.{n}", "Someone")
        for n, (a, b) in enumerate(zip(made, reversed(made), strict=True))
    ]
    candidates = [*squats[: CANDIDATES // 2], *strangers[: CANDIDATES // 2]]
    matcher.match(Row("warm up 应用"))
    start = time.process_time()
    for row in candidates:
        matcher.match(row)
    ours = len(candidates) / (time.process_time() - start)
    names = [compact(profile.names[0].text) for profile in profiles.values()]
    start = time.process_time()
    for row in candidates[:: len(candidates) // SCANNED]:
        process.extractOne(compact(row.name), names, scorer=fuzz.ratio, score_cutoff=80)
    theirs = len(candidates[:: len(candidates) // SCANNED]) / (time.process_time() - start)
    return {
        "brands": len(profiles),
        "built in s": round(built, 2),
        "rows per s": round(ours),
        "scan, rows per s": round(theirs),
        "ratio": round(ours / theirs, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", type=Path, help="folder with the labelled material")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = {"own rows": own_rows()} if OWN.exists() else {}
    if given.reference:
        folder = given.reference / "benchmarks"
        result |= {"squatting": squatting(folder), "speed": speed(folder)}
    if given.json:
        print(json.dumps(result, ensure_ascii=False))
        return
    for name, part in result.items():
        print(name)
        for key, figure in part.items():
            print(f"  {key:40} {figure}")


if __name__ == "__main__":
    main()
