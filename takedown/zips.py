"""Office files that are the same to the byte whenever they are made again: one time in all members of their zip."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

EPOCH = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:(?:modified|created)[^>]*>)[^<]*(</dcterms:)")


def settled(office: bytes, at: str) -> bytes:
    """The same document: members keep their order and content, but for the time of making, which becomes `at`."""
    out = BytesIO()
    with ZipFile(BytesIO(office)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + at.encode("ascii") + rb"\g<2>", content)
            named = ZipInfo(member.filename, EPOCH)
            named.compress_type, named.external_attr = ZIP_DEFLATED, 0o600 << 16
            new.writestr(named, content)
    return out.getvalue()
