"""How well `compare` finds clones: synthetic ones, made from real packages, one change at a time.

    .venv/bin/python benchmarks/clone_bench.py --list FILE [--corpus FOLDER] [--cache FOLDER] [--make]

Needs Debian's `smali`, `baksmali` and `apksigner`, and `mvn` and `java` for the library dictionary and the library that
is injected. `--make` also makes the clones that are not in the cache yet (about a minute per package).

Packages fall into families (same application, vendor, label or launcher) and families into two halves. The thresholds
of `apk_analysis/relation.py` were set on the first half; figures are those of the second. The dictionary used here
knows published archives and packages of the first half only, not the one that is shipped.

Per kind of change: a clone is found when its relation to the original is `repackaged` or `wrapper_pair`. Counted
against

- unrelated: every clone beside every package of other families and makers, any two clones with the injected library,
  shell apps with 16 own classes beside each other (of one kit and of two) and beside every package. A hit is wrong;
- versions: every two packages of one application id with a verified signer in common. Their relation is `same_app`, or
  `related` where that signer's key is public; a clone's relation among them is a false one. Pairs of versions without a
  common signer differ from clones in nothing that can be measured: they are counted apart and judged by nobody.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import json
import pickle
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import clones
from platformdirs import user_cache_path

import apk_analysis.code.dictionary
from apk_analysis.analyse import analyse
from apk_analysis.code.dictionary import write_dictionary
from apk_analysis.code.sample import OwnPart, read_own_part
from apk_analysis.compare import Comparison, compare_parts
from apk_analysis.fingerprint import Fingerprint
from apk_analysis.relation import FEW_IN_ALL

sys.path.insert(0, str(Path(__file__).parent.parent / "script"))
import library_dictionary

FOUND = ("repackaged", "wrapper_pair")
AIM = 0.98
INJECTED = "net.sf.trove4j:trove4j:3.0.3"
KINDS = ("re-sign", "rename package", "swap icon and label", "inject a library", "edit strings", "repack resources")
KINDS += ("split dex", "merge dex", "rename classes and methods", "insert junk methods", "convert to a wrapper")
FORKS = ({"io.appium.uiautomator2.server", "com.netease.open.pocoservice"},)
"""Applications that are no strangers: the second holds the first's server class by class (AndroidServer,
ServerInstrumentation, its thread and servlet), found when their pair was looked at as a wrong one."""
SHELLS = 12
COLLECTIONS = {"fdroidserver", "apktool", "mobsf"}


@dataclass(frozen=True)
class Sample:
    """One package as `compare` sees it."""

    name: str
    family: str
    app_id: str
    source: str
    """The published archive that the package was taken from, without its version."""
    fingerprint: Fingerprint
    part: OwnPart


def half(family: str) -> int:
    return hashlib.sha256(family.encode()).digest()[0] % 2


def bases(rows: list[dict[str, str]], family: dict[str, str]) -> Iterator[dict[str, str]]:
    """One package per application; of packages below 100 kB one per family. Several DEX files are preferred."""
    groups = defaultdict(list)
    for row in rows:
        if int(row["n_dex"] or 0):
            groups[family[row["file"]], row["app_id"].removesuffix(".test")].append(row)
    tiny = set()
    for (kin, _), group in sorted(groups.items()):
        best = max(group, key=_preferred)
        if int(best["size"]) < 100_000 and kin in tiny:
            continue
        tiny |= {kin} if int(best["size"]) < 100_000 else set()
        yield best


def _preferred(row: dict[str, str]) -> tuple[bool, bool, bool, int]:
    size = int(row["size"])
    return row["kind"] != "instrumentation test apk", int(row["n_dex"]) > 1, size < 14e6, size


class Reader:
    """Reads packages once per content and dictionary."""

    def __init__(self, cache: Path, dictionary: str) -> None:
        self.cache = cache / f"read-{dictionary}"
        self.cache.mkdir(parents=True, exist_ok=True)

    def read(self, path: Path, family: str, app_id: str = "", source: str = "") -> Sample:
        kept = self.cache / f"{path.stem[:80]}-{path.stat().st_size}.pickle"
        if not kept.is_file():
            found = analyse(path).fingerprint
            part = read_own_part(path, found.package, found.components)
            kept.write_bytes(pickle.dumps((found, part)))
        found, part = pickle.loads(kept.read_bytes())
        return Sample(path.name, family, app_id, source, found, part)


def use_dictionary(cache: Path, corpus: Path, rows: list[dict[str, str]]) -> str:
    """Makes the dictionary of published archives and these packages the one that is used; its hash."""
    path = cache / "dictionary.bin"
    if not path.is_file():
        found = library_dictionary.build(user_cache_path("copycatch") / "libraries", corpus, rows)
        path.write_bytes(write_dictionary(found))
    apk_analysis.code.dictionary.FILE = path
    apk_analysis.code.dictionary.shipped.cache_clear()
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def injected(cache: Path) -> bytes:
    """A library that the dictionary does not know, as one DEX file."""
    archives = user_cache_path("copycatch") / "libraries"
    jar = library_dictionary.fetch(INJECTED, archives)
    dx = library_dictionary.fetch("com.jakewharton.android.repackaged:dalvik-dx:14.0.0_r21", archives)
    target = cache / "injected.dex"
    if not target.is_file():
        command = ["java", "-cp", str(dx), "com.android.dx.command.Main", "--dex", f"--output={target}", str(jar)]
        subprocess.run(command, check=True)
    return target.read_bytes()


def make(sample: Sample, row: dict[str, str], path: Path, cache: Path) -> None:
    """All clones of one package that the cache does not hold; what cannot be made is noted beside them."""
    missing = [kind for kind in KINDS if not clone_path(cache, row, kind).is_file()]
    missing = [kind for kind in missing if not clone_path(cache, row, kind).with_suffix(".none").is_file()]
    if not missing:
        return
    icon, found = sample.fingerprint.icon, sample.fingerprint
    host = next(iter(sorted(sample.part.hosts)), "")
    shown = {"label": found.label or "", "icon": icon.where if icon else "", "host": host}
    shown["min_sdk"] = str(found.min_sdk or 1)
    work = cache / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        package = clones.Package(path, work, {"sha256": row["sha256"], **shown})
    except (clones.NotApplicable, OSError, ValueError, NotImplementedError) as reason:
        print(f"{row['file']}: not taken apart: {reason}", file=sys.stderr)
        return
    for kind in missing:
        target = clone_path(cache, row, kind)
        try:
            target.write_bytes(clones.clone(package, kind, injected(cache)))
        except (clones.NotApplicable, OSError, ValueError) as reason:
            target.with_suffix(".none").write_text(str(reason))
            print(f"{row['file']}: {kind}: not made: {reason}", file=sys.stderr)


def clone_path(cache: Path, row: dict[str, str], kind: str) -> Path:
    return cache / f"{row['sha256'][:12]}.{kind.replace(' ', '_')}.apk"


def make_shells(cache: Path) -> None:
    """Shell apps of two kits, each for a site of its own."""
    for number in range(SHELLS):
        path = cache / f"shell-{number}.apk"
        if not path.is_file():
            path.write_bytes(clones.shell_app(number % 2, number, cache / "work"))


def source_of(row: dict[str, str]) -> str:
    """Test collections hold strangers' apps; every other archive is by the maker of all its packages."""
    source = re.split(r"[-_]\d", row["source_package"])[0]
    return "" if source in COLLECTIONS else source


def kin(first: Sample, second: Sample) -> bool:
    """Whether two packages may share code by right: one family, one maker's archive, or a fork."""
    if {first.fingerprint.package, second.fingerprint.package} in FORKS:
        return True
    return first.family == second.family or (first.source != "" and first.source == second.source)


def recognisable(sample: Sample) -> bool:
    """Whether there is anything of its own that a clone could be recognised by; some test packages are empty."""
    sets = sample.part.sets
    return len(sets.screens) + len(sets.strings) + len(sets.assets) >= FEW_IN_ALL


def beside(first: Sample, second: Sample) -> Comparison:
    return compare_parts((first.fingerprint, second.fingerprint), (first.part, second.part))


def f_measure(hits: int, misses: int, false: int) -> float:
    return 2 * hits / (2 * hits + misses + false) if hits else 0.0


def reasons(said: Comparison) -> str:
    return f"{said.relation} {said.score} {[(reason.kind, reason.numbers) for reason in said.reasons]}"


def count_hits(pairs: Iterable[tuple[Sample, Sample]], label: str, *, quiet: bool) -> tuple[int, int]:
    """(pairs taken for clones, pairs)."""
    hits = total = 0
    for first, second in pairs:
        total += 1
        found = beside(first, second)
        if found.relation in FOUND:
            hits += 1
            if not quiet:
                print(f"  {label}: {first.name} | {second.name}: {reasons(found)}", file=sys.stderr)
    return hits, total


def version_pairs(samples: list[Sample]) -> Iterator[tuple[Sample, Sample, bool]]:
    """(older, newer, whether a verified signer is common) of packages with one application id and different bytes."""
    groups = defaultdict(list)
    for sample in samples:
        groups[sample.app_id].append(sample)
    for group in groups.values():
        for first, second in itertools.combinations(group, 2):
            keys = [{signer.sha256 for signer in one.fingerprint.signature.signers} for one in (first, second)]
            yield first, second, bool(keys[0] & keys[1])


class Half:
    """One half of the packages with their clones."""

    def __init__(self, samples: list[Sample], kits: list[Sample], *, quiet: bool) -> None:
        self.samples, self.kits, self.quiet = samples, kits, quiet
        self.clones: list[tuple[str, Sample, Sample]] = []
        """(kind, original, clone)"""

    def unrelated(self) -> tuple[int, int]:
        """(wrong, pairs) of what all kinds are counted against."""
        with_library = [clone for kind, _, clone in self.clones if kind == "inject a library"]
        pairs = [pair for pair in itertools.combinations(with_library, 2) if not kin(*pair)]
        library = count_hits(pairs, "library", quiet=self.quiet)
        shells = [*itertools.combinations(self.kits, 2), *itertools.product(self.kits, self.samples)]
        kit = count_hits(shells, "shell", quiet=self.quiet)
        print(f"pairs with one large library: {library[0]} of {library[1]} wrong; shells: {kit[0]} of {kit[1]} wrong")
        return library[0] + kit[0], library[1] + kit[1]

    def versions(self) -> tuple[int, int]:
        """(wrong, pairs) of versions with a common signer."""
        pairs = [*version_pairs(self.samples)]
        wrong, total = count_hits(((a, b) for a, b, same in pairs if same), "version", quiet=self.quiet)
        apart = Counter(beside(a, b).relation for a, b, same in pairs if not same)
        print(f"versions with a common signer: {wrong} of {total} wrong; without one, not judged: {dict(apart)}")
        return wrong, total

    def kind(self, kind: str) -> tuple[int, int, int, int]:
        """(clones, found, wrong, pairs with packages of other families)."""
        mine = [(origin, clone) for name, origin, clone in self.clones if name == kind]
        found = 0
        for origin, clone in mine:
            said = beside(origin, clone)
            found += said.relation in FOUND
            if said.relation not in FOUND and not self.quiet:
                print(f"  missed {kind}: {origin.name}: {reasons(said)}", file=sys.stderr)
        foreign = [(clone, one) for origin, clone in mine for one in self.samples if not kin(origin, one)]
        wrong, total = count_hits(foreign, kind, quiet=self.quiet)
        return len(mine), found, wrong, total

    def report(self) -> dict[str, dict[str, float]]:
        """Prints the table."""
        cloned = len({origin.name for _, origin, _ in self.clones})
        print(f"{cloned} packages cloned, {len(self.samples)} looked at; all clones and shells are synthetic")
        wrong_anyway, pairs_anyway = self.unrelated()
        wrong_versions, _ = self.versions()
        print(f"{'kind':28} {'clones':>6} {'found':>6} {'wrong':>13} {'F unrelated':>12} {'F versions':>11}")
        rows = {}
        for kind in KINDS:
            made, found, wrong, pairs = self.kind(kind)
            wrong += wrong_anyway
            unrelated = f_measure(found, made - found, wrong)
            versions = f_measure(found, made - found, wrong_versions)
            print(
                f"{kind:28} {made:6} {found:6} {wrong:5} /{pairs + pairs_anyway:6} {unrelated:12.3f} {versions:11.3f}"
            )
            rows[kind] = {"clones": made, "found": found, "wrong": wrong, "f": unrelated, "f_versions": versions}
        return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, default=user_cache_path("copycatch") / "corpus")
    parser.add_argument("--cache", type=Path, default=user_cache_path("copycatch") / "clones")
    parser.add_argument("--make", action="store_true")
    parser.add_argument("--first-half", action="store_true", help="what thresholds are set on, each miss said")
    given = parser.parse_args()
    with given.list.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if (given.corpus / row["file"]).is_file()]
    given.cache.mkdir(parents=True, exist_ok=True)
    family = library_dictionary.families(rows)
    known = use_dictionary(given.cache, given.corpus, [row for row in rows if not half(family[row["file"]])])
    reader = Reader(given.cache, known)
    chosen = 0 if given.first_half else 1
    samples = [
        reader.read(given.corpus / row["file"], family[row["file"]], row["app_id"], source_of(row))
        for row in rows
        if half(family[row["file"]]) == chosen
    ]
    if given.make:
        make_shells(given.cache)
    kits = [reader.read(path, "shell") for path in sorted(given.cache.glob("shell-*.apk"))]
    looked_at = Half(samples, kits, quiet=not given.first_half)
    by_name = {sample.name: sample for sample in samples}
    for row in sorted(bases(rows, family), key=lambda row: int(row["size"])):
        origin = by_name.get(row["file"])
        if origin is None:
            continue
        if not recognisable(origin):
            print(f"{row['file']}: too little of its own to be recognised by, not cloned")
            continue
        if given.make:
            make(origin, row, given.corpus / row["file"], given.cache)
        paths = [(kind, clone_path(given.cache, row, kind)) for kind in KINDS]
        looked_at.clones += [
            (kind, origin, reader.read(p, origin.family, source=origin.source)) for kind, p in paths if p.is_file()
        ]
    result = looked_at.report()
    print(json.dumps(result))
    if any(min(row["f"], row["f_versions"]) < AIM for row in result.values() if row["clones"]):
        raise SystemExit(f"aim: F {AIM} for each kind")


if __name__ == "__main__":
    main()
