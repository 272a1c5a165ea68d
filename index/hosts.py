"""Whose a host is: the registered domain behind an address, and hosts that many people share.

Public suffixes are those of the list that ships with tldextract; nothing is fetched. `shared_hosts.yml` names hosts
where anybody can put a file, a page or a link: two offers there have nothing in common.
"""

from __future__ import annotations

from functools import cache, lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from index.reading import yaml_of

LONGEST = 253
"""Characters of a host name; DNS has no longer ones."""


def registered(address: str) -> str | None:
    """The registered domain of a URL or host, in ASCII and lower case; a public IP address as it is.

    None for what has none: local names, private addresses, bare suffixes, text that is no address.
    """
    try:
        host = urlsplit(address if "//" in address[:16] else f"//{address}").hostname or ""
    except ValueError:
        return None
    return _registered(host) if len(host) <= LONGEST else None


def owned(address: str) -> str | None:
    """`registered`, or the whole host where a platform gives each customer a name of its own (a storage bucket); None
    where anybody can put something.
    """
    domain = registered(address)
    shared, by_name = _lists()
    if domain is None or not shared.isdisjoint(_and_above(domain)):
        return None
    if domain not in by_name:
        return domain
    host = _ascii((urlsplit(address if "//" in address[:16] else f"//{address}").hostname or "").strip("."))
    return host if host and host != domain else None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: what is said to it needs no encryption."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _and_above(domain: str) -> list[str]:
    """The domain and those above it: a public suffix may itself lie below a shared one."""
    labels = domain.split(".")
    return [".".join(labels[at:]) for at in range(len(labels) - 1)]


@lru_cache(maxsize=1 << 14)
def _registered(host: str) -> str | None:
    name = _ascii(host.strip("."))
    if name is None:
        return None
    try:
        return name if ip_address(name).is_global else None
    except ValueError:
        found = _extract()(name)
    if found.suffix or "." not in name:
        return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else None
    last = name.split(".")[-2:]  # the list's own rule for names that it does not know
    return ".".join(last) if all(last) and not last[1].isdigit() else None


def _ascii(host: str) -> str | None:
    if host.isascii():
        return host.lower() or None
    import idna  # noqa: PLC0415 - only for names that are not ASCII

    try:
        return idna.encode(host, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return None


@cache
def _extract() -> Any:
    import tldextract  # noqa: PLC0415 - only where hosts are looked at

    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


@cache
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    known = yaml_of(Path(__file__).with_name("shared_hosts.yml").read_text("utf-8"))
    return frozenset(name for names in known["shared"].values() for name in names), frozenset(known["by_name"])
