"""Turns a template into a package of its own: other package name, version, labels and assets. Deterministic."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
STRING_POOL, XML_FILE, TABLE, PACKAGE, START_ELEMENT = 0x0001, 0x0003, 0x0002, 0x0200, 0x0102
UTF8 = 1 << 8
VERSION_CODE = 0x0101021B


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the package shall look like."""

    template: str
    """'chat' or 'wrapper'."""
    package: str
    label_en: str
    label_zh: str
    version_code: int = 1
    version_name: str = "1.0.0"
    app: Mapping[str, object] | None = None
    """Content of assets/app.json."""


def patched(wish: Wish) -> dict[str, bytes]:
    """File name -> bytes of the unsigned package, in the template's order."""
    with zipfile.ZipFile(TEMPLATES / f"{wish.template}.apk") as template:
        files = {name: template.read(name) for name in template.namelist()}
    old = f"example.practice.{wish.template}"
    files["AndroidManifest.xml"] = _manifest(files["AndroidManifest.xml"], old, wish)
    labels = {"PRACTICE_LABEL_EN": wish.label_en, "PRACTICE_LABEL_ZH": wish.label_zh}
    files["resources.arsc"] = _table(files["resources.arsc"], labels, wish.package)
    if wish.app is not None:
        files["assets/app.json"] = json.dumps(wish.app, ensure_ascii=False, sort_keys=True).encode()
    return files


def icon(template: str) -> bytes:
    """The template's icon as PNG."""
    with zipfile.ZipFile(TEMPLATES / f"{template}.apk") as archive:
        return archive.read("res/drawable/icon.png")


def _manifest(xml: bytes, old: str, wish: Wish) -> bytes:
    xml = _with_pool(xml, 8, {old: wish.package, "1.0.0": wish.version_name})
    body = bytearray(xml)
    at = 8
    resource_ids: tuple[int, ...] = ()
    while at < len(body):
        kind, head, size = struct.unpack_from("<HHI", body, at)
        if kind == 0x0180:  # resource ids of the first strings of the pool
            resource_ids = struct.unpack_from(f"<{(size - head) // 4}I", body, at + head)
        if kind == START_ELEMENT:
            start, width, count = struct.unpack_from("<HHH", body, at + head + 8)
            for number in range(count):
                attribute = at + head + start + number * width
                name = struct.unpack_from("<I", body, attribute + 4)[0]
                if name < len(resource_ids) and resource_ids[name] == VERSION_CODE:
                    struct.pack_into("<I", body, attribute + 16, wish.version_code)
        at += size
    return bytes(body)


def _table(table: bytes, strings: Mapping[str, str], package: str) -> bytes:
    out = bytearray(_with_pool(table, 12, strings))
    at = 12 + struct.unpack_from("<I", out, 16)[0]
    if struct.unpack_from("<H", out, at)[0] != PACKAGE:
        raise ValueError("the template's resource table has no package after its strings")
    out[at + 12 : at + 12 + 256] = package.encode("utf-16-le").ljust(256, b"\0")
    return bytes(out)


def _with_pool(document: bytes, at: int, replace: Mapping[str, str]) -> bytes:
    """The document with its string pool (at offset `at`) rewritten, and its own size corrected."""
    size = struct.unpack_from("<I", document, at + 4)[0]
    pool = _pool(document[at : at + size], replace)
    out = bytearray(document[:at] + pool + document[at + size :])
    struct.pack_into("<I", out, 4, len(out))
    return bytes(out)


def _pool(pool: bytes, replace: Mapping[str, str]) -> bytes:
    kind, head, _, count, styles, flags, strings_at, _ = struct.unpack_from("<HHIIIIII", pool)
    if kind != STRING_POOL or styles:
        raise ValueError("the template's string pool is not a plain one")
    texts = [_read(pool, strings_at + offset, flags) for offset in struct.unpack_from(f"<{count}I", pool, head)]
    written, offsets = io.BytesIO(), []
    for text in texts:
        offsets.append(written.tell())
        written.write(_written(replace.get(text, text), flags))
    data = written.getvalue()
    data += b"\0" * (-len(data) % 4)
    size = head + 4 * count + len(data)
    header = struct.pack("<HHIIIIII", kind, head, size, count, 0, flags & ~1, head + 4 * count, 0)
    return header + struct.pack(f"<{count}I", *offsets) + data


def _read(pool: bytes, at: int, flags: int) -> str:
    if flags & UTF8:
        _, at = _length8(pool, at)
        size, at = _length8(pool, at)
        return pool[at : at + size].decode("utf-8")
    units = struct.unpack_from("<H", pool, at)[0]
    return pool[at + 2 : at + 2 + 2 * units].decode("utf-16-le")


def _length8(pool: bytes, at: int) -> tuple[int, int]:
    first = pool[at]
    return (((first & 0x7F) << 8) | pool[at + 1], at + 2) if first & 0x80 else (first, at + 1)


def _written(text: str, flags: int) -> bytes:
    units = len(text.encode("utf-16-le")) // 2
    if flags & UTF8:
        raw = text.encode()
        return b"".join(_as_length8(number) for number in (units, len(raw))) + raw + b"\0"
    return struct.pack("<H", units) + text.encode("utf-16-le") + b"\0\0"


def _as_length8(number: int) -> bytes:
    return bytes([0x80 | number >> 8, number & 0xFF]) if number > 0x7F else bytes([number])
