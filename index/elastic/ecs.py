"""Our fields under the names of the Elastic Common Schema, so that dashboards and rules made for it find them.

Aliases: nothing is stored twice. ECS knows no listings and no Android packages; those keep our names alone.
"""

from __future__ import annotations

from typing import Any

_SEEN = {"@timestamp": "last_seen", "event.created": "first_seen", "event.id": "id"}
_JUDGED = {"event.provider": "marketplace", "event.risk_score": "priority", "rule.id": "violation",
           "rule.name": "detector", "file.hash.sha256": "sample_sha256"}  # fmt: skip
_LOOK = {"@timestamp": "at", "event.created": "at", "event.action": "state"}
NAMES: dict[str, dict[str, str]] = {
    "listings": _SEEN | _JUDGED,
    "findings": _SEEN | _JUDGED | {"rule.category": "group"},
    "samples": _SEEN | {"file.hash.sha256": "id", "file.hash.sha1": "sha1", "file.hash.md5": "md5",
                        "file.size": "size"},
    "runs": {"@timestamp": "started_at", "event.start": "started_at", "event.end": "finished_at", "event.id": "id",
             "event.provider": "marketplace"},
    "observations": _LOOK,
    "records": _LOOK | {"user.name": "by", "event.sequence": "seq", "event.id": "id"},
}  # fmt: skip
"""Store -> name in ECS -> name of ours. Addresses are `url.full` as well."""


def with_names(store: str, properties: dict[str, Any]) -> dict[str, Any]:
    """The fields of a store and their other names. `url` is a field of its own, so that `url.full` is one below it."""
    found = dict(properties)
    if store in {"listings", "findings"}:
        found["url"] = {**found["url"], "fields": {"full": {"type": "keyword"}}}
    for name, path in NAMES.get(store, {}).items():
        *parents, last = name.split(".")
        place = found
        for parent in parents:
            place = place.setdefault(parent, {"properties": {}})["properties"]
        place[last] = {"type": "alias", "path": path}
    return found
