"""Roles with least privilege, one file each as the server's role API takes them; '{prefix}' stands for ours."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from elasticsearch import BadRequestError, NotFoundError

from index.elastic.connection import Connection

NAMES = ("crawler", "analyst", "admin")


def role(name: str, prefix: str) -> dict[str, Any]:
    """The descriptor of one role for one prefix."""
    found: dict[str, Any] = json.loads(files(__name__).joinpath(f"{name}.json").read_text("utf-8"))
    for one in found["indices"]:
        one["names"] = [pattern.replace("{prefix}", prefix) for pattern in one["names"]]
    return found


async def load(connection: Connection) -> list[str]:
    """Loads all roles and says what they are called there; none where the server has no security.

    Raises the client's errors, above all where the login may not manage roles.
    """
    prefix, loaded = connection.place.prefix, []
    for name in NAMES:
        try:
            await connection.client.security.put_role(name=f"{prefix}-{name}", **role(name, prefix))
        except (BadRequestError, NotFoundError) as error:
            if "no handler found" not in str(error):
                raise
            return []
        loaded.append(f"{prefix}-{name}")
    return loaded
