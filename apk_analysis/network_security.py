"""What the network security configuration allows: plain HTTP, certificates of the user, domains, pins."""

from __future__ import annotations

from collections.abc import Iterator

from apk_analysis.axml import Element
from apk_analysis.fingerprint import NetworkSecurity
from apk_analysis.lookup import LONGEST, Lookup

MOST_DOMAINS, DEEPEST = 1_000, 8


def read_network_security(application: Element, lookup: Lookup) -> NetworkSecurity:
    """From the file that <application> names, else what the manifest itself says."""
    cleartext = lookup.flag(application.get("usesCleartextTraffic"))
    path = lookup.file(application.get("networkSecurityConfig"))
    if not path:
        return NetworkSecurity(cleartext=cleartext)
    root = lookup.document(path).root
    for base in root.inner("base-config"):
        allowed = lookup.flag(base.get("cleartextTrafficPermitted"))
        cleartext = cleartext if allowed is None else allowed
    domains = [*_domain_configs(root, DEEPEST)]
    return NetworkSecurity(
        where=path,
        cleartext=cleartext,
        user_certificates=any(_trusts_user(config, lookup) for config in (*root.inner("base-config"), *domains)),
        domains=tuple(dict.fromkeys(name for config in domains for name in _names(config)))[:MOST_DOMAINS],
        pinned=tuple(dict.fromkeys(name for config in domains if config.inner("pin-set") for name in _names(config)))[
            :MOST_DOMAINS
        ],
    )


def _domain_configs(parent: Element, depth: int) -> Iterator[Element]:
    for config in parent.inner("domain-config") if depth else ():
        yield config
        yield from _domain_configs(config, depth - 1)


def _names(config: Element) -> list[str]:
    return [name[:LONGEST] for domain in config.inner("domain") if (name := domain.text.strip())]


def _trusts_user(config: Element, lookup: Lookup) -> bool:
    certificates = (item for anchors in config.inner("trust-anchors") for item in anchors.inner("certificates"))
    return any(lookup.text(item.get("src")) == "user" for item in certificates)
