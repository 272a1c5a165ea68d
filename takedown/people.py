"""Who may do what. Accounts are names with roles in the settings until people sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["analyst", "reviewer", "admin"]
Deed = Literal["decide", "draft", "approve", "override", "send", "manage"]
"""decide, draft, send: everybody with a role. approve, override: reviewers and admins. manage (holds, retention,
papers, recipients): admins."""
MAY: dict[Deed, frozenset[Role]] = {
    "decide": frozenset({"analyst", "reviewer", "admin"}),
    "draft": frozenset({"analyst", "reviewer", "admin"}),
    "approve": frozenset({"reviewer", "admin"}),
    "override": frozenset({"reviewer", "admin"}),
    "send": frozenset({"analyst", "reviewer", "admin"}),
    "manage": frozenset({"admin"}),
}


class NotAllowedError(PermissionError):
    """Somebody's roles do not reach; the message says which would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who works with copycatch."""

    name: str
    roles: tuple[Role, ...] = ("analyst",)

    def may(self, deed: Deed) -> None:
        """Raises NotAllowedError unless one of the roles allows it."""
        if not MAY[deed] & set(self.roles):
            raise NotAllowedError(deed)
