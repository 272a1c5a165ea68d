"""At least one violation was observed itself, and is no mere lead; or a reviewer says why it goes out all the same."""

from __future__ import annotations

from collections.abc import Iterator

from index.taxonomy import taxonomy
from takedown.gating import Case, Refusal, refusal

NAME = "observed"
OVERRIDABLE = True


def check(case: Case) -> Iterator[Refusal]:
    """Goes by the taxonomy, not by what the content says of itself; every target needs one."""
    alleged = case.content.allegations
    direct = [each for each in alleged if (entry := taxonomy().get(each.violation)) and entry.observability == "direct"]
    if not direct:
        yield refusal(NAME, "only_leads", path="allegations")
    elif all(each.targets for each in direct):
        covered = {name for each in direct for name in each.targets}
        for target in case.content.targets:
            if target.finding_id not in covered:
                yield refusal(NAME, "only_leads_here", path="allegations", finding_id=target.finding_id, url=target.url)
