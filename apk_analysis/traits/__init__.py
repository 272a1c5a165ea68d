"""What a sample holds that a detector may care about, each with the file that proves it. Keys leave here masked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from apk_analysis.archive import Archive, Entry
from apk_analysis.chunks import chunks
from apk_analysis.defects import Defect, problem
from apk_analysis.dex import Dex, opened
from apk_analysis.fingerprint import Problem, Trait
from apk_analysis.web_shell import find_web_shell

FILE = Path(__file__).parent.with_name("traits.yml")
LARGEST_DEX, LARGEST_TEXT, LARGEST_TABLE = 128 << 20, 8 << 20, 64 << 20
MOST_TEXT, MOST_TRAITS, MOST_DEX = 64 << 20, 200, 100
SHOWN = 6
"""Characters of a key that are kept."""
TEXTS = frozenset(
    "js mjs html htm json xml txt properties cfg conf ini yml yaml env lua vue bundle jsbundle".split()  # noqa: SIM905
)
"""Endings of files that hold text."""
_DEX_NAME = re.compile(r"classes\d*\.dex")


@dataclass(frozen=True, slots=True)
class _Key:
    vendor: str
    prefix: bytes
    pattern: re.Pattern[bytes]
    near: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Facts:
    hosts: tuple[tuple[str, bytes], ...]
    """(trait kind, host)."""
    keys: tuple[_Key, ...]
    libraries: tuple[bytes, ...]
    """Beginnings of class descriptors."""


@cache
def _facts() -> _Facts:
    raw = yaml.safe_load(FILE.read_text("utf-8"))
    hosts = [("model_api_host", host.encode()) for host in raw["model_api_hosts"]]
    hosts += [("relay_host", host.encode()) for host in raw["relay_hosts"]]
    keys = [
        _Key(
            vendor=key["vendor"],
            prefix=key["prefix"].encode(),
            pattern=re.compile(rb"(?<![A-Za-z0-9_-])(?:" + key["pattern"].encode() + rb")(?![A-Za-z0-9_-])"),
            near=tuple(word.encode() for word in key.get("near", ())),
        )
        for key in raw["keys"]
    ]
    libraries = [b"L" + name.replace(".", "/").encode() + b"/" for name in raw["library_packages"]]
    return _Facts(hosts=tuple(hosts), keys=tuple(keys), libraries=tuple(libraries))


def find_traits(archive: Archive) -> tuple[tuple[Trait, ...], tuple[Problem, ...]]:
    """Traits, each once with the first file that shows it, and what could not be looked at."""
    found: dict[tuple[str, str, str | None], Trait] = {}
    problems: list[Problem] = []
    dexes: list[Dex] = []
    for name, content in _texts(archive, dexes, problems):
        for trait in (*_hosts(name, content), *_keys(name, content)):
            found.setdefault((trait.kind, trait.value, trait.sha256), trait)
    shell = find_web_shell(dexes, _facts().libraries)
    if not dexes:
        problems.append(problem("dex", "no_dex"))
    problems += (found for dex in dexes for found in dex.problems)
    traits = [*found.values()][:MOST_TRAITS]
    return tuple([shell, *traits] if shell else traits), tuple(problems)


def _texts(archive: Archive, dexes: list[Dex], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of everything that is searched: DEX, the resource strings, then text files until MOST_TEXT."""
    left = MOST_TEXT
    for entry in _searched(archive):
        is_dex = _DEX_NAME.fullmatch(entry.name) is not None
        try:
            if is_dex:
                content = archive.read(entry, LARGEST_DEX)
                dexes += opened(content, entry.name)
            elif entry.name == "resources.arsc":
                content = _resource_strings(archive.read(entry, LARGEST_TABLE))
            elif left <= 0:
                problems.append(problem("assets", "not_examined", f"from {entry.name} on"))
                return
            else:
                content = archive.read(entry, LARGEST_TEXT)
                left -= len(content)
        except Defect as defect:
            problems.append(defect.problem("dex" if is_dex else "assets"))
            continue
        yield entry.name, content


def _searched(archive: Archive) -> Iterator[Entry]:
    dexes = [entry for entry in archive.entries if _DEX_NAME.fullmatch(entry.name)]
    yield from dexes[:MOST_DEX]
    table = archive.find("resources.arsc")
    if table is not None:
        yield table
    for entry in archive.entries:
        if entry.name.startswith(("assets/", "res/raw/")) and entry.name.rpartition(".")[2].lower() in TEXTS:
            yield entry


def _resource_strings(table: bytes) -> bytes:
    """The global string pool as UTF-8, strings apart by whatever bytes lie between them."""
    for kind, begin, stop in chunks(table, 12, len(table)):
        if kind == 0x0001:
            wide = not table[begin + 17] & 1 if stop - begin >= 28 else False
            pool = table[begin:stop]
            return pool.decode("utf-16-le", "ignore").encode("utf-8", "ignore") if wide else pool
    return b""


def _hosts(name: str, content: bytes) -> Iterator[Trait]:
    for kind, host in _facts().hosts:
        at = content.find(host)
        while at >= 0:
            if _stands_alone(content, at, len(host)):
                yield Trait(kind=kind, value=host.decode(), where=name)
                break
            at = content.find(host, at + 1)


def _stands_alone(content: bytes, at: int, size: int) -> bool:
    """Not the tail of a longer label ('myapi.x.ai') nor the head of a longer host ('api.x.ai.example')."""
    before, after = content[at - 1 : at] if at else b"", content[at + size : at + size + 2]
    continues = after[:1].isalnum() or after[:1] in {b"-", b"_"} or (after[:1] == b"." and after[1:].isalnum())
    return not (before.isalnum() or before in {b"-", b"_"}) and not continues


def _keys(name: str, content: bytes) -> Iterator[Trait]:
    taken: set[bytes] = set()
    for key in _facts().keys:
        if key.near and not any(word in content for word in key.near):
            continue
        for secret in _matches(key, content):
            if secret not in taken:
                taken.add(secret)
                masked = f"{secret[:SHOWN].decode()}... ({key.vendor})"
                yield Trait(kind="hardcoded_key", value=masked, where=name, sha256=hashlib.sha256(secret).hexdigest())


def _matches(key: _Key, content: bytes) -> Iterator[bytes]:
    """All matches; the prefix is looked for first, which is ten times faster than the pattern alone."""
    at = content.find(key.prefix)
    while at >= 0:
        hit = key.pattern.match(content, at)
        if hit:
            yield hit[0]
        at = content.find(key.prefix, hit.end() if hit else at + 1)
