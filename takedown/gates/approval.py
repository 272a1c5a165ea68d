"""Two people: whoever drafted, and one other who read exactly this and may approve. Any later edit voids it."""

from __future__ import annotations

from collections.abc import Iterator

from takedown.gating import Case, Refusal, refusal
from takedown.people import MAY

NAME = "approval"
OVERRIDABLE = False


def check(case: Case) -> Iterator[Refusal]:
    """Refuses without an approval of this very content, by somebody else who is still entitled to give it."""
    given = next((step for step in reversed(case.notice.steps) if step.state == "approved"), None)
    if given is None:
        yield refusal(NAME, "no_approval")
    elif given.digest != case.content.digest or case.notice.state == "draft":
        yield refusal(NAME, "approval_void", who=given.by, at=given.at)
    elif given.by in {case.authors.drafter, case.authors.last}:
        yield refusal(NAME, "own_approval", who=given.by)
    elif not MAY["approve"] & set(case.roles.get(given.by, ())):
        yield refusal(NAME, "approver_role", who=given.by)
