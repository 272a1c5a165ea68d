"""Everything that the reader says of many damaged DEX files, as one hash each: `python -m tests.apk_analysis.dex.damage`.

A program, so that the same files can be read without compiled loops or with checked bounds, and the hashes compared.
"""

import hashlib
import io
import random
import struct
import sys
import zipfile
from collections.abc import Iterator

from apk_analysis.defects import Defect
from apk_analysis.dex import Dex, find_calls
from tests.apk_analysis.dexes import dex, sealed
from tests.conftest import ROOT

PACKED, SPARSE = b"\x00\x01\x02\x00" + bytes(12), b"\x00\x02\x01\x00" + bytes(8)
ARRAY = b"\x00\x03\x02\x00\x03\x00\x00\x00" + bytes(6)
LOAD = ("Landroid/webkit/WebView;", "loadUrl")


def samples() -> list[bytes]:
    """Small DEX files, two of them by a real assembler."""
    found = []
    for name in ("wrapper", "chat"):
        with zipfile.ZipFile(io.BytesIO((ROOT / f"demo/templates/{name}.apk").read_bytes())) as package:
            found.append(package.read("classes.dex"))
    uses = [LOAD, "text", ("Lcom/example/B;", "run"), PACKED, SPARSE, ARRAY, b"\x22\x00\x01\x00", b"\x28\x01"]
    found.append(dex({"Lcom/example/A;": uses, "Lcom/example/B;": [LOAD], "Lcom/example/C;": []}))
    return [
        *found,
        *map(ends_with, (b"\x1b\x00", b"\x6e\x10\x00\x00", b"\x00\x03\x02\x00\x01\x00", b"\x18\x00\x00\x00")),
    ]


def ends_with(code: bytes) -> bytes:
    """A file at whose very end stands the code of its one method."""
    content = dex({"Lcom/example/A;": []})
    content += bytes(-len(content) % 4)
    data = struct.pack("<4B4B", 0, 0, 1, 0, 0, 1, len(content) + 12 & 0x7F | 0x80, len(content) + 12 >> 7) + bytes(4)
    changed = bytearray(content + data + struct.pack("<4H2L", 1, 0, 0, 0, 0, len(code) // 2) + code)
    struct.pack_into("<L", changed, struct.unpack_from("<L", content, 0x64)[0] + 24, len(content))
    return sealed(bytes(changed))


def damaged(sample: bytes, chance: random.Random) -> bytes:
    """`sample` with some bytes changed, mostly in its tables, sometimes cut off."""
    content = bytearray(sample)
    for _ in range(chance.randint(1, 8)):
        if chance.random() < 0.3:
            value = chance.choice([0, 1, 0xFFFF, 0x10000, 2**31, 2**32 - 1, len(content), len(content) - 1])
            struct.pack_into("<L", content, chance.randrange(0x20, len(content) - 4) & ~3, value)
        else:
            content[chance.randrange(8, len(content))] = chance.randrange(256)
    return bytes(content[: chance.randrange(len(content))] if chance.random() < 0.2 else content)


def digest(content: bytes) -> str:
    """Hash of every array, name and problem; the kind of the defect when the file is refused."""
    try:
        read = Dex(content, "classes.dex")
    except Defect as defect:
        return defect.kind
    code = read.code()
    state = hashlib.sha256()
    arrays = [read.strings.starts, read.strings.lengths, read.type_strings, read.method_class, read.method_name]
    arrays += [read.method_proto, read.class_type, read.class_flags, read.class_super, read.class_data]
    arrays += [code.method, code.owner, code.units, code.offset, code.shape, code.method_hash]
    for rows in (code.calls, code.strings, code.types):
        arrays += [rows.starts, rows.values]
    for array in (*arrays, find_calls(read, [(b"Landroid/webkit/WebView;", b"loadUrl")])):
        state.update(f"{array.dtype} {len(array)} ".encode() + array.tobytes())
    for number in range(len(code)):
        state.update(read.opcodes(number) + b"".join(read.method_id(int(code.method[number]))))
    state.update(repr((read.problems, [read.class_name(row) for row in range(len(read.class_type))])).encode())
    return state.hexdigest()


def digests(count: int) -> Iterator[str]:
    """The sound files first, then `count` damaged ones; the same in every run."""
    yield from map(digest, samples())
    chance = random.Random(4)
    for _ in range(count):
        yield digest(damaged(chance.choice(samples()), chance))


if __name__ == "__main__":
    sys.stdout.writelines(line + "\n" for line in digests(int(sys.argv[1])))
