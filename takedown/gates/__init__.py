"""What has to hold before a notice leaves the house. Each module here is one gate, found by its presence.

A gate offers `NAME`, `OVERRIDABLE` (whether a reviewer may let it pass, with a reason) and `check(case)`, which yields
refusals: each in both languages, with the path of the field it is about. Nobody edits a list to add one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from takedown.gating import Case, Gate, Refusal
from takedown.people import MAY

APPROVAL = "approval"
"""Name of the gate that asks for the second pair of eyes: the only one that is still closed when somebody approves."""


@cache
def gates() -> dict[str, Gate]:
    """Name -> gate, in order of name."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    found = {module.NAME: cast("Gate", module) for module in modules}
    return dict(sorted(found.items()))


def check(case: Case, *, without: str = "") -> list[Refusal]:
    """All refusals and remarks, those that block first; `without` a gate that is not asked."""
    found: list[Refusal] = []
    for name, gate in gates().items():
        if name != without:
            allowed = _override(case, name) if gate.OVERRIDABLE else ""
            found += (_let_pass(one, allowed) if allowed and one.blocks else one for one in gate.check(case))
    return sorted(found, key=lambda one: not one.blocks)


def passes(refusals: list[Refusal]) -> bool:
    """Whether nothing of it blocks."""
    return not any(one.blocks for one in refusals)


def _override(case: Case, name: str) -> str:
    """'reviewer: reason' where somebody who may let this gate pass did so; empty where not, or without a reason."""
    said = case.content.overrides.get(name, "")
    who, _, reason = said.partition(": ")
    roles: Mapping[str, tuple[str, ...]] = case.roles
    return said if reason.strip() and MAY["override"] & set(roles.get(who, ())) else ""


def _let_pass(one: Refusal, allowed: str) -> Refusal:
    return replace(one, blocks=False, overridden=allowed)
