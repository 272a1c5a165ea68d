"""Variants of assets: texts that match everything, bytecode whose strings overlap, encodings of encodings."""

import base64
import gzip
import random
import struct
from collections.abc import Callable

from tests.apk_analysis.hostile.base import HOST, newer, sealed, signed
from tests.apk_analysis.hostile.variant import variant
from tests.apk_analysis.zips import File, deflated, zipped

MB = 1 << 20


def _script(data: bytes) -> bytes:
    return signed({"assets/big.js": data})


TEXTS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "10 MB of 'http://'": ("not_examined", lambda: b"http://" * (10 * MB // 7)),
    "10 MB of one address": ("", lambda: b"https://" + b"a." * (5 * MB)),
    "10 MB of '@qq.com'": ("not_examined", lambda: b"@qq.com" * (10 * MB // 7)),
    "10 MB of 'QQ:'": ("not_examined", lambda: "QQ群：".encode() * (MB)),
    "10 MB of '{'": ("", lambda: b"{" * (10 * MB)),
    "10 MB of escapes": ("", lambda: rb"\u0068\u0074" * MB),
    "1,000 keys": ("not_examined", lambda: b"\n".join(b"key='sk-proj-%s'" % raw.hex().encode() for raw in _some(1_000))),
    "10 MB of the same key": ("not_examined", lambda: b"sk-proj-" + b"A" * 90 + b" sk-proj-" * MB),
    "10 MB of 'ICP备'": ("not_examined", lambda: "粤ICP备12345678号-1A".encode() * (MB // 2)),
    "base64 of base64": ("", lambda: _encoded(30)),
    "10 MB of base64": ("", lambda: base64.b64encode(random.Random(1).randbytes(7 * MB))),
    "10 MB of a hidden host": ("", lambda: base64.b64encode(f"https://{HOST}/".encode()) * (MB // 4)),
}  # fmt: skip
for _name, (_kind, _data) in TEXTS.items():
    variant(f"a script of {_name}", _kind, status="valid")(lambda data=_data: _script(data()))


def _some(count: int) -> list[bytes]:
    chance = random.Random(11)
    return [chance.randbytes(40) for _ in range(count)]


def _encoded(times: int) -> bytes:
    text = f"https://{HOST}/deep".encode()
    for _ in range(times):
        text = base64.b64encode(text)
    return b"const x = '" + text + b"'"


@variant("a script of 10 MB of addresses", "not_all_listed", lost="host_in_assets", status="valid")
def _addresses() -> bytes:
    return _script(b"".join(b"https://a%d.shell-variants.cn/ " % number for number in range(350_000)))


@variant("200 bundles of bytecode over the same bytes, whose strings overlap", "overlapping_entries", status="valid")
def _hermes() -> bytes:
    """Each of a million strings is the same 255 bytes."""
    count = 1 << 20
    head = bytes.fromhex("c61fbc03c103191f") + bytes(32) + struct.pack("<6L", 0, 0, 0, count, 0, 300)
    data = head.ljust(128, b"\0") + struct.pack("<L", 254 << 24) * count + b"h" * 300
    packed = deflated(data)
    first = File(b"assets/0.bundle", data, raw=packed)
    more = [File(b"assets/%d.bundle" % n, data, raw=b"", packed=len(packed), header=0) for n in range(1, 200)]
    return sealed(zipped([first, *more, *(File(name.encode(), content) for name, content in newer().items())]))


@variant("1,000 gzip bombs", "not_examined", status="valid")
def _gzip() -> bytes:
    bomb = gzip.compress(bytes(30 * MB), 9)
    return signed({f"assets/{number}.gz": bomb for number in range(1_000)})


@variant("30,000 small scripts with an address each", "not_all_listed", status="valid", lost="host_in_assets")
def _small() -> bytes:
    more = [File(b"assets/%d.js" % n, b"https://b%d.shell-variants.cn" % n, method=0) for n in range(30_000)]
    return sealed(zipped([*more, *(File(name.encode(), content) for name, content in newer().items())]))
