"""Whether an app is nothing but a window on a web page: `webview_only`, `webview_share`, `address_from_config`.

Rule for `webview_only`: over all DEX files, at most MOST_CLASSES classes are the app's own with at most MOST_UNITS code
units; their code calls loadUrl or loadDataWithBaseURL of a web view (Android's, X5, UC ..., or a class of the app that
extends one); and it holds the address itself (http, https, a page in the assets). An app whose libraries were renamed
by a shrinker has more own classes and is not called one: the rule rather misses than accuses.

Rule for `address_from_config`: own classes load pages, none of the classes that do (with their inner and outer classes)
holds an address as a constant, own code fetches over HTTP, and it knows an address of a configuration or a service of
remote configuration. What is shown can then change without a new version.

`webview_share` is the share of own code units in classes that call or extend anything of the web view's family.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from apk_analysis.fingerprint import Trait
from apk_analysis.traits.endpoints import purpose_of
from apk_analysis.traits.facts import facts
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.own import AppDex, Mask

MOST_CLASSES, MOST_UNITS = 40, 8_000
LEAST_SHARE = 0.1
LOADS = frozenset({"loadUrl", "loadDataWithBaseURL", "load", "loadUri"})
_ADDRESS = re.compile(rb"(?:https?://([A-Za-z0-9.-]{3,253})|file:///android_asset/)")


class WebShell(Finder):
    """Looks at own code only."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """Each trait at most once."""
        loading = [(dex, _loading(dex, seen)) for dex in seen.own.dexes if dex.any]
        where = next((dex.where for dex, methods in loading if methods.any()), "")
        if where:
            yield from _only(seen, where)
        yield from _share(seen)
        if where and not any(_holds_address(dex, methods) for dex, methods in loading):
            source = _remote_config(seen)
            if source and any(_fetches(dex, seen) for dex in seen.own.dexes):
                yield Trait(kind="address_from_config", value=source, where=where)


def _loading(dex: AppDex, seen: Seen) -> Mask:
    """bool[methods with code]: own ones that load a page."""
    views = dex.types(seen.hits.of("web_views", "view"))
    extending = dex.dex.class_type[views[dex.dex.class_super]]
    views[extending] = True
    return dex.callers(dex.methods_of(views, LOADS)) & dex.methods


def _only(seen: Seen, where: str) -> Iterator[Trait]:
    dexes = seen.own.dexes
    units = sum(int(dex.dex.code().units[dex.methods].sum()) for dex in dexes)
    if sum(int(dex.classes.sum()) for dex in dexes) > MOST_CLASSES or units > MOST_UNITS:
        return
    constants = (dex.dex.strings[string] for dex in dexes for string in np.flatnonzero(dex.strings).tolist())
    address = next(filter(None, map(_ADDRESS.match, constants)), None)
    if address:
        yield Trait(kind="webview_only", value=(address[1] or b"assets").decode().lower(), where=where)


def _share(seen: Seen) -> Iterator[Trait]:
    hits = seen.hits.of("web_views", "family")
    total = web = 0
    where = ""
    for dex in filter(lambda dex: dex.any, seen.own.dexes):
        code, family = dex.dex.code(), dex.types(hits)
        total += int(code.units[dex.methods].sum())
        about = np.zeros(len(dex.classes) + 1, bool)
        about[:-1] = family[dex.dex.class_super] & dex.classes
        about[code.owner[dex.callers(dex.methods_of(family)) & dex.methods]] = True
        units = int(code.units[about[code.owner]].sum())
        where = dex.where if units > web else where
        web += units
    if web and web >= LEAST_SHARE * total:
        yield Trait(kind="webview_share", value=f"{web / total:.0%} ({web} of {total} code units)", where=where)


def _holds_address(dex: AppDex, loading: Mask) -> bool:
    """Whether a class that loads, or one around or inside it, holds an address as a constant."""
    outer = {_outer(dex.dex.class_name(row)) for row in np.unique(dex.dex.code().owner[loading]).tolist()}
    owners = [row for row in np.flatnonzero(dex.classes).tolist() if _outer(dex.dex.class_name(row)) in outer]
    strings = {string for owner in owners for string in dex.constants(owner)}
    return any(_ADDRESS.match(dex.dex.strings[string]) for string in strings)


def _outer(descriptor: bytes) -> bytes:
    return descriptor.rstrip(b";").partition(b"$")[0]


def _remote_config(seen: Seen) -> str:
    """Where own code reads a configuration from; '' when it does not seem to."""
    for address in seen.addresses:
        if address.hit.kind == "dex" and purpose_of(address) == "config_endpoint":
            return address.host
    for fact in facts("addresses"):
        hits = seen.hits.of("addresses", fact.id) if "service" in fact.more else ()
        if any((dex.callers(dex.methods_of(dex.types(hits))) & dex.methods).any() for dex in seen.own.dexes if hits):
            return str(fact.more["service"])
    return ""


def _fetches(dex: AppDex, seen: Seen) -> bool:
    client = dex.methods_of(dex.types(seen.hits.of("web_views", "client")))
    return bool((dex.callers(client) & dex.methods).any())
