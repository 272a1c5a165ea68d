"""Native libraries: what Android's loader would find, exact against lief, bounded on hostile files."""

import hashlib
import random
import struct
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lief
import pytest

from apk_analysis.archive import Archive
from apk_analysis.contents import Contents
from apk_analysis.native import MOST_JNI, MOST_LIBRARIES, Elf, Natives, read_library
from tests.apk_analysis import build
from tests.apk_analysis.elf import BUILD_ID, shared_object

EXPORTS, IMPORTS = ("JNI_OnLoad", "Java_com_example_app_Main_run", "helper"), ("dlopen", "strlen")


@pytest.mark.parametrize("gnu", [False, True])
def test_facts_of_a_library(*, gnu: bool) -> None:
    data = shared_object(EXPORTS, IMPORTS, gnu=gnu)
    library, defect = read_library("lib/arm64-v8a/libdemo.so", data)
    assert defect is None
    assert (library.machine, library.soname, library.build_id) == ("AARCH64", "libdemo.so", BUILD_ID.hex())
    assert library.jni == ("JNI_OnLoad", "Java_com_example_app_Main_run")
    assert library.imports_sha256 == hashlib.sha256(b"dlopen\nlibc.so\nstrlen").hexdigest()
    assert (library.sha256, library.size) == (hashlib.sha256(data).hexdigest(), len(data))


def test_the_imports_do_not_depend_on_the_order_of_symbols() -> None:
    one, _ = read_library("a.so", shared_object(EXPORTS, IMPORTS))
    other, _ = read_library("b.so", shared_object(EXPORTS[::-1], IMPORTS[::-1]))
    assert one.imports_sha256 == other.imports_sha256 and one.sha256 != other.sha256


def taken(files: dict[str, bytes]) -> Natives:
    contents = Contents(Archive(build.archive(files)))
    natives = Natives()
    for content in contents:
        natives.take(content, contents)
    return natives


def test_libraries_are_known_by_name_and_by_content() -> None:
    natives = taken(
        {
            "lib/arm64-v8a/libdemo.so": shared_object(EXPORTS),
            "assets/payload.bin": shared_object(EXPORTS),
            "lib/arm64-v8a/libpacked.so": b"PK no library at all",
            "assets/note.txt": b"ELF",
        }
    )
    assert [(library.where, library.machine) for library in natives.libraries] == [
        ("assets/payload.bin", "AARCH64"),
        ("lib/arm64-v8a/libdemo.so", "AARCH64"),
        ("lib/arm64-v8a/libpacked.so", ""),
    ]
    assert [(problem.part, problem.kind) for problem in natives.problems] == [("native", "not_elf")]


def test_too_many_libraries_are_said_once() -> None:
    natives = taken({f"lib/x86/lib{number:04}.so": b"\x7fELF" for number in range(MOST_LIBRARIES + 5)})
    assert len(natives.libraries) == MOST_LIBRARIES
    assert [problem.kind for problem in natives.problems].count("not_examined") == 1
    assert len(natives.problems) < 100, "one kind of damage is not listed hundreds of times"


def test_a_damaged_library_keeps_what_was_readable() -> None:
    whole = bytearray(shared_object(EXPORTS, IMPORTS))
    struct.pack_into("<Q", whole, whole.index(struct.pack("<QQQ", 11, 24, 4)) - 8, 1 << 60)  # symbols: nowhere
    library, defect = read_library("libdemo.so", bytes(whole))
    assert defect is not None and defect.kind == "malformed_elf" and "libdemo.so" in defect.detail
    assert (library.machine, library.build_id) == ("AARCH64", BUILD_ID.hex())


def test_one_long_name_for_many_symbols_costs_nothing() -> None:
    """660 kB of this kind make lief build 2 GB of text."""
    data = shared_object(["Java_" + "A" * 100_000], repeat=20_000)
    tracemalloc.start()
    library, _ = read_library("libdemo.so", data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert library.jni == ("Java_" + "A" * 495,)
    assert peak < 20 << 20


def test_exports_are_capped() -> None:
    library, _ = read_library("libdemo.so", shared_object([f"Java_x_{number:05}" for number in range(3_000)]))
    assert len(library.jni) == MOST_JNI


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files_yield_facts_or_a_defect(seed: int) -> None:
    chosen = random.Random(seed)
    whole = shared_object(EXPORTS, IMPORTS, gnu=bool(seed % 2))
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chosen.randrange(1, 12)):
            data[chosen.randrange(4, len(data))] = chosen.choice((0, 1, 0x7F, 0xFF, chosen.randrange(256)))
        if chosen.random() < 0.3:
            del data[chosen.randrange(4, len(data)) :]
        library, defect = read_library("libdemo.so", bytes(data))
        assert library.sha256 == hashlib.sha256(data).hexdigest()
        assert defect is None or defect.kind in {"malformed_elf", "not_elf"}


def _lief(data: bytes) -> Any:
    lief.logging.disable()
    config = lief.ELF.ParserConfig()
    config.parse_relocations = config.parse_symtab_symbols = False
    return lief.ELF.parse(data, config)


def _real(corpus: list[tuple[Path, dict[str, str]]]) -> Iterator[tuple[str, bytes]]:
    for path, row in corpus:
        if row["n_so"] and int(row["n_so"]):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if name.endswith(".so") and (data := archive.read(name)).startswith(b"\x7fELF"):
                        yield f"{path.name}!/{name}", data


@pytest.mark.shared
def test_real_libraries_equal_lief(corpus: list[tuple[Path, dict[str, str]]]) -> None:
    seen = 0
    for name, data in _real(corpus):
        seen += 1
        library, defect = read_library(name, data)
        theirs = _lief(data)
        tag, note = lief.ELF.DynamicEntry.TAG.SONAME, lief.ELF.Note.TYPE.GNU_BUILD_ID
        assert defect is None, name
        assert library.soname == (theirs.get(tag).name if theirs.has(tag) else None), name
        ids = [bytes(found.description).hex() for found in theirs.notes if found.type == note]
        assert library.build_id == (ids[0] if ids else None), name
        exported = {symbol.name for symbol in theirs.dynamic_symbols if symbol.exported}
        assert set(library.jni) == {n for n in exported if n.startswith("Java_") or n == "JNI_OnLoad"}, name
        assert set(Elf(data).needed()) == set(theirs.libraries), name
        assert Elf(data).symbols()[1] >= {symbol.name for symbol in theirs.dynamic_symbols if symbol.imported}, name
    assert seen >= 14
