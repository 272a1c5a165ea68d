"""A right reaches as far as it was given: its region, and for a mark the classes of goods it is registered for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from index.plain import line
from takedown.gating import Case, Refusal, refusal, words
from takedown.notice import Right, TargetKind
from takedown.papers import EU

NAME = "reach"
OVERRIDABLE = True
SOFTWARE, SERVICE = frozenset({9}), frozenset({38, 41, 42})
"""Nice classes: 9 software that is downloaded; 38 telecommunication, 41 teaching and entertainment, 42 software as a
service. 35, retail for others, covers shops."""
CLASSES: Mapping[TargetKind, frozenset[int]] = {
    "app": SOFTWARE | {42},
    "file": SOFTWARE | {42},
    "site": SOFTWARE | SERVICE,
    "mini_program": SOFTWARE | SERVICE,
    "bot": SOFTWARE | SERVICE,
    "account": SOFTWARE | SERVICE | {35},
    "post": SOFTWARE | SERVICE | {35},
    "listing": SOFTWARE | SERVICE | {35},
}


def check(case: Case) -> Iterator[Refusal]:
    """Refuses where no right holds in the notice's jurisdiction, or none covers a kind of target."""
    content = case.content
    if not content.rights:
        return
    here = [right for right in content.rights if _holds(right, content.jurisdiction)]
    if not here:
        regions = ", ".join(sorted({right.jurisdiction or "?" for right in content.rights}))
        yield refusal(
            NAME, "region", path="rights.jurisdiction", region=content.jurisdiction, regions=line(regions, 80)
        )
    marks = [right for right in here if right.kind == "trademark"]
    for right in marks:
        if not right.classes:
            yield refusal(NAME, "no_class", path="rights.classes", title=line(right.title, 60))
    held = {number for right in marks for number in right.classes}
    for kind in dict.fromkeys(target.kind for target in content.targets) if held else ():
        if not CLASSES[kind] & held:
            wanted = ", ".join(map(str, sorted(CLASSES[kind])))
            shown = ", ".join(map(str, sorted(held)))
            said: dict[str, Any] = {"held": shown, "wanted": wanted}
            yield refusal(NAME, "class", path="rights.classes", kind=words(f"gate.target.{kind}"), **said)


def _holds(right: Right, region: str) -> bool:
    """Copyright knows no register of regions: where none is named it is taken to hold."""
    if not right.jurisdiction:
        return right.kind == "copyright"
    return right.jurisdiction == region or (right.jurisdiction == "EU" and region in EU)
