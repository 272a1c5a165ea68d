"""One kind of right in a notice: desks refuse mixed ones, and each right has conditions of its own."""

from __future__ import annotations

from collections.abc import Iterator

from takedown.gating import Case, Refusal, refusal, words
from takedown.notice import RIGHTS

NAME = "one_right"
OVERRIDABLE = False


def check(case: Case) -> Iterator[Refusal]:
    """Refuses rights of several kinds, and of another kind than the basis names."""
    kinds = sorted({right.kind for right in case.content.rights if right.kind})
    named = {lang: " / ".join(words(f"gate.right.{kind}")[lang] for kind in kinds) for lang in ("zh", "en")}
    wanted = RIGHTS.get(case.content.basis)
    if len(kinds) > 1:
        yield refusal(NAME, "several_rights", path="rights.kind", kinds=named)
    elif kinds and wanted is not None and kinds != [wanted]:
        yield refusal(NAME, "other_right", path="rights.kind", kinds=named, wanted=words(f"gate.right.{wanted}"))
