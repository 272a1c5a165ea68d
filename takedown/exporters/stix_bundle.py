"""STIX 2.1: findings, listings or a notice as one bundle. Rows are written as they come; only ids are kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from index.messages import language
from index.protocol import Kind, Stored
from index.times import utc
from takedown.exporting import Context, fitting, stem, write
from takedown.notice import Notice

FORMAT = "stix"
NAME = "stix"
SUFFIX = ".stix.json"
FORBIDS_PERSONAL = False


def export(rows: Iterable[Stored], out: BinaryIO, kind: Kind) -> int:  # noqa: ARG001 - a hit says itself what it is
    """Writes all rows, and returns their number. What no person confirmed is labelled a machine's proposal."""
    from takedown.exchange.observed import of_stored  # noqa: PLC0415 - slow to load
    from takedown.exchange.stix import Teller, head, told  # noqa: PLC0415 - slow to load, and not always needed

    teller = Teller(org="", now=utc(), lang=language())
    written = 0

    def objects() -> Iterator[Any]:
        nonlocal written
        yield from head(teller)
        for hit in rows:
            yield from told(of_stored(hit, teller.lang), teller)
            written += 1

    _bundle(objects(), out)
    return written


def export_notice(notice: Notice, context: Context, target: Path) -> list[Path]:
    """The targets, and a report that groups them; beside it, what MVT can look for on a phone. Raises OSError."""
    from takedown.exchange.observed import of_notice  # noqa: PLC0415 - slow to load
    from takedown.exchange.stix import Teller, head, mvt, report, told  # noqa: PLC0415 - slow to load, and not always needed
    from takedown.letters.words import Words  # noqa: PLC0415 - slow to load, and not always needed
    from takedown.letters.writing import name_of, subject  # noqa: PLC0415 - slow to load, and not always needed

    content = fitting(notice, context)
    words = Words(context.spoken(notice))
    teller = Teller(org=name_of(content.reporter), now=context.now, tlp=content.tlp, lang=words.lang)
    observations = list(of_notice(content))
    said = [each for one in observations for each in told(one, teller)]
    group = report(notice, subject(content, words), content.summary, said, teller)
    out = BytesIO()
    _bundle(chain(head(teller), said, [group]), out)
    made = [write(target / f"{stem(notice)}{SUFFIX}", out.getvalue())]
    looked_for = [each for one in observations for each in mvt(one, teller)]
    if looked_for:
        out = BytesIO()
        _bundle([teller.identity, *looked_for], out)
        made.append(write(target / f"{stem(notice)}-mvt.stix2", out.getvalue()))
    return made


def _bundle(objects: Iterable[Any], out: BinaryIO) -> None:
    """The bundle's id follows from its objects, so it stands at the end."""
    seen: set[str] = set()
    digest = sha256()
    out.write(b'{"type": "bundle", "objects": [\n')
    for each in objects:
        if each.id in seen:
            continue
        written = json.dumps(json.loads(each.serialize()), ensure_ascii=True).encode("ascii")
        out.write((b",\n" if seen else b"") + written)
        seen.add(each.id)
        digest.update(written)
    out.write(f'\n], "id": "bundle--{UUID(bytes=digest.digest()[:16], version=4)}"}}\n'.encode("ascii"))
