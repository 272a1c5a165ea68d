"""Binary XML from text, and resource tables from rows, for tests; written apart from the readers it tests."""

import re
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from apk_analysis.attribute_ids import IDS
from tests.apk_analysis.build import string_pool

ANDROID = "http://schemas.android.com/apk/res/android"
NONE = 0xFFFFFFFF


def typed(text: str) -> tuple[int, int] | None:
    """(type, data) of a value as it is written in XML; None for a string. A leading ' makes anything a string."""
    for pattern, kind, read in FORMS:
        if match := re.fullmatch(pattern, text):
            return kind, read(match[1]) & NONE
    return None


def _complex(unit: int, scale: float) -> Callable[[str], int]:
    """A dimension or fraction: 8 bits before and 15 behind the point, or 23 bits before it for large ones."""

    def written(text: str) -> int:
        value = float(text) * scale
        return round(value * 2**15) << 8 | 2 << 4 | unit if abs(value) < 128 else round(value) << 8 | unit

    return written


FORMS: list[tuple[str, int, Callable[[str], int]]] = [
    (r"@(0x[0-9a-f]+)", 0x01, lambda text: int(text, 16)),
    (r"\?(0x[0-9a-f]+)", 0x02, lambda text: int(text, 16)),
    (r"#([0-9a-f]{8})", 0x1C, lambda text: int(text, 16)),
    (r"(true|false)", 0x12, lambda text: -1 if text == "true" else 0),
    (r"(-?[\d.]+)dp", 0x05, _complex(1, 1.0)),
    (r"(-?[\d.]+)%", 0x06, _complex(0, 0.01)),
    (r"(-?\d+)", 0x10, int),
    (r"(-?\d+\.\d+)", 0x04, lambda text: int(struct.unpack("<L", struct.pack("<f", float(text)))[0])),
]
"""Pattern, type, and how the 32 bits come about."""


def chunk(kind: int, header: bytes, body: bytes = b"") -> bytes:
    return struct.pack("<HHL", kind, 8 + len(header), 8 + len(header) + len(body)) + header + body


class _Writer:
    def __init__(self) -> None:
        self.names = list(IDS)
        self.strings = list(IDS)

    def index(self, text: str) -> int:
        if text not in self.strings:
            self.strings.append(text)
        return self.strings.index(text)

    def attribute(self, key: str, text: str) -> bytes:
        space, _, name = key.rpartition("}")
        value = typed(text)
        raw = self.index(text.removeprefix("'")) if value is None else NONE
        kind, data = value or (3, raw)
        if space:
            place = self.names.index(name) if name in self.names else self.index(name)
        else:  # names without namespace have no resource id
            place = len(self.strings)
            self.strings.append(name)
        return struct.pack("<LLLHBBL", self.index(ANDROID) if space else NONE, place, raw, 8, 0, kind, data)

    def element(self, node: ET.Element) -> bytes:
        attributes = [self.attribute(key, text) for key, text in node.attrib.items()]
        node_header, tag = struct.pack("<LL", 1, NONE), self.index(node.tag)
        extension = struct.pack("<LLHHHHHH", NONE, tag, 20, 20, len(attributes), 0, 0, 0)
        out = chunk(0x0102, node_header, extension + b"".join(attributes))
        if node.text and node.text.strip():
            out += chunk(0x0104, node_header, struct.pack("<LHBBL", self.index(node.text), 8, 0, 0, 0))
        out += b"".join(self.element(child) for child in node)
        return out + chunk(0x0103, node_header, struct.pack("<LL", NONE, tag))


def axml(text: str) -> bytes:
    """Binary XML; `text` may use the prefix android: without declaring it."""
    root = ET.fromstring(re.sub(r"<([\w-]+)", rf'<\1 xmlns:android="{ANDROID}"', text, count=1))
    writer = _Writer()
    tree = writer.element(root)
    ids = chunk(0x0180, b"", b"".join(struct.pack("<L", IDS[name]) for name in writer.names))
    return chunk(3, b"", string_pool(writer.strings) + ids + tree)


@dataclass(frozen=True)
class Row:
    """One value of one resource in one configuration."""

    resource: int
    value: str | dict[int, str]
    """As in XML; a dict is a style: attribute id -> value, and its parent under 0."""
    locale: str = ""
    density: int = 0
    night: bool = False
    sdk: int = 0

    @property
    def configuration(self) -> bytes:
        language, _, region = self.locale.partition("-")
        raw = bytearray(64)
        struct.pack_into("<L4x2s2s2xH", raw, 0, 64, language.encode(), region.encode(), self.density)
        struct.pack_into("<H3xB", raw, 24, self.sdk, 0x20 if self.night else 0)
        return bytes(raw)


def table(
    rows: Sequence[Row], *, form: str = "plain", package: int = 0x7F, aliases: Iterable[tuple[int, int]] = ()
) -> bytes:
    """resources.arsc. `form`: how entries are stored: 'plain', 'sparse', 'offset16' or 'compact'."""
    texts = [text for row in rows for text in (row.value.values() if isinstance(row.value, dict) else [row.value])]
    texts = list(dict.fromkeys(text.removeprefix("'") for text in texts if typed(text) is None))
    groups: dict[tuple[int, bytes], dict[int, bytes]] = {}
    for row in rows:
        key = row.resource >> 16 & 0xFF, row.configuration
        groups.setdefault(key, {})[row.resource & 0xFFFF] = _entry(row, texts, compact=form == "compact")
    types, keys = string_pool([f"t{number}" for number in range(1, 9)]), string_pool(["key"])
    content = types + keys + b"".join(_type(kind, place, found, form) for (kind, place), found in groups.items())
    listed = [*aliases]
    if listed:
        pairs = b"".join(struct.pack("<LL", *pair) for pair in listed)
        content += chunk(0x0206, struct.pack("<L", len(listed)), pairs)
    name = "com.example".encode("utf-16-le").ljust(256, b"\0")
    header = struct.pack("<L", package) + name + struct.pack("<LLLLL", 288, 8, 288 + len(types), 1, 0)
    return chunk(2, struct.pack("<L", 1), string_pool(texts) + chunk(0x0200, header, content))


def _value(text: str, texts: list[str]) -> tuple[int, int]:
    return typed(text) or (3, texts.index(text.removeprefix("'")))


def _entry(row: Row, texts: list[str], *, compact: bool) -> bytes:
    if isinstance(row.value, dict):
        items = {name: text for name, text in row.value.items() if name}
        parent = _value(row.value.get(0, "@0x0"), texts)[1]
        head = struct.pack("<HHLLL", 16, 1, 0, parent, len(items))
        return head + b"".join(struct.pack("<LHBBL", name, 8, 0, *_value(text, texts)) for name, text in items.items())
    kind, data = _value(row.value, texts)
    if compact:
        return struct.pack("<HHL", 0, 8 | kind << 8, data)
    return struct.pack("<HHLHBBL", 8, 0, 0, 8, 0, kind, data)


def _type(number: int, configuration: bytes, entries: dict[int, bytes], form: str) -> bytes:
    places, at = {}, 0
    for index, entry in sorted(entries.items()):
        places[index] = at
        at += len(entry)
    body = b"".join(entry for _, entry in sorted(entries.items()))
    count = max(entries) + 1
    if form == "sparse":
        count = len(places)
        offsets = b"".join(struct.pack("<HH", index, place // 4) for index, place in places.items())
    elif form == "offset16":
        offsets = b"".join(struct.pack("<H", places[i] // 4 if i in places else 0xFFFF) for i in range(count))
        offsets += bytes(-len(offsets) % 4)
    else:
        offsets = b"".join(struct.pack("<L", places.get(i, NONE)) for i in range(count))
    flags = {"sparse": 1, "offset16": 2}.get(form, 0)
    start = 20 + len(configuration) + len(offsets)
    header = struct.pack("<BBHLL", number, flags, 0, count, start) + configuration
    return chunk(0x0201, header, offsets + body)
