"""Which recipients can take a target down, the likeliest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal
from urllib.parse import urlsplit

from takedown.notice import Basis, Target
from takedown.recipients.model import Recipient

Why = Literal["marketplace", "host", "kind"]
"""It runs the marketplace; it runs the host of the address; its law or desk covers what the target is."""
_RANK: dict[Why, int] = {"marketplace": 0, "host": 1, "kind": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A recipient, and why it is proposed."""

    recipient: Recipient
    why: Why


def proposed(recipients: Mapping[str, Recipient], target: Target, basis: Basis | None = None) -> list[Proposal]:
    """Whoever can be written to about the target; with `basis`, only those with a form that takes it.

    First whoever runs the marketplace or host, then desks and laws: those of the same country and those that know no
    country before the others, and the more specific ones first.
    """
    host = _host(target)
    found = [
        Proposal(recipient=each, why=why)
        for each in recipients.values()
        if (why := _why(each, target, host)) and (basis is None or each.forms_for(basis))
    ]
    country = _country([each for each in found if each.why != "kind"], host)
    return sorted(found, key=lambda each: _order(each, country))


def _why(recipient: Recipient, target: Target, host: str) -> Why | None:
    if any(fnmatchcase(target.marketplace, pattern) for pattern in recipient.marketplaces):
        return "marketplace"
    if any(host == name or host.endswith(f".{name}") for name in recipient.hosts):
        return "host"
    return "kind" if target.kind in recipient.kinds else None


def _order(each: Proposal, country: str) -> tuple[int, bool, int, str, str]:
    abroad = bool(country and each.recipient.country not in {"", country})
    return _RANK[each.why], abroad, len(each.recipient.kinds), each.recipient.country, each.recipient.id


def _country(own: list[Proposal], host: str) -> str:
    """Of whoever runs the place, else what the address ends in; empty where nothing says it."""
    if own:
        return min(own, key=lambda each: _RANK[each.why]).recipient.country
    return "CN" if host.endswith((".cn", ".xn--fiqs8s", ".xn--fiqz9s")) else ""


def _host(target: Target) -> str:
    try:
        found = target.domain or urlsplit(target.url).hostname or ""
    except ValueError:  # a broken address is shown, and names nobody
        return ""
    return found.lower().rstrip(".")
