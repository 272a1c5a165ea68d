"""The components of a manifest: activities, aliases, services, receivers, providers, and what opens them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Literal, get_args

from apk_analysis.axml import Element
from apk_analysis.fingerprint import Component
from apk_analysis.lookup import LONGEST, Lookup

Kind = Literal["activity", "activity-alias", "service", "receiver", "provider"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_COMPONENTS, MOST_FILTERS, MOST_LINKS = 5_000, 200, 200
_PATHS = {
    "path": "{}",
    "pathPrefix": "{}*",
    "pathSuffix": "*{}",
    "pathPattern": "{}",
    "pathAdvancedPattern": "{}",
}
"""Attribute of <data> -> how its value is written in a link."""


def component_elements(application: Element) -> list[Element]:
    """The elements of <application> that declare components, in manifest order."""
    return application.inner(*KINDS)[:MOST_COMPONENTS]


def read_components(elements: Iterable[Element], package: str, lookup: Lookup) -> tuple[Component, ...]:
    """One Component per element; those without a name are left out, as Android refuses them."""
    found = []
    for element in elements:
        name = class_name(lookup.text(element.get("name")), package)
        kind = next(kind for kind in KINDS if kind == element.tag)
        if name:
            found.append(_component(element, kind, name, package, lookup))
    return tuple(found)


def class_name(written: str | None, package: str) -> str:
    """The full name of a class; relative names are completed with the package. '' for nothing."""
    if not written:
        return ""
    if written.startswith("."):
        return package + written
    return written if "." in written or not package else f"{package}.{written}"


def _component(element: Element, kind: Kind, name: str, package: str, lookup: Lookup) -> Component:
    filters = element.inner("intent-filter")[:MOST_FILTERS]
    links = (link for intent in filters for link in _links(intent, lookup))
    if kind == "provider":
        target = lookup.text(element.get("authorities"))
    else:
        target = class_name(lookup.text(element.get("targetActivity")), package) or None
    return Component(
        kind=kind,
        name=name,
        exported=lookup.flag(element.get("exported")),
        permission=lookup.text(element.get("permission")),
        target=target,
        actions=_names(filters, "action", lookup),
        categories=_names(filters, "category", lookup),
        links=tuple(dict.fromkeys(islice(links, MOST_LINKS))),
        verified_links=any(lookup.flag(intent.get("autoVerify")) for intent in filters),
    )


def _names(filters: Iterable[Element], tag: str, lookup: Lookup) -> tuple[str, ...]:
    found = (lookup.text(inner.get("name")) for intent in filters for inner in intent.inner(tag)[:MOST_LINKS])
    return tuple(islice(dict.fromkeys(name for name in found if name), MOST_LINKS))


def _links(intent: Element, lookup: Lookup) -> Iterator[str]:
    """Android mixes what all <data> of one filter say: every scheme goes with every host and every path."""
    data = intent.inner("data")[:MOST_LINKS]

    def each(name: str) -> list[str]:
        return list(dict.fromkeys(text for item in data if (text := lookup.text(item.get(name)))))

    hosts = list(dict.fromkeys(_host(item, lookup) for item in data))
    paths = [form.format(path) for name, form in _PATHS.items() for path in each(name)]
    for scheme in each("scheme"):
        opaque = each("ssp")
        yield from (f"{scheme}:{part}" for part in opaque)
        for host in filter(None, hosts):
            yield from (f"{scheme}://{host}{path}"[:LONGEST] for path in paths or [""])
        if not opaque and not any(hosts):
            yield f"{scheme}:"


def _host(item: Element, lookup: Lookup) -> str:
    host, port = lookup.text(item.get("host")), lookup.text(item.get("port"))
    return "" if not host else f"{host}:{port}" if port else host
