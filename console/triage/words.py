"""What is said of units and members, in words that accuse nobody before a person confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from console.words import COLOURS, verdict
from index.messages import t
from index.plain import line
from index.protocol import Index
from takedown.triage_state import MemberState, State, UnitState
from takedown.units.joining import Reason, Unit

STYLES: dict[State, str] = {
    "reopened": "bold magenta",
    "due": "magenta",
    "joined": "cyan",
    "open": "",
    "escalated": "yellow",
    "waiting": "dim",
    "confirmed": "bold red",
    "dismissed": "green",
    "allowed": "green",
}


def said_of(state: State, proposed: object) -> Text:
    """'suspected violation', as the machine proposes; 'confirmed' only where a person said so."""
    return state_text(state) if state in {"confirmed", "dismissed"} else verdict(proposed)


def verdict_of(state: UnitState) -> Text:
    """The same of a unit."""
    return said_of(state.state, state.unit.verdict)


def short_verdict(state: UnitState) -> Text:
    """The same in a word or two."""
    if state.state in {"confirmed", "dismissed"}:
        return state_text(state.state)
    return Text(t(f"triage.verdict.{state.unit.verdict}"), style=COLOURS.get(state.unit.verdict, ""))


def state_text(state: State) -> Text:
    """The state, coloured."""
    return Text(t(f"triage.state.{state}"), style=STYLES[state])


def member_style(member: MemberState, *, excluded: bool) -> Text:
    """The state of a member; one that the last answer left out on purpose says so."""
    if excluded and member.answer is None:
        return Text(t("triage.state.excluded"), style="yellow")
    return state_text(member.state)


def why_short(unit: Unit) -> str:
    """'同一安装包 ×3, 同一签名 ×2'."""
    return ", ".join(t(f"triage.why_short.{reason.kind}", count=reason.count) for reason in unit.reasons)


def why_unit(index: Index, unit: Unit) -> Iterator[str]:
    """Each tie in a sentence, with what is shared."""
    for reason in unit.reasons:
        shared = _shared(index, reason)
        value = f"{shared[:16]}…" if reason.kind in {"sample", "signer"} and len(shared) > 16 else shared
        yield t(f"triage.why.{reason.kind}", count=reason.count, value=value)


def why_both(index: Index, unit: Unit) -> list[dict[str, Any]]:
    """The same as JSON."""
    from index.messages import LANGUAGES, text  # noqa: PLC0415 - only for JSON

    return [
        {
            "kind": reason.kind,
            "count": reason.count,
            "value": (value := _shared(index, reason)),
            **{lang: text(f"triage.why.{reason.kind}", lang, count=reason.count, value=value) for lang in LANGUAGES},
        }
        for reason in unit.reasons
    ]


def _shared(index: Index, reason: Reason) -> str:
    """The sample's or signer's digest, or the seller's name."""
    hit = index.get(reason.of)
    if hit is None:
        return ""
    if reason.kind in {"sample", "signer"}:
        return str(hit.value.get(f"{reason.kind}_sha256") or "")
    listing = index.get(str(hit.value["listing_id"]))
    return line(str((listing.value.get("seller") if listing else None) or ""), 60) if reason.kind == "text" else ""
