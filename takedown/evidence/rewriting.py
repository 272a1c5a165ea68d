"""Writing a record anew where it names a person: who brought a page, or as whom the operator was logged in.

Everything else of it stays byte for byte; the manifest has the hash of the original record, and says so.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from hashlib import sha256

SUPPLIED, VISITOR = "warc-copycatch-supplied", "warc-copycatch-visitor"
TOLD = ("received_at", "file_sha256")
"""What of a supply is no person's data."""
LARGEST = 257 << 20
"""Bytes of a record; the archive takes smaller ones only, and may have been tampered with."""
LEVEL = 6
_BLANK, _LINE = b"\r\n\r\n", b"\r\n"

Cut = Callable[[bytes], bytes]
"""A page -> the page without the visitor it was shown to."""


def rewritten(raw: bytes, cut: Cut | None) -> bytes | None:
    """The record (a gzip member) without these names; None where there are none. Raises ValueError, zlib.error."""
    inflate = zlib.decompressobj(31)
    plain = inflate.decompress(raw, LARGEST)
    if not inflate.eof:
        raise ValueError("a record larger than the archive takes")
    head, _, rest = plain.partition(_BLANK)
    lines = head.split(_LINE)
    fields = {name.strip().lower(): said.strip() for name, _, said in (line.partition(b":") for line in lines)}
    block = rest.removesuffix(_BLANK)
    supplied = SUPPLIED.encode() in fields
    shorn = _shorn(block, cut) if cut and _logged_in(fields) and fields.get(b"warc-type") == b"response" else block
    if not supplied and shorn == block:
        return None
    said: dict[bytes, bytes] = {}
    if supplied:
        said[SUPPLIED.encode()] = _told(fields[SUPPLIED.encode()])
    if shorn != block:
        said[b"content-length"] = str(len(shorn)).encode()
        said[b"warc-payload-digest"] = b"sha256:" + sha256(shorn.partition(_BLANK)[2]).hexdigest().encode()
    return zlib.compress(_LINE.join(_line(line, said) for line in lines) + _BLANK + shorn + _BLANK, LEVEL, 31)


def _line(line: bytes, said: dict[bytes, bytes]) -> bytes:
    """A header line, with another value where there is one."""
    name = line.partition(b":")[0]
    return name + b": " + said[name.strip().lower()] if name.strip().lower() in said else line


def _logged_in(fields: dict[bytes, bytes]) -> bool:
    """Whether the page was shown to the operator's own session."""
    try:
        return bool(json.loads(fields.get(VISITOR.encode(), b"{}")).get("session"))
    except (ValueError, AttributeError):
        return False


def _shorn(block: bytes, cut: Cut) -> bytes:
    """The HTTP answer with the page as it is without its visitor."""
    http, blank, body = block.partition(_BLANK)
    page = cut(body)
    if page == body:
        return block
    length = {b"content-length": str(len(page)).encode()}
    return _LINE.join(_line(line, length) for line in http.split(_LINE)) + blank + page


def _told(value: bytes) -> bytes:
    try:
        said = json.loads(value)
        kept = {name: said[name] for name in TOLD if isinstance(said.get(name), str)}
    except (ValueError, AttributeError):
        kept = {}
    return json.dumps(kept).encode()
