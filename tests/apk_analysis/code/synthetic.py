"""Small DEX files with as many classes and methods as a test wants, built from descriptions that tests can change."""

import random
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

Use = tuple[str, str] | str | int
"""A call (class descriptor, method), a text, or the opcode of an instruction of one code unit."""


@dataclass(frozen=True)
class Method:
    name: str
    uses: tuple[Use, ...]


@dataclass(frozen=True)
class Class:
    descriptor: str
    methods: tuple[Method, ...] = ()
    parent: str = "Ljava/lang/Object;"


@dataclass(frozen=True)
class App:
    """What a test changes: the classes, and where they lie."""

    classes: tuple[Class, ...] = ()
    package: str = "com.example.app"
    assets: dict[str, bytes] = field(default_factory=dict)
    dexes: int = 1

    def renamed(self, old: str, new: str) -> "App":
        """With another package for every class below `old` (dotted)."""
        before, after = "L" + old.replace(".", "/") + "/", "L" + new.replace(".", "/") + "/"
        return replace(
            self,
            package=self.package.replace(old, new),
            classes=tuple(rename(one, lambda text: text.replace(before, after)) for one in self.classes),
        )

    def dex_files(self) -> list[bytes]:
        step = -(-len(self.classes) // self.dexes)
        return [dex(self.classes[at : at + step]) for at in range(0, len(self.classes), step)]


def rename(one: Class, change) -> Class:
    def use(what: Use) -> Use:
        return (change(what[0]), what[1]) if isinstance(what, tuple) else what

    methods = tuple(Method(method.name, tuple(use(what) for what in method.uses)) for method in one.methods)
    return Class(change(one.descriptor), methods, change(one.parent))


def app(seed: int, package: str = "com.example.app", classes: int = 60, methods: int = 4) -> App:
    """An app like no other: the same for the same seed."""
    chance = random.Random(seed)
    below = package.replace(".", "/")
    made = [some_class(chance, f"L{below}/Part{number};", methods) for number in range(classes)]
    screen = some_class(chance, f"L{below}/Main;", methods)
    files = {f"assets/page{number}.html": chance.randbytes(200) for number in range(10)}
    return App((*made, screen), package, files)


def some_class(chance: random.Random, descriptor: str, methods: int) -> Class:
    return Class(descriptor, tuple(some_method(chance, f"m{number}", descriptor) for number in range(methods)))


def some_method(chance: random.Random, name: str, owner: str) -> Method:
    """30 to 80 instructions, a platform call, a call of its own class, a text."""
    body: list[Use] = [chance.randint(0xB0, 0xCF) for _ in range(chance.randint(30, 80))]
    body.insert(chance.randrange(len(body)), ("Landroid/util/Log;", chance.choice("devw")))
    body.insert(chance.randrange(len(body)), (owner, "m0"))
    body.insert(chance.randrange(len(body)), f"text {chance.getrandbits(40):x}")
    return Method(name, tuple(body))


def dex(classes: Sequence[Class]) -> bytes:
    uses = [use for one in classes for method in one.methods for use in method.uses]
    calls = {use for use in uses if isinstance(use, tuple)}
    own = {(one.descriptor, method.name) for one in classes for method in one.methods}
    types = sorted(
        {*(one.descriptor for one in classes), *(one.parent for one in classes), *(owner for owner, _ in calls)}
    )
    members = sorted(calls | own)
    strings = sorted({*types, *(name for _, name in members), *(use for use in uses if isinstance(use, str))})
    string_at, type_at = ({text: row for row, text in enumerate(rows)} for rows in (strings, types))
    member_at = {member: row for row, member in enumerate(members)}
    head = 0x70
    method_table = head + 4 * len(strings) + 4 * len(types)
    class_table = method_table + 8 * len(members)
    at = class_table + 32 * len(classes)
    blob, string_offsets, class_offsets = bytearray(), [], []
    for text in strings:
        string_offsets.append(at + len(blob))
        blob += bytes([min(len(text), 127)]) + text.encode() + b"\0"
    for one in classes:
        offsets = []
        for method in one.methods:
            code = b"".join(_instruction(use, string_at, member_at) for use in method.uses) + b"\x0e\0"
            blob += bytes(-(at + len(blob)) % 4)
            offsets.append(at + len(blob))
            blob += struct.pack("<HHHHLL", 2, 1, 1, 0, 0, len(code) // 2) + code
        class_offsets.append(at + len(blob) if one.methods else 0)
        rows = sorted(zip((member_at[one.descriptor, method.name] for method in one.methods), offsets, strict=True))
        blob += bytes([0, 0, 0]) + _uleb(len(rows))
        last = 0
        for row, offset in rows:
            blob += _uleb(row - last) + _uleb(1) + _uleb(offset)
            last = row
    tables = struct.pack(f"<{len(strings)}L", *string_offsets)
    tables += struct.pack(f"<{len(types)}L", *(string_at[name] for name in types))
    tables += b"".join(struct.pack("<HHL", type_at[owner], 0, string_at[name]) for owner, name in members)
    for one, offset in zip(classes, class_offsets, strict=True):
        tables += struct.pack("<8L", type_at[one.descriptor], 1, type_at[one.parent], 0, 0xFFFFFFFF, 0, offset, 0)
    header = bytearray(b"dex\n035\0" + bytes(head - 8))
    struct.pack_into("<LLL", header, 0x20, head + len(tables) + len(blob), head, 0x12345678)
    struct.pack_into("<LL", header, 0x38, len(strings), head)
    struct.pack_into("<LL", header, 0x40, len(types), head + 4 * len(strings))
    struct.pack_into("<LL", header, 0x58, len(members), method_table)
    struct.pack_into("<LL", header, 0x60, len(classes), class_table)
    return bytes(header) + tables + bytes(blob)


def _instruction(use: Use, strings: dict[str, int], members: dict[tuple[str, str], int]) -> bytes:
    if isinstance(use, tuple):
        return struct.pack("<HHH", 0x106E, members[use], 0)
    if isinstance(use, str):
        return struct.pack("<HH", 0x001A, strings[use])
    return struct.pack("<H", use)


def _uleb(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def texts(classes: Iterable[Class], change) -> tuple[Class, ...]:
    """The classes with every text changed."""

    def changed(use: Use) -> Use:
        return change(use) if isinstance(use, str) else use

    return tuple(
        replace(one, methods=tuple(Method(method.name, tuple(map(changed, method.uses))) for method in one.methods))
        for one in classes
    )
