"""Builds apk_analysis/code/dictionary.bin: hashes of library code, by the library they are from.

    .venv/bin/python script/library_dictionary.py [--corpus FOLDER --list FILE] [--cache FOLDER] [--out FILE]

Needs `mvn` and `java`. Fetches the archives named in library_sources.yml through Maven, turns their classes into DEX
with dx (from Maven too), and reads packages (a table as the corpus has it, and the files beside it) for classes below
known prefixes and for what unrelated apps have in common. Only hashes and names are kept. The same sources yield the
same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import yaml
from platformdirs import user_cache_path

from apk_analysis.analyse import analyse
from apk_analysis.archive import Archive
from apk_analysis.code.collect import Collector
from apk_analysis.code.dictionary import FILE, NO_DICTIONARY, Dictionary, write_dictionary
from apk_analysis.code.sample import mark, read_own_part
from apk_analysis.compare import icon_hashes, labels_of
from apk_analysis.defects import Defect
from apk_analysis.dex import Dex, opened

ANYBODY = {"com.example", "com.android", "com.google", "com.github", "org.example", "org.fdroid", ""}
"""Beginnings of application ids that say nothing about who made the app."""
SOURCES = Path(__file__).with_name("library_sources.yml")
LARGEST = 64 << 20
DEX_NAMES = {f"classes{number or ''}.dex" for number in (0, *range(2, 100))}


def say(text: str) -> None:
    """A line for the person who waits."""
    sys.stderr.write(f"{text}\n")


def fetch(artifact: str, folder: Path) -> Path:
    """The archive of 'group:name:version[:type]', from the cache or through Maven."""
    _, name, version, kind = (f"{artifact}:jar").split(":")[:4]
    path = folder / f"{name}-{version}.{kind}"
    if not path.is_file():
        command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def classes_of(path: Path) -> bytes:
    """A JAR with nothing but the class files of a JAR or AAR, without those for later Java versions."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as outer, zipfile.ZipFile(out, "w") as written:
        jars = [name for name in outer.namelist() if name == "classes.jar" or name.startswith("libs/")]
        for jar in [zipfile.ZipFile(io.BytesIO(outer.read(name))) for name in jars if name.endswith(".jar")] or [outer]:
            known = set(written.namelist())
            for name in sorted(set(jar.namelist()) - known):
                if name.endswith(".class") and not name.startswith("META-INF/") and "module-info" not in name:
                    written.writestr(zipfile.ZipInfo(name), jar.read(name))
    return out.getvalue()


def converted(path: Path, dx: Path) -> Iterator[Dex]:
    """The DEX files that dx makes of an archive's classes; kept beside the archive."""
    target = path.with_name(f"{path.name}.dex.zip")
    if not target.is_file():
        only = path.with_name(f"{path.name}.classes.jar")
        only.write_bytes(classes_of(path))
        # every class on its own terms: one that dx does not understand is left out and said
        options = ["--dex", "--multi-dex", "--core-library", "--min-sdk-version=28", "--no-strict"]
        command = [
            "java",
            "-Xmx1g",
            "-cp",
            str(dx),
            "com.android.dx.command.Main",
            *options,
            f"--output={target}",
            str(only),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        only.unlink()
        if not target.is_file():
            say(f"{path.name}: dx refuses: {done.stderr.strip()[-200:]}")
            return
    with zipfile.ZipFile(target) as archive:
        for name in sorted(set(archive.namelist()) & DEX_NAMES):
            yield from opened(archive.read(name), name)


def dexes_of(path: Path) -> list[Dex]:
    """The DEX files of a package."""
    archive, dexes = Archive(path.read_bytes()), list[Dex]()
    for entry in archive.entries:
        if entry.name.startswith("classes") and entry.name.endswith(".dex"):
            try:
                dexes += opened(archive.read(entry, LARGEST), entry.name)
            except Defect as defect:
                say(f"{path.name}: {entry.name}: {defect.kind}")
    return dexes


def families(rows: list[dict[str, str]]) -> dict[str, str]:
    """File -> family: packages tied by id, launcher, label or vendor are no independent witnesses."""
    root: dict[str, str] = {}

    def find(item: str) -> str:
        while root.setdefault(item, item) != item:
            item = root[item]
        return item

    for row in rows:
        app = row["app_id"].removesuffix(".test")
        vendor = ".".join((row["launcher"] or app).split(".")[:2])
        ties = [f"id {app}" * bool(app), f"launcher {row['launcher']}" * ("." in row["launcher"])]
        ties += [f"label {row['label']}" * (len(row["label"]) > 3), f"vendor {vendor}" * (vendor not in ANYBODY)]
        for tie in filter(None, ties):
            root[find(f"file {row['file']}")] = find(tie)
    return {row["file"]: find(f"file {row['file']}") for row in rows}


def collect_app(collector: Collector, path: Path, family: str) -> None:
    """Classes of libraries in a package, and what its own part may have in common with others."""
    try:
        for dex in dexes_of(path):
            collector.library(dex)
    except Defect as defect:
        say(f"{path.name}: {defect.kind}")
        return
    found = analyse(path).fingerprint
    part = read_own_part(path, found.package, found.components, NO_DICTIONARY)
    marks = [mark("host", host) for host in part.hosts]
    marks += [mark("label", name) for name in labels_of(found)]
    marks += [mark("icon", dhash) for dhash in icon_hashes(found)]
    collector.app(family, part.sets, marks)


def build(cache: Path, folder: Path | None, rows: list[dict[str, str]]) -> Dictionary:
    """The dictionary of all sources."""
    cache.mkdir(parents=True, exist_ok=True)
    sources = yaml.safe_load(SOURCES.read_text("utf-8"))
    collector = Collector()
    dx = fetch(sources["dx"], cache)
    for artifact in sources["artifacts"]:
        for dex in converted(fetch(artifact, cache), dx):
            collector.library(dex, artifact.split(":")[1])
    collector.common(mark("host", host) for host in sources["hosts"])
    family = families(rows)
    for row in rows if folder else ():
        collect_app(collector, folder / row["file"], family[row["file"]])
    header = {
        "version": sources["version"],
        "sources": [f"maven:{artifact}" for artifact in sources["artifacts"]]
        + [f"sha256:{row['sha256'][:16]}" for row in rows],
    }
    return collector.dictionary(sources["complete"], header)


def main() -> None:
    """Reads the options, builds, writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, help="folder of packages")
    parser.add_argument("--list", type=Path, help="table of those packages: file, sha256, app_id, launcher")
    parser.add_argument("--cache", type=Path, default=user_cache_path("copycatch") / "libraries")
    parser.add_argument("--out", type=Path, default=FILE)
    given = parser.parse_args()
    rows = []
    if given.corpus:
        with given.list.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file, delimiter="\t") if (given.corpus / row["file"]).is_file()]
    written = write_dictionary(build(given.cache, given.corpus, rows))
    given.out.write_bytes(written)
    say(f"{given.out}: {len(written):,} bytes")


if __name__ == "__main__":
    main()
