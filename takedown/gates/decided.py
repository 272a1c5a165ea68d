"""Every target rests on a person's confirmation that still stands."""

from __future__ import annotations

from collections.abc import Iterator

from takedown.gating import Case, Refusal, refusal

NAME = "decided"
OVERRIDABLE = False


def check(case: Case) -> Iterator[Refusal]:
    """Refuses targets whose confirmation was taken back, or answered otherwise, since the notice was drafted."""
    for target in case.content.targets:
        if case.current(target.finding_id) not in case.confirmed:
            yield refusal(NAME, "not_confirmed", path="decisions", finding_id=target.finding_id, url=target.url)
