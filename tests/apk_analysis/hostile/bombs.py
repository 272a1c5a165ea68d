"""Variants that grow: a few kilobytes that inflate to more than a worker may hold, and streams that never end."""

from dataclasses import replace
from functools import cache

import numpy as np

from tests.apk_analysis.dexes import dex
from tests.apk_analysis.hostile.base import CLASSES, newer, sealed, zeros
from tests.apk_analysis.hostile.variant import variant
from tests.apk_analysis.zips import File, deflated, zipped

MB = 1 << 20


def _with(*more: File, without: str = "") -> bytes:
    plain = [File(name.encode(), data) for name, data in newer().items() if name != without]
    return sealed(zipped([*plain, *more]))


def of_zeros(name: str, size: int, told: int | None = None) -> File:
    """`told`: the size that it declares."""
    return File(name.encode(), b"", raw=zeros(size), crc=0, size=size if told is None else told)


TARGETS = {
    "assets/zeros.js": "",
    "classes2.dex": "",
    "lib/arm64-v8a/libz.so": "",
    "resources.arsc": "label icon",
    "res/icon.png": "icon",
    "AndroidManifest.xml": "package version label icon permission activity",
    "META-INF/MANIFEST.MF": "",
}


def _bombs() -> None:
    """Declared and undeclared ones in every file that somebody reads whole."""
    for name, lost in TARGETS.items():
        told = "valid" if name != "AndroidManifest.xml" else "unknown"
        variant(f"512 MB of zeros as {name}", "bomb", lost=lost, status=told)(
            lambda name=name: _with(of_zeros(name, 512 * MB), without=name))  # fmt: skip
        variant(f"512 MB of zeros as {name}, declared as 16 bytes", "too_large", lost=lost, status=told)(
            lambda name=name: _with(of_zeros(name, 512 * MB, 16), without=name))  # fmt: skip


_bombs()


@variant("64 MB of zeros as asset, script, code and library, each of them lawful", status="valid")
def _lawful() -> bytes:
    names = ("assets/zeros.bin", "assets/zeros.js", "classes2.dex", "lib/arm64-v8a/libz.so")
    return _with(*(of_zeros(name, 64 * MB) for name in names))


@variant("a gigabyte in sixteen files over the same bytes", "overlapping_entries", status="valid")
def _shared() -> bytes:
    first = of_zeros("assets/0.bin", 60 * MB)
    again = [File(b"assets/%d.bin" % number, b"", raw=b"", crc=0, size=first.size, packed=len(zeros(60 * MB)), header=0)
             for number in range(1, 16)]  # fmt: skip
    plain = [File(name.encode(), data) for name, data in newer().items()]
    return sealed(zipped([first, *again, *plain]))


ENDLESS = {
    "without a last block": deflated(b"text" * 999)[:-3],
    "of empty blocks": b"\0\0\0\xff\xff" * 400_000,
    "of one byte per block": b"\0\1\0\xfe\xffx" * 400_000,
    "that begins and ends": b"",
    "that points in front of its beginning": bytes.fromhex("03020000"),
    "of garbage": bytes(range(255, 0, -1)) * 100,
}
for _name, _raw in ENDLESS.items():
    variant(f"a deflated asset {_name}", "broken_entry" if "garbage" in _name or "points" in _name
            else "truncated_entry", status="valid")(
        lambda raw=_raw: _with(File(b"assets/endless.js", b"x" * 9, raw=raw)))  # fmt: skip
variant("a deflated manifest without a last block", "truncated_entry", status="unknown",
        lost="package version label icon permission activity")(
    lambda: _with(File(b"AndroidManifest.xml", newer()["AndroidManifest.xml"],
                       raw=deflated(newer()["AndroidManifest.xml"])[:-5]), without="AndroidManifest.xml"))  # fmt: skip


@cache
def _packed_zip(size: int, count: int) -> bytes:
    """An archive whose entries hold `size` zeros each, over the same bytes."""
    packed = zeros(size)
    files = [File(b"0.bin", b"", raw=packed, crc=0, size=size)]
    files += [File(b"%d.bin" % number, b"", raw=b"", crc=0, size=size, packed=len(packed), header=0)
              for number in range(1, count)]  # fmt: skip
    return zipped(files)


@variant("a bomb in an archive", "bomb", status="valid")
def _inner_bomb() -> bytes:
    return _with(File(b"assets/outer.zip", _packed_zip(512 * MB, 1), method=0))


@variant("a bomb in an archive in an archive in an archive in an archive", "too_deep", status="valid")
def _deep_bomb() -> bytes:
    inner = _packed_zip(512 * MB, 1)
    for number in range(3):
        inner = zipped([File(b"assets/%d.zip" % number, inner, method=0)])
    return _with(File(b"assets/outer.zip", inner, method=0))


def _again(inner: bytes, count: int) -> bytes:
    """The package with so many archives that are all the same bytes."""
    packed = deflated(inner)
    first = File(b"assets/0.zip", inner, raw=packed)
    more = [replace(first, name=b"assets/%d.zip" % number, raw=b"", packed=len(packed), header=0)
            for number in range(1, count)]  # fmt: skip
    plain = [File(name.encode(), data) for name, data in newer().items()]
    return sealed(zipped([first, *more, *plain]))


@variant("2,000 archives over the same bytes, each a bomb", "overlapping_entries", status="valid")
def _nest_of_bombs() -> bytes:
    inner = _packed_zip(60 * MB, 8)
    return _again(inner, 2_000)


@variant("500 archives over the same bytes, each with 10,000 entries", "overlapping_entries", status="valid")
def _nest_of_names() -> bytes:
    inner = zipped([File(b"%d" % number, b"", method=0) for number in range(10_000)])
    return _again(inner, 500)


@variant("a quine: an archive that holds itself twelve times", "overlapping_entries header_mismatch", status="valid")
def _quine() -> bytes:
    """Entry i is stored from behind the first header to the end of the file; within it, entry i + 1 does the same."""
    heads, head = 12, 30 + len("assets/self00.apk")
    plain = [File(name.encode(), data) for name, data in newer().items()]

    def built(total: int) -> bytes:
        sizes = [max(0, total - head * (number + 1)) for number in range(heads)]
        selves = [File(b"assets/self%02d.apk" % number, b"", method=0, size=size, packed=size, header=0)
                  for number, size in enumerate(sizes)]  # fmt: skip
        return sealed(zipped([*selves, *plain], comment=bytes(1_000)))

    return built(len(built(0)))


def _codes(count: int, code: bytes) -> bytes:
    """The package with the same DEX file again and again."""
    packed = deflated(code)
    return _with(*(File(b"classes%d.dex" % number, code, raw=packed) for number in range(2, count + 2)))


@cache
def constants(megabytes: int) -> bytes:
    """A sound DEX file of methods that do nothing but load constants."""
    body = np.tile(np.array([0x001A, 0], np.uint16), MB // 16).tobytes()
    return dex({**CLASSES, **{f"Lcom/example/app/L{number};": [body] for number in range(4 * megabytes)}})


@variant("two methods of 30 MB", "dex_limit", status="valid")
def _large_methods() -> bytes:
    body = np.tile(np.array([0x106E, 0, 0], np.uint16), 5 * MB).tobytes()
    return _codes(2, dex({**CLASSES, "Lcom/example/app/Large;": [body]}))


@variant("160 MB of code that is nothing but constants", "not_examined dex_limit", status="valid")
def _large_code() -> bytes:
    return _codes(10, constants(16))
