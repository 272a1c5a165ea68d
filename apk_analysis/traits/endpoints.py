"""Which addresses tell an app what to do: its configuration, and its next version."""

from __future__ import annotations

from typing import Literal

from apk_analysis.traits.addresses import Address
from apk_analysis.traits.facts import fact

Purpose = Literal["config_endpoint", "update_endpoint"]


def purpose_of(address: Address) -> Purpose | None:
    """By the words of its path, and by hosts where anybody may put a file; None for any other address."""
    rules = fact("addresses", "endpoint").more
    path = address.path.partition("#")[0].partition("?")[0].lower().rstrip("/")
    name = path.rpartition("/")[2]
    stem, _, ending = name.rpartition(".") if "." in name else (name, "", "")
    words = {word for part in path.split("/") for word in (part, part.partition(".")[0])}
    if ending in rules["program"] or words & set(rules["update"]):
        return "update_endpoint"
    if words & set(rules["config"]):
        return "config_endpoint"
    static = any(address.host == host or address.host.endswith(f".{host}") for host in rules["static"])
    return "config_endpoint" if static and stem and ending in rules["document"] else None
