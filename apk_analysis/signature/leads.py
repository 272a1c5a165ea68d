"""What was put into a finished package without its owner's key: channel numbers, comments, pairs of unknown tools.

None of it is signed, so it proves nothing about the owner; it leads to whoever distributed this very copy.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from apk_analysis.archive import Archive
from apk_analysis.defects import Defect, printable
from apk_analysis.fingerprint import Trait
from apk_analysis.signature.block import PADDING, V2, V3, V31, find_block
from apk_analysis.signature.stamp import OLD_STAMP, STAMP
from apk_analysis.signature.v4 import ENDING

FILE = Path(__file__).with_name("block_ids.yml")
ORDINARY = {V2, V3, V31, STAMP, OLD_STAMP, PADDING}
LONGEST = 500
"""Characters of a text that are shown."""
MOST = 50
_CHANNEL_FILE = re.compile(r"META-INF/(?:[^/]*[_-])?channel[^/]*", re.IGNORECASE)
_VASDOLLY_COMMENT = re.compile(rb"(?P<channel>.{1,500}?)..ltlovezh\Z", re.DOTALL)
"""Text, its length in two bytes, and the tool's mark."""


def leads(archive: Archive) -> Iterator[Trait]:
    """Traits `channel`, `signing_block_pair`, `archive_comment` and `v4_signature_file`; at most MOST of each place."""
    for number, value in list(find_block(archive).pairs.items())[:MOST]:
        if number not in ORDINARY:
            yield _of_pair(number, value)
    if archive.comment.strip(b"\0"):
        packed = _VASDOLLY_COMMENT.search(archive.comment[-LONGEST - 10 :])
        yield Trait(
            kind="channel" if packed else "archive_comment",
            value=_text(packed["channel"] if packed else archive.comment),
            where="comment of the archive",
            sha256=_hash(archive.comment),
        )
    names = [entry for entry in archive.entries if _CHANNEL_FILE.fullmatch(entry.name)]
    for entry in names[:MOST]:
        try:
            content = archive.read(entry, 1 << 16)
        except Defect:  # named by whoever reads all contents
            content = b""
        said = f"{entry.name.rpartition('/')[2]} {_text(content)}".strip()
        yield Trait(kind="channel", value=printable(said)[:LONGEST], where=entry.name, sha256=_hash(content))
    for entry in [entry for entry in archive.entries if entry.name.lower().endswith(ENDING)][:MOST]:
        yield Trait(kind="v4_signature_file", value=entry.name.rpartition("/")[2], where=entry.name)


@cache
def _known() -> dict[int, dict[str, str]]:
    return {entry["id"]: entry for entry in yaml.safe_load(FILE.read_text("utf-8"))}


def _of_pair(number: int, value: bytes) -> Trait:
    known = _known().get(number, {"kind": "signing_block_pair", "name": "unknown tool"})
    said = _text(value) if known["kind"] == "channel" else f"{len(value)} bytes"
    where = f"signing block, pair {number:#010x} ({known['name']})"
    return Trait(kind=known["kind"], value=said, where=where, sha256=_hash(value))


def _text(value: bytes) -> str:
    """Readable text as it stands; anything else as hexadecimal digits."""
    try:
        return printable(value.decode("utf-8"))[:LONGEST]
    except UnicodeDecodeError:
        return value.hex()[:LONGEST]


def _hash(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()
