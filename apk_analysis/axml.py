"""Binary XML as Android reads it: elements, typed attributes and text, within fixed bounds.

Tolerant where Android is, and a little more: unknown chunks are passed over, a declared size that cannot be is
ignored, what was read before the first place that cannot be read is kept.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from apk_analysis.attribute_ids import FRAMEWORK, IDS
from apk_analysis.chunks import Pool, chunks, read_pool
from apk_analysis.defects import Defect

REFERENCE, ATTRIBUTE, STRING, FLOAT, DIMENSION, FRACTION, DYNAMIC_REFERENCE = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07
INTEGERS, BOOLEAN, COLOURS = range(0x10, 0x20), 0x12, range(0x1C, 0x20)
MOST_ELEMENTS, MOST_ATTRIBUTES, DEEPEST = 20_000, 100_000, 100
LONGEST_TEXT = 4096
_NODE = struct.Struct("<4xL3H")
_ATTRIBUTE = struct.Struct("<4xLL3xBL")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One typed attribute."""

    kind: int
    """Type of the value: REFERENCE, STRING, one of INTEGERS ..."""
    number: int
    """The value's 32 bits."""
    text: str | None
    """Of a STRING; else how the value was written, where the file says so."""


@dataclass(slots=True)
class Element:
    """One start tag and what is inside."""

    tag: str
    attributes: dict[int, Attribute]
    """By resource id; the first of each id counts, as on Android."""
    named: dict[str, Attribute]
    """By name: those without an id of the framework, also the first of each."""
    children: list[Element] = field(default_factory=list)
    text: str = ""
    depth: int = 0
    """1 for the root."""

    def get(self, name: str) -> Attribute | None:
        """An attribute of the framework by its id, else by its name without namespace; None when there is none."""
        found = self.attributes.get(IDS.get(name, 0))
        return found if found is not None else self.named.get(name)

    def inner(self, *tags: str) -> list[Element]:
        """Children of these tags, in order."""
        return [child for child in self.children if child.tag in tags]


@dataclass(frozen=True, slots=True)
class Document:
    """A binary XML file as far as it could be read."""

    elements: tuple[Element, ...] = ()
    """In document order, the root first."""
    defect: Defect | None = None
    """Why reading ended early."""

    @property
    def root(self) -> Element:
        """The first element; an empty one when there is none."""
        return self.elements[0] if self.elements else Element("", {}, {})


def read_document(data: bytes) -> Document:
    """What is in the file. Never raises for bad input."""
    reader, defect = _Reader(data), None
    try:
        reader.read()
    except Defect as error:
        defect = error
    return Document(tuple(reader.found), defect)


class _Reader:
    """One walk over the chunks of a file."""

    def __init__(self, data: bytes) -> None:
        self.found: list[Element] = []
        self._data = data
        self._pool = Pool(b"")
        self._ids: tuple[int, ...] = ()
        self._opened: list[Element] = []
        self._left = MOST_ATTRIBUTES

    def read(self) -> None:
        """Fills `found`. Raises Defect at the first place that cannot be read."""
        if len(self._data) < 8:
            raise Defect("malformed_manifest", "too short")
        begin, stop = _extent(self._data)
        for kind, at, end in chunks(self._data, begin, stop):
            if kind == 0x0102:
                self._open(_start_tag(self._data, at, end, self._pool, self._ids))
            elif kind == 0x0103 and self._opened:
                self._opened.pop()
            elif kind == 0x0104:
                self._add_text(at, end)
            elif not self.found:  # Android looks for strings and ids in front of the first element only
                self._prepare(kind, at, end)
        if self._opened or not self.found:
            raise Defect(
                "malformed_manifest", f"ends inside <{self._opened[-1].tag}>" if self._opened else "no element"
            )

    def _prepare(self, kind: int, at: int, end: int) -> None:
        if kind == 0x0001:
            self._pool = read_pool(self._data, at, end)
        elif kind == 0x0180:
            self._ids = struct.unpack_from(f"<{(end - at - 8) // 4}L", self._data, at + 8)

    def _open(self, element: Element) -> None:
        self._left -= len(element.attributes) + len(element.named) + MOST_ATTRIBUTES // MOST_ELEMENTS
        if self._left < 0 or len(self._opened) >= DEEPEST:
            raise Defect("too_large", "more elements than any manifest has")
        if self._opened:
            self._opened[-1].children.append(element)
        self._opened.append(element)
        element.depth = len(self._opened)
        self.found.append(element)

    def _add_text(self, at: int, end: int) -> None:
        if self._opened and end - at >= 20:
            (index,) = struct.unpack_from("<L", self._data, at + 16)
            inner = self._opened[-1]
            inner.text = (inner.text + (self._pool.get(index) or ""))[:LONGEST_TEXT]


def _extent(data: bytes) -> tuple[int, int]:
    """Where the chunks begin and end: as the header says, where that can be."""
    header, size = struct.unpack_from("<2xHL", data)
    begin = header if 8 <= header < len(data) else 8
    if next(chunks(data, begin, len(data)), None) is None:
        begin = 8
    fits = begin < size <= len(data) and any(kind == 0x0102 for kind, _, _ in chunks(data, begin, size))
    return begin, size if fits else len(data)


def _start_tag(data: bytes, at: int, end: int, pool: Pool, ids: tuple[int, ...]) -> Element:
    known: dict[int, Attribute] = {}
    named: dict[str, Attribute] = {}
    try:
        (header,) = struct.unpack_from("<H", data, at + 2)
        tag, start, width, number = _NODE.unpack_from(data, at + header)
        first = at + header + start
        if width < 20 or first + width * number > end:
            raise Defect("malformed_manifest", f"{number} attributes of {width} bytes reach beyond their element")
        for place in range(first, first + width * number, width):
            name, raw, kind, value = _ATTRIBUTE.unpack_from(data, place)
            resource = ids[name] if name < len(ids) else 0
            attribute = Attribute(kind, value, pool.get(value if kind == STRING else raw))
            if resource >> 16 == FRAMEWORK:
                known.setdefault(resource, attribute)
            else:
                named.setdefault((pool.get(name) or "").rpartition(":")[2], attribute)
    except struct.error as error:
        raise Defect("malformed_manifest", f"an element reaches beyond the file: {error}") from error
    return Element(pool.get(tag) or "", known, named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What the manifest says about Android versions; decides which signature schemes count."""

    min_sdk: int = 1
    target_sdk: int = 1
    sandbox: int = 1
    """targetSandboxVersion."""


CODENAMES = dict(
    zip(
        "CDEFGHIJKLMNOPQRSTUV", (2, 3, 4, 7, 8, 10, 13, 15, 18, 20, 22, 23, 25, 27, 28, 29, 30, 32, 33, 34), strict=True
    )
)
"""First letter of a codename -> the Android version that preceded it."""


def read_platform(document: Document) -> Platform:
    """Which Android versions the manifest is for, with Android's defaults. Raises Defect when that cannot be told."""
    if document.defect:
        raise document.defect
    if document.root.tag != "manifest":
        raise Defect("sdk_unknown", f"the manifest begins with <{document.root.tag}>")
    lowest, target, sandbox = 1, None, 1
    for element in document.elements:
        attributes = element.attributes
        if element.tag == "uses-sdk":
            if element.depth == 2:
                lowest = max(lowest, _version(attributes.get(IDS["minSdkVersion"])))
            if target is None and IDS["targetSdkVersion"] in attributes:
                target = _version(attributes[IDS["targetSdkVersion"]])
        elif element.tag == "manifest" and IDS["targetSandboxVersion"] in attributes:
            sandbox = _version(attributes[IDS["targetSandboxVersion"]])
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
