"""Addresses of the web as they stand in texts."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from apk_analysis.traits.facts import fact
from apk_analysis.traits.own import AppCode
from apk_analysis.traits.places import is_of_app
from apk_analysis.traits.search import Hit, Hits

_URL = re.compile(
    r"(?ia)(?:https?|wss?):(?://|\\/\\/)(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::\d{1,5})?"
    r"(?P<path>(?:\\?/|[?#])[^\s\"'<>\\`{}|^\x7f-\uffff]*(?:\\/[^\s\"'<>\\`{}|^\x7f-\uffff]*)*)?(?P<more>[\w%{$-]|\.[%{$<])?"
)
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.){1,8}(?P<last>[a-z]{2,24}|xn--[a-z0-9-]{2,30})")
LONGEST_PLAIN = 5
"""Letters of a last label that is taken as it is; longer ones, as in names of packages, must be known."""
_TRAILING = ".,;:!?)]"


@dataclass(frozen=True, slots=True)
class Address:
    """One address and where it stands."""

    host: str
    """Lower case, without port."""
    path: str
    """With query; empty or with '/', '?' or '#' in front."""
    hit: Hit


def addresses(hits: Hits, own: AppCode) -> Iterator[Address]:
    """Addresses in the app's own code, its assets and resources, whose hosts can exist, ordinary ones left out."""
    for hit in hits.of("addresses", "address", "address_in_xml"):
        address = parse(hit) if is_of_app(hit) else None
        if address is not None and not is_ordinary(address.host) and own.owns(hit):
            yield address


def parse(hit: Hit) -> Address | None:
    """The address at a hit of its scheme; None when its host is none that one could reach."""
    text = unquote(hit.text) if "%" in hit.anchor else hit.text
    found = _URL.match(text)
    if found is None or (found["more"] and not found["path"]):
        return None
    host = found["host"].lower()
    if not is_host(host):
        return None
    path = (found["path"] or "").replace("\\/", "/").rstrip(_TRAILING)
    return Address(host, path, hit)


def is_host(host: str) -> bool:
    """Whether it is a name with a domain, or a public IPv4 address."""
    if host.replace(".", "").isdigit():
        try:
            return ipaddress.IPv4Address(host).is_global
        except ValueError:
            return False
    name = _NAME.fullmatch(host)
    if name is None:
        return False
    last = name["last"]
    return (
        len(last) <= LONGEST_PLAIN or last.startswith("xn--") or last in fact("addresses", "long_domains").more["names"]
    )


def is_ordinary(host: str) -> bool:
    """Whether it belongs to standards, platforms, licences or examples."""
    ordinary = _ordinary()
    parts = host.split(".")
    return any(".".join(parts[start:]) in ordinary for start in range(len(parts)))


@cache
def _ordinary() -> frozenset[str]:
    return frozenset(fact("addresses", "ordinary").more["hosts"])
