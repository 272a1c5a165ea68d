"""Whether an earlier notice to the same recipient names the same target already: shown, and no obstacle."""

from __future__ import annotations

from collections.abc import Iterator

from takedown.gating import Case, Refusal, refusal, words

NAME = "named_before"
OVERRIDABLE = False
MOST = 3
"""Newest notices that are shown."""


def check(case: Case) -> Iterator[Refusal]:
    """Names the notice, where it stands, and how many targets both name; none that this one continues."""
    known = [one for one in case.named_before if case.content.resubmits not in one.receipts]
    for one in known[:MOST]:
        only = next(iter(one.listings)) if len(one.listings) == 1 else ""
        finding = next((target.finding_id for target in case.content.targets if target.listing_id == only), "")
        yield refusal(
            NAME,
            "named_before",
            path="targets",
            finding_id=finding,
            blocks=False,
            notice=one.notice[:15],
            at=one.at[:10],
            state=words(f"notice.state.{one.state}"),
            count=len(one.listings),
            all=len(case.content.targets),
        )
