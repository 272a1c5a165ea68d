"""Decisions made for tests."""

from typing import Any

from index.records import Decisions, Record
from takedown.decision import ANSWERS, Decision, Scope

AT = "2026-11-25T08:00:00Z"
OFFER = Scope(kind="offer", value="l1-aa")


def decision(unit: str, kind: str, *about: str, at: str = AT, by: str = "li", **more: Any) -> Decision:
    said: dict[str, Any] = {"unit": unit, "finding_ids": about, "kind": kind, "decided_by": by, "decided_at": at}
    if kind in ANSWERS:
        said["scope"] = OFFER
    if kind == "wait":
        said["until"] = "2026-12-01"
    if kind == "dismiss":
        said["reason"] = "own"
    if kind in {"escalate", "note"}:
        said["note"] = "n"
    return Decision(**{**said, **more})


def say(decisions: Decisions, unit: str, kind: str, *about: str, **more: Any) -> Record:
    """Writes one answer down, as the newest version of its unit."""
    one = decision(unit, kind, *about, **more)
    after = known.version if (known := decisions.latest("decision", unit)) else 0
    return decisions.append(
        "decision", unit, one, at=one.decided_at, by=one.decided_by, about=one.finding_ids, after=after
    )
