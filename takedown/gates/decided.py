"""Every target rests on a person's confirmation that still stands, and is what it was then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.messages import LANGUAGES, text
from takedown.gating import Case, Refusal, refusal

NAME = "decided"
OVERRIDABLE = False


def check(case: Case) -> Iterator[Refusal]:
    """Refuses targets whose confirmation was taken back or answered otherwise, or that changed since."""
    for target in case.content.targets:
        name, url = target.finding_id, target.url
        moved = case.moved.get(name)
        if case.current(name) not in case.confirmed:
            yield refusal(NAME, "not_confirmed", path="decisions", finding_id=name, url=url)
        elif moved is not None and moved.decided:
            yield refusal(NAME, "reopened", path="decisions", finding_id=name, url=url, what=_named(moved.decided))
        elif moved is not None:
            yield refusal(NAME, "outdated", path="targets", finding_id=name, url=url, what=_named(moved.written))


def _named(fields: Sequence[str]) -> dict[str, str]:
    """Material fields in both languages."""
    return {lang: " / ".join(text(f"triage.field.{each}", lang) for each in fields) for lang in LANGUAGES}
