"""No sexual media leaves the house: every copy harms the people in it. Such pages are shown with grey boxes."""

from __future__ import annotations

from collections.abc import Iterator

from index.plain import line
from takedown.gating import Case, Refusal, refusal

NAME = "media"
OVERRIDABLE = False
RULED = ("p1-1b", "p2-3")
"""Violations (and all their sub-items) under which no media is touched; as `crawler.sexual`."""
HARMLESS = frozenset({"paper", "certificate", "fingerprint", "comparison", "custody", "letter", "wacz", "page"})
"""Kinds that are no view of the page, or from which media were cut out before they were kept."""
SHOWN = ("image/", "video/", "audio/")


def check(case: Case) -> Iterator[Refusal]:
    """Refuses pictures of such offers that our own browser did not make."""
    if not any(each.violation.startswith(RULED) for each in case.content.allegations):
        return
    for each in case.content.attachments:
        shows = each.media_type.startswith(SHOWN) or each.kind in {"screenshot", "other"}
        if shows and each.kind not in HARMLESS and each.sha256 not in case.masked:
            yield refusal(
                NAME,
                "sexual_media",
                path=f"attachments.{each.kind}",
                finding_id=each.finding_id,
                name=line(each.name, 80),
            )
