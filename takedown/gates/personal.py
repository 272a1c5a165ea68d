"""Where a form has no place for personal data, there are none in the notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from takedown.gating import Case, Refusal, refusal
from takedown.personal import impersonal

NAME = "personal"
OVERRIDABLE = False
INWARD = frozenset({"overrides"})
"""Fields of the content that no form shows."""


def check(case: Case) -> Iterator[Refusal]:
    """Names each field that `notice edit --redact` would change."""
    if case.form is None or not case.form.forbids_personal:
        return
    for path, finding_id in dict.fromkeys(_differences(case.content, impersonal(case.content), "", "")):
        yield refusal(NAME, "personal", path=path, finding_id=finding_id, where=path)


def _differences(one: object, other: object, path: str, finding: str) -> Iterator[tuple[str, str]]:
    """(path, finding id) of everything that is not the same in both."""
    if one is other or one == other:
        return
    if type(one) is not type(other):
        yield path, finding
    elif is_dataclass(one):
        own = str(getattr(one, "finding_id", "") or finding)
        for each in fields(one):
            if each.name not in INWARD:
                below = f"{path}.{each.name}" if path else each.name
                yield from _differences(getattr(one, each.name), getattr(other, each.name), below, own)
    elif isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        for mine, theirs in zip(one, other, strict=True):
            yield from _differences(mine, theirs, path, finding)
    elif isinstance(one, dict) and isinstance(other, dict):
        for name in one:
            yield from _differences(one[name], other.get(name), f"{path}.{name}", finding)
    else:
        yield path, finding
