"""Binary XML as Android reads it: elements and typed attributes of AndroidManifest.xml, within fixed bounds.

The manifest's values come from apk-info; this reader gives what it cannot: the Android versions that decide about
signatures, read exactly as Android reads them, and the resource ids behind labels.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from apk_analysis.chunks import Pool, chunks, read_pool
from apk_analysis.defects import Defect

LABEL, NAME, MIN_SDK, TARGET_SDK, SANDBOX = 0x01010001, 0x01010003, 0x0101020C, 0x01010270, 0x0101054C
REFERENCE, STRING, INTEGERS = 0x01, 0x03, range(0x10, 0x20)
CODENAMES = dict(
    zip(
        "CDEFGHIJKLMNOPQRSTUV", (2, 3, 4, 7, 8, 10, 13, 15, 18, 20, 22, 23, 25, 27, 28, 29, 30, 32, 33, 34), strict=True
    )
)
"""First letter of a codename -> the Android version that preceded it."""
MOST_ELEMENTS = 200_000


@dataclass(frozen=True, slots=True)
class Attribute:
    """One typed attribute."""

    kind: int
    """Type of the value: REFERENCE, STRING, one of INTEGERS ..."""
    number: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Element:
    """One start tag."""

    tag: str
    depth: int
    """1 for the root."""
    attributes: dict[int, Attribute]
    """By resource id; the first of each id counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What the manifest says about Android versions; decides which signature schemes count."""

    min_sdk: int = 1
    target_sdk: int = 1
    sandbox: int = 1
    """targetSandboxVersion."""


def elements(data: bytes) -> Iterator[Element]:
    """Start tags in document order. Raises Defect at the first place that cannot be read."""
    if len(data) < 8:
        raise Defect("malformed_manifest", "too short")
    pool, ids, depth, count = Pool(b"", (), utf8=True), (), 0, 0
    for kind, begin, stop in chunks(data, 8, len(data)):
        if kind == 0x0001:
            pool = read_pool(data, begin, stop)
        elif kind == 0x0180:
            ids = struct.unpack_from(f"<{(stop - begin - 8) // 4}L", data, begin + 8)
        elif kind == 0x0102:
            depth, count = depth + 1, count + 1
            if count > MOST_ELEMENTS:
                raise Defect("too_large", "more elements than any manifest has")
            tag, attributes = _start_tag(data[begin:stop], pool, ids)
            yield Element(tag, depth, attributes)
        elif kind == 0x0103:
            depth -= 1


def _start_tag(chunk: bytes, pool: Pool, ids: tuple[int, ...]) -> tuple[str, dict[int, Attribute]]:
    found: dict[int, Attribute] = {}
    try:
        (tag, start, width, number) = struct.unpack_from("<4xL3H", chunk, 16)
        if width < 20:
            raise Defect("malformed_manifest", f"attributes of {width} bytes")
        for at in range(16 + start, 16 + start + number * width, width):
            name, raw, kind, value = struct.unpack_from("<4xLL3xBL", chunk, at)
            resource = ids[name] if name < len(ids) else 0
            found.setdefault(resource, Attribute(kind, value, pool.get(value if kind == STRING else raw)))
    except struct.error as error:
        raise Defect("malformed_manifest", f"attributes reach beyond their element: {error}") from error
    return pool.get(tag) or "", found


def read_platform(data: bytes) -> Platform:
    """Which Android versions the manifest is for, with Android's defaults. Raises Defect when that cannot be told."""
    lowest, target, sandbox = 1, None, 1
    for element in elements(data):
        if element.tag == "uses-sdk":
            if element.depth == 2:
                lowest = max(lowest, _version(element.attributes.get(MIN_SDK)))
            if target is None and TARGET_SDK in element.attributes:
                target = _version(element.attributes[TARGET_SDK])
        elif element.tag == "manifest" and SANDBOX in element.attributes:
            sandbox = _version(element.attributes[SANDBOX])
    return Platform(min_sdk=lowest, target_sdk=lowest if target is None else target, sandbox=sandbox)


def _version(attribute: Attribute | None) -> int:
    if attribute is None:
        return 1
    if attribute.kind in INTEGERS:
        return attribute.number
    if attribute.kind == STRING and attribute.text:
        if attribute.text.isascii() and attribute.text.isdigit() and len(attribute.text) < 10:
            return int(attribute.text)
        if attribute.text[0] in CODENAMES:
            return CODENAMES[attribute.text[0]]
    raise Defect("sdk_unknown", f"Android version of type {attribute.kind:#x}: {attribute.text or attribute.number}")
