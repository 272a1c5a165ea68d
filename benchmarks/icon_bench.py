"""How many changed icons are found again, at how many false alarms; and what the look-up by bands loses.

    .venv/bin/python benchmarks/icon_bench.py [--cache FOLDER]

Icons: colour marks of the npm package @lobehub/icons-static-png (half of them put on a plate, as apps' icons are) and
application, device, place and category icons of Debian's oxygen-icon-theme, fetched into FOLDER by `npm pack` and
`apt-get download`, never committed. Split by name into two halves: thresholds are chosen on the first (structural
distance at .1 % of pairs of different icons, and the same among pairs with much the same colours), all figures are of
the second. Pairs of one family (a name begins with five letters of the other's, the theme's coloured folders and discs,
one mark under two names) are neither hit nor alarm. Prints a table, then JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import subprocess
import tarfile
import time
from pathlib import Path

import numpy as np
from icon_changes import CHANGES
from PIL import Image

from apk_analysis.icon_descriptor import describe
from detection.icon_index import IconIndex
from detection.icons import (
    CLOSE,
    CLOSE_WITH_COLOURS,
    NEAR,
    NEAR_WITH_COLOURS,
    SAME_COLOURS,
    Descriptor,
    plain,
    read,
    structures,
)

SIDE = 192
FALSE_ALARMS, RECALL = 0.001, 0.95
SERIES = re.compile(r"o:(folder|media|preferences|network|user|skrooge|applications)")
SAME = {
    frozenset(pair)
    for pair in (
        ("l:yi", "l:zeroone"),
        ("o:graphics-viewer-document", "o:okular"),
        ("o:mail-message", "o:applications-utilities"),
        ("o:accessories-dictionary", "o:kthesaurus"),
        ("o:digikam", "o:showfoto"),
    )
}
PLATES = ((255, 255, 255), (240, 244, 255), (20, 20, 28), (250, 235, 215), (30, 60, 160))


def fetch(cache: Path) -> None:
    """Both packages, unpacked below `cache`."""
    cache.mkdir(parents=True, exist_ok=True)
    if not (cache / "package").exists():
        subprocess.run(["npm", "pack", "--silent", "@lobehub/icons-static-png"], cwd=cache, check=True)
        with tarfile.open(next(cache.glob("*.tgz"))) as archive:
            archive.extractall(cache, filter="data")
    if not (cache / "oxygen").exists():
        subprocess.run(["apt-get", "download", "oxygen-icon-theme"], cwd=cache, check=True)
        subprocess.run(["dpkg-deb", "-x", next(cache.glob("*.deb")).name, "oxygen"], cwd=cache, check=True)


def icons(cache: Path) -> dict[str, Image.Image]:
    """Name -> RGBA picture of SIDE pixels."""
    found = {}
    for path in sorted((cache / "package/light").glob("*-color.png")):
        name = path.name.removesuffix("-color.png")
        if not name.endswith(("-text", "-brand")):
            found[f"l:{name}"] = _open(path)
    for kind in ("apps", "places", "devices", "categories"):
        for path in sorted((cache / f"oxygen/usr/share/icons/oxygen/base/128x128/{kind}").glob("*.png")):
            if not path.is_symlink():
                found[f"o:{path.stem}"] = _open(path)
    chance = random.Random(5)
    for name in [name for name in found if name.startswith("l:") and chance.random() < 0.5]:
        plate = Image.new("RGBA", (SIDE, SIDE), chance.choice(PLATES))
        size = int(SIDE * 0.66)
        plate.alpha_composite(found[name].resize((size, size), Image.Resampling.LANCZOS), ((SIDE - size) // 2,) * 2)
        found[name] = plate
    return found


def _open(path: Path) -> Image.Image:
    return Image.open(path).convert("RGBA").resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def family(one: str, other: str) -> bool:
    """Whether two names are of one family."""
    if one == other or (SERIES.match(one) and SERIES.match(other)) or frozenset((one, other)) in SAME:
        return True
    return one[2:].startswith(other[2:7]) or other[2:].startswith(one[2:7])


def half(name: str) -> int:
    """0 or 1, by name."""
    return hashlib.sha256(name.encode()).digest()[0] & 1


class Half:
    """Distances of changed icons to their originals, and to all others of the same half."""

    def __init__(self, pictures: dict[str, Image.Image]) -> None:
        self.names = list(pictures)
        self.originals = {name: read(describe(picture)) for name, picture in pictures.items()}
        self.changed: dict[str, dict[str, Descriptor]] = {}
        for change in CHANGES:
            self.changed[change.__name__] = {
                name: read(describe(change(picture, random.Random(f"{name} {change.__name__}"))))
                for name, picture in pictures.items()
            }
        self.hits: dict[str, np.ndarray] = {}
        others = []
        views = np.array([icon.views for icon in self.originals.values()])
        colours = np.array([icon.colours for icon in self.originals.values()])
        kin = np.array([[family(one, other) for other in self.names] for one in self.names])
        for change, made in self.changed.items():
            hits = []
            for number, icon in enumerate(made.values()):
                apart = np.sqrt(((colours - icon.colours) ** 2).sum(axis=2)).mean(axis=1) / (255 * 3**0.5)
                pairs = np.stack([structures(icon.views, views), apart], axis=1)
                hits.append(pairs[number])
                others.append(pairs[~kin[number]])
            self.hits[change] = np.array(hits)
        self.alarms = [bool(near(pairs, NEAR, NEAR_WITH_COLOURS).any()) for pairs in others]
        self.others = np.concatenate(others)


def choose(seen: Half) -> tuple[float, float]:
    """Structural thresholds, of any colours and of much the same, each at half the false alarms that are allowed."""
    structure, colour = seen.others.T
    allowed = int(len(structure) * FALSE_ALARMS / 2)
    strict = np.sort(structure)[allowed - 1]
    alike = np.sort(np.where((colour <= SAME_COLOURS) & (structure > strict), structure, 1))[allowed - 1]
    return float(strict), float(alike)


def near(pairs: np.ndarray, strict: float, alike: float) -> np.ndarray:
    """Which pairs are called copies."""
    return (pairs[:, 0] <= strict) | ((pairs[:, 0] <= alike) & (pairs[:, 1] <= SAME_COLOURS))


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/copycatch-icons")
    cache = parser.parse_args().cache
    fetch(cache)
    pictures = icons(cache)
    halves = [Half({name: picture for name, picture in pictures.items() if half(name) == number}) for number in (0, 1)]
    chosen = choose(halves[0])
    tested = halves[1]
    result = {"icons": [len(one.names) for one in halves], "chosen": chosen, "used": (NEAR, NEAR_WITH_COLOURS)}
    result["recall"] = {
        change: float(near(hits, NEAR, NEAR_WITH_COLOURS).mean()) for change, hits in tested.hits.items()
    }
    result["recall_all"] = float(np.mean(list(result["recall"].values())))
    result["false_pairs"] = float(near(tested.others, NEAR, NEAR_WITH_COLOURS).mean())
    result["pairs"] = len(tested.others)
    result["false_queries"] = float(np.mean(tested.alarms))
    close = CLOSE, CLOSE_WITH_COLOURS
    result["recall_close"] = float(np.mean([near(hits, *close).mean() for hits in tested.hits.values()]))
    result["false_pairs_close"] = float(near(tested.others, *close).mean())
    result["plain"] = sum(map(plain, tested.originals.values()))
    result |= look_up(halves)
    for name, value in result.items():
        print(f"{name:24} {value}")
    print(json.dumps(result))


def look_up(halves: list[Half]) -> dict[str, float]:
    """Against exhaustive search over the originals and every third changed icon of both halves."""
    stored = [(name, icon) for one in halves for name, icon in one.originals.items()]
    made = [(name, icon) for one in halves for changed in one.changed.values() for name, icon in changed.items()]
    index = IconIndex([*stored, *made[::3]])
    queries = [icon for _, icon in made[1::60]]
    found = missed = weighed = 0
    spent = {"find": 0.0, "exhaustive": 0.0}
    answers = {}
    for way in spent:
        start = time.process_time()
        answers[way] = [{(near.key, near.distance.structure) for near in getattr(index, way)(icon)} for icon in queries]
        spent[way] = time.process_time() - start
    for icon, quick, all_of_them in zip(queries, answers["find"], answers["exhaustive"], strict=True):
        found, missed = found + len(quick & all_of_them), missed + len(all_of_them - quick)
        weighed += len(index.candidates(icon))
    return {
        "look_up_stored": len(index),
        "look_up_recall": found / (found + missed),
        "look_up_candidates": weighed / len(queries) / len(index),
        "look_up_cpu_ratio": spent["find"] / spent["exhaustive"],
    }


if __name__ == "__main__":
    main()
