"""Files that nobody can read: no known format, and bytes as even as only encryption or compression makes them."""

from __future__ import annotations

import numpy as np

SMALLEST, SAMPLE = 32 << 10, 64 << 10
EVEN = 7.95
"""Bits per byte of a sample from which on it counts as encrypted; 64 KiB of random bytes have 7.997, 32 KiB 7.994."""
KNOWN = (
    b"\x7fELF", b"dex\n", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf", b"Rar!",
    b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\x5d\x00\x00", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF",
    b"OggS", b"fLaC", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"\xff\xf9", b"wOFF", b"wOF2", b"OTTO", b"ttcf",
    b"\0\1\0\0", b"%PDF", b"SQLite format 3", b"\x03\x00\x08\x00", b"\x02\x00\x0c\x00", b"\xca\xfe\xba\xbe",
    b"\x1a\x45", b"GGUF", b"UnityFS", b"UnityWeb", b"UnityRaw", b"\xabKTX", b"DDS ", b"PVR\x03", b"\x13\xab\xa1\x5c",
    b"FSB5", b"BKHD", b"AKPK", b"glTF", b"GDPC", b"FLV", b"FORM", b"\xff\x0a", b"#!AMR", b"MThd", b"\x30\x26\xb2\x75",
)  # fmt: skip
"""Beginnings of formats that are dense by nature: archives, pictures, sound, film, fonts, textures, models."""


def is_opaque(data: bytes) -> bool:
    """Whether `data` looks encrypted: at least SMALLEST bytes of no known format, even in the middle."""
    if len(data) < SMALLEST or data.startswith(KNOWN) or data[4:8] in {b"ftyp", b"TFL3"}:
        return False
    begin = max(0, (len(data) - SAMPLE) // 2)
    sample = np.frombuffer(data, np.uint8, min(SAMPLE, len(data)), begin)
    share = np.bincount(sample, minlength=256) / len(sample)
    share = share[share > 0]
    return float(-(share * np.log2(share)).sum()) >= EVEN
