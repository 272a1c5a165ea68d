"""ZIP archives written field by field, so that every field can lie."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


@dataclass(frozen=True)
class File:
    """One entry; what is None is told truthfully."""

    name: bytes
    data: bytes = b"content of a file"
    method: int = 8
    flags: int = 0
    crc: int | None = None
    packed: int | None = None
    size: int | None = None
    version: int = 20
    comment: bytes = b""
    local: dict[str, int | bytes] = field(default_factory=dict)
    """Fields of the local header that differ: 'name', 'method', 'flags', 'crc', 'packed', 'size'."""
    in_front: bytes = b""
    """Bytes in front of the local header that belong to nobody."""
    raw: bytes | None = None
    """What really lies in the archive, instead of the deflated or stored data."""
    header: int | None = None
    """Offset of the local header as the directory tells it."""


def facts(file: File) -> dict[str, int | bytes]:
    raw = packed(file)
    return {
        "name": file.name,
        "method": file.method,
        "flags": file.flags,
        "crc": zlib.crc32(file.data) if file.crc is None else file.crc,
        "packed": len(raw) if file.packed is None else file.packed,
        "size": len(file.data) if file.size is None else file.size,
    }


def packed(file: File) -> bytes:
    if file.raw is not None:
        return file.raw
    return file.data if file.method == 0 else deflated(file.data)


def zipped(files: Sequence[File], *, comment: bytes = b"", count: int | None = None, behind: bytes = b"") -> bytes:
    """`behind`: bytes between the last file and the directory. `count`: what the end record declares."""
    out, directory = bytearray(), bytearray()
    for file in files:
        out += file.in_front
        header = len(out) if file.header is None else file.header
        told, local = facts(file), {**facts(file), **file.local}
        middle = struct.pack("<HH", 0, 33)
        out += b"PK\x03\x04" + struct.pack("<HHH", file.version, local["flags"], local["method"]) + middle
        out += struct.pack("<LLLHH", local["crc"], local["packed"], local["size"], len(local["name"]), 0)
        out += local["name"] + packed(file)
        directory += b"PK\x01\x02" + struct.pack("<HHHH", 20, file.version, told["flags"], told["method"]) + middle
        directory += struct.pack("<LLLHH", told["crc"], told["packed"], told["size"], len(file.name), 0)
        directory += struct.pack("<HHHLL", len(file.comment), 0, 0, 0, header) + file.name + file.comment
    out += behind
    declared = len(files) if count is None else count
    end = struct.pack("<HHHHLLH", 0, 0, declared, declared, len(directory), len(out), len(comment))
    return bytes(out + directory) + b"PK\x05\x06" + end + comment
