"""Every attachment is still the file that was attached."""

from __future__ import annotations

from collections.abc import Iterator

from index.plain import line
from takedown.gating import Case, Refusal, refusal

NAME = "files"
OVERRIDABLE = False


def check(case: Case) -> Iterator[Refusal]:
    """Refuses attachments whose file is gone or has another size: they would leave holes in the letter."""
    for each in case.content.attachments:
        size, path = case.kept(each.sha256), f"attachments.{each.kind}"
        name = line(each.name, 80)
        if size is None:
            yield refusal(NAME, "file_missing", path=path, finding_id=each.finding_id, name=name, sha256=each.sha256)
        elif size != each.size:
            yield refusal(NAME, "file_changed", path=path, finding_id=each.finding_id, name=name, sha256=each.sha256)
