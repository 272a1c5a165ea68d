"""Legal holds: what no rule and no demand may delete until somebody lifts the hold."""

from __future__ import annotations

from dataclasses import dataclass

from index.messages import t
from index.reading import read
from index.records import Decisions, Record


class HoldError(ValueError):
    """What was asked cannot be done; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One version of a hold. The record's id is what is held: a listing, a finding or a notice."""

    reason: str
    """Why it is held, or why it is not any more."""
    stands: bool = True

    def __post_init__(self) -> None:
        """Raises ValueError for a hold that says nothing."""
        if not self.reason.strip():
            raise ValueError("a hold needs a reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is held now."""

    id: str
    reason: str
    by: str
    at: str


def held(records: Decisions) -> dict[str, Held]:
    """All that is held, by id, oldest hold first. Raises ReadError."""
    found: dict[str, Held] = {}
    for record in records.every("hold"):
        if not record.value:  # content that was removed; a newer version says what stands
            continue
        hold = read(Hold, record.value, f"hold {record.id}, version {record.version}")
        found.pop(record.id, None)
        if hold.stands:
            found[record.id] = Held(id=record.id, reason=hold.reason, by=record.by, at=record.at)
    return found


def add(records: Decisions, name: str, reason: str, *, at: str, by: str) -> Record:
    """Holds it. Raises HoldError where it is held already or no reason is given; Overtaken."""
    return _say(records, name, reason, at, by, stands=True)


def release(records: Decisions, name: str, reason: str, *, at: str, by: str) -> Record:
    """Lifts the hold. Raises HoldError where there is none or no reason is given; Overtaken."""
    return _say(records, name, reason, at, by, stands=False)


def _say(records: Decisions, name: str, reason: str, at: str, by: str, *, stands: bool) -> Record:
    if not reason.strip():
        raise HoldError(t("hold.no_reason"))
    last = records.latest("hold", name)
    if stands == (last is not None and read(Hold, last.value, f"hold {name}").stands):
        raise HoldError(t("hold.already" if stands else "hold.none", id=name))
    hold = Hold(reason=reason.strip(), stands=stands)
    about = (name,) if name.startswith("f1-") else ()
    return records.append("hold", name, hold, at=at, by=by, about=about, after=last.version if last else 0)
