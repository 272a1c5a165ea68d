"""Ways in which a constant is only encoded, undone without running anything. A step is named as an analyst reads it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence

LONGEST = 8_192
"""Bytes of one constant that are looked at."""
SHORTEST = 8
"""Bytes of a decoded text that says anything."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){6,}")
_ADDRESS = re.compile(rb"https?://[A-Za-z0-9.-]+[.][A-Za-z]{2}|https?://\d+[.]\d+[.]\d+")
_ESCAPES = re.compile(rb"(?:\\x[0-9a-fA-F]{2})+")
_UNPRINTABLE = re.compile(r"[^\t\n\r -~\u00a1-\ufffc]")


def unbased(text: bytes) -> bytes | None:
    """Base64 in either alphabet, padded or not; None when it is none."""
    text = b"".join(text[: LONGEST * 2].split())
    if not _BASE64.fullmatch(text):
        return None
    text = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(text[: len(text) - (len(text) % 4 == 1)] + b"==", validate=False)
    except binascii.Error:
        return None


def unhexed(text: bytes) -> bytes | None:
    """Hexadecimal digits; None when they are none."""
    text = text[: LONGEST * 2]
    return bytes.fromhex(text.decode("ascii")) if _HEX.fullmatch(text) else None


def unescaped(text: bytes) -> bytes:
    r"""Characters written as \x68, as far as they go."""
    run = _ESCAPES.match(text[: LONGEST * 4])
    return bytes.fromhex(run[0].replace(b"\\x", b"").decode()) if run else b""


def xored(data: bytes, key: bytes) -> bytes:
    """`data` with the key repeated over it."""
    stream = key * (len(data) // len(key) + 1)
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream[: len(data)], "big")).to_bytes(len(data), "big")


def is_text(data: bytes) -> bool:
    """Whether all of it can be read."""
    if len(data) < SHORTEST:
        return False
    try:
        return _UNPRINTABLE.search(data.decode("utf-8")) is None
    except UnicodeDecodeError:
        return False


def openings(data: bytes, keys: Sequence[bytes]) -> Iterator[tuple[bytes, str]]:
    """(text, step) for every simple way that makes a text of `data`.

    One key byte, one shift and reversal are taken only for what then begins as an address; `keys` stand beside it.
    """
    data = data[:LONGEST]
    if len(data) < SHORTEST:
        return
    a, b, c, d = data[:4]
    tries = []
    if b == c and a ^ b == ord("h") ^ ord("t") and c ^ d == ord("t") ^ ord("p"):
        key = a ^ ord("h")
        tries.append((xored(data, bytes([key])), f"xor {key:#04x}"))
    if b == c and (b - a) % 256 == ord("t") - ord("h") and (c - d) % 256 == ord("t") - ord("p"):
        shift = (ord("h") - a + 128) % 256 - 128
        tries.append((bytes((byte + shift) % 256 for byte in data), f"shift {shift:+d}"))
    if data.endswith(b"ptth"):
        tries.append((data[::-1], "reversed"))
    for text, step in tries:
        if text != data and _ADDRESS.match(text) and is_text(text):
            yield text, step
    if not is_text(data):
        opened = ((xored(data, key), key) for key in keys)
        yield from ((text, f"xor with the {len(key)} bytes beside it") for text, key in opened if is_text(text))
