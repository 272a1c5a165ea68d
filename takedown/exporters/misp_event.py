"""A MISP event: findings, listings or a notice, with the template `marketplace-listing` that MISP does not have.

The format goes to people who have nothing to do with the case: it holds no personal data.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from index.messages import language, t
from index.plain import line
from index.protocol import Kind, Stored
from index.times import utc
from takedown.exporting import Context, fitting, stem, write
from takedown.notice import Notice

FORMAT = "misp"
NAME = "misp"
SUFFIX = ".misp.json"
FORBIDS_PERSONAL = True
MASQUERADE = 'rsit:fraud="masquerade"'


def export(rows: Iterable[Stored], out: BinaryIO, kind: Kind) -> int:
    """Writes all rows into one event, and returns their number."""
    from takedown.exchange.misp import event, objects  # noqa: PLC0415 - slow to load
    from takedown.exchange.observed import of_stored, without_people  # noqa: PLC0415 - slow to load, and not always needed

    now, lang = utc(), language()
    written = 0

    def made() -> Iterator[Any]:
        nonlocal written
        for hit in rows:
            yield from objects(without_people(of_stored(hit, lang)))
            written += 1

    _event(event(f"export {now}", f"copycatch {t(f'letter.event.{kind}')} {now}", now[:10], ["tlp:amber"]), made(), out)
    return written


def export_notice(notice: Notice, context: Context, target: Path) -> list[Path]:
    """Raises OSError."""
    from takedown.exchange.misp import event, objects, uuid_of  # noqa: PLC0415 - slow to load
    from takedown.exchange.observed import of_notice  # noqa: PLC0415 - slow to load, and not always needed
    from takedown.letters.words import Words  # noqa: PLC0415 - slow to load, and not always needed
    from takedown.letters.writing import subject  # noqa: PLC0415 - slow to load, and not always needed

    content = fitting(notice, context, forbids_personal=True)
    observations = list(of_notice(content))
    tags = [f"tlp:{content.tlp}", *dict.fromkeys(each.tag for one in observations for each in one.alleged)]
    tags += [MASQUERADE] if content.basis in {"impersonation", "ip_trademark"} else []
    about = event(notice.id, subject(content, Words(context.spoken(notice))), context.now[:10], tags)
    if content.summary:
        about.add_attribute("comment", line(content.summary, 5000), uuid=uuid_of(notice.id, "summary"))
    for one in content.attachments:
        name = f"{line(one.name, 120)}|{one.sha256}"
        about.add_attribute(
            "filename|sha256", name, category="External analysis", to_ids=False, uuid=uuid_of(notice.id, name)
        )
    out = BytesIO()
    _event(about, (each for one in observations for each in objects(one, content.brand_name)), out)
    return [write(target / f"{stem(notice)}{SUFFIX}", out.getvalue())]


def _event(about: Any, objects: Iterable[Any], out: BinaryIO) -> None:
    """The event with its objects, which are written as they come."""
    head = json.loads(about.to_json())
    head.pop("Object", None)
    out.write(b'{"Event": ' + json.dumps(head).encode("ascii")[:-1] + b', "Object": [')
    first = True
    for made in objects:
        out.write((b"\n" if first else b",\n") + json.dumps(json.loads(made.to_json())).encode("ascii"))
        first = False
    out.write(b"\n]}}\n")
