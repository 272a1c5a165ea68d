"""Office files that are the same to the byte whenever they are made again: one time in all members of their zip."""

from __future__ import annotations

import re
from io import BytesIO
from shutil import copyfileobj
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

EPOCH = (1980, 1, 1, 0, 0, 0)
CORE = "docProps/core.xml"
_MODIFIED = re.compile(rb"(<dcterms:(?:modified|created)[^>]*>)[^<]*(</dcterms:)")


def settled(office: bytes, at: str) -> bytes:
    """`settle` of a document in memory."""
    out = BytesIO()
    settle(BytesIO(office), out, at)
    return out.getvalue()


def settle(office: BinaryIO, out: BinaryIO, at: str) -> None:
    """The same document: members keep their order and content, but for the time of making, which becomes `at`.

    Both can be searched through; the content goes over in pieces.
    """
    with ZipFile(office) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for member in old.infolist():
            named = ZipInfo(member.filename, EPOCH)
            named.compress_type, named.external_attr = ZIP_DEFLATED, 0o600 << 16
            if member.filename == CORE:
                new.writestr(named, _MODIFIED.sub(rb"\g<1>" + at.encode("ascii") + rb"\g<2>", old.read(member)))
                continue
            named.file_size = member.file_size
            with old.open(member) as content, new.open(named, "w") as copy:
                copyfileobj(content, copy, 1 << 20)
