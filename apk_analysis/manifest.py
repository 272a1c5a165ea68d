"""AndroidManifest.xml as facts: what our own reader finds, as Android would."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from apk_analysis.axml import Document, Element
from apk_analysis.components import class_name, component_elements, read_components
from apk_analysis.fingerprint import Component, MetaDatum, Problem
from apk_analysis.lookup import LONGEST, Lookup
from apk_analysis.meta_data import read_meta_data

OWN = "own"
"""How this reader calls itself in `Manifest.reader`."""
MOST_NAMES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one reader found; None for what is missing or could not be read."""

    reader: str | None
    """None when nobody could read it."""
    package: str | None = None
    version_code: int | None = None
    version_name: str | None = None
    label: str | None = None
    """Default label of the application."""
    permissions: tuple[str, ...] = ()
    """Each once, in manifest order."""
    permissions_sha256: str | None = None
    """Permhash: of all <uses-permission> names in order, repetitions included, joined without separator."""
    features: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    """Packages it wants to see."""
    components: tuple[Component, ...] = ()
    meta_data: tuple[MetaDatum, ...] = ()
    split: str | None = None
    """Name of the split; None for a base."""
    feature_split: bool | None = None
    splits_required: bool | None = None
    shared_user: str | None = None
    application_class: str | None = None
    component_factory: str | None = None
    debuggable: bool | None = None
    cleartext: bool | None = None
    """Whether plain HTTP is allowed, as the manifest says."""
    has_code: bool | None = None
    extract_native: bool | None = None
    """Whether native libraries are unpacked at installation."""
    problems: tuple[Problem, ...] = field(default=())

    @property
    def activities(self) -> tuple[str, ...]:
        """Class names of its activities, in manifest order."""
        return tuple(item.name for item in self.components if item.kind == "activity")


def application_of(document: Document) -> Element:
    """The first <application> right below the root, which is the one that counts; an empty one without."""
    return next(iter(document.root.inner("application")), Element("application", {}, {}))


def read_manifest(document: Document, lookup: Lookup) -> Manifest:
    """Everything that could be read; a part that cannot be read costs only itself. Never raises for bad input."""
    root, application = document.root, application_of(document)
    package = _package(root)
    elements = component_elements(application)
    found = Manifest(
        reader=OWN,
        package=package,
        version_code=_version_code(root, lookup),
        version_name=lookup.text(root.get("versionName")),
        label=lookup.text(application.get("label")),
        features=_names(root.inner("uses-feature"), lookup),
        queries=_names((item for query in root.inner("queries") for item in query.inner("package")), lookup),
        components=read_components(elements, package or "", lookup),
        meta_data=read_meta_data((application, *elements), lookup),
        split=_plain(root, "split"),
        shared_user=lookup.text(root.get("sharedUserId")),
        problems=(document.defect.problem("manifest"),) if document.defect else (),
    )
    return _with_flags(_with_permissions(found, root, lookup), root, application, lookup)


def permhash(permissions: Iterable[str]) -> str | None:
    """SHA-256 over the names, joined without separator; None when there are none."""
    joined = "".join(permissions)
    return hashlib.sha256(joined.encode()).hexdigest() if joined else None


def _with_permissions(found: Manifest, root: Element, lookup: Lookup) -> Manifest:
    asked = root.inner("uses-permission", "uses-permission-sdk-23", "uses-permission-sdk-m")[:MOST_NAMES]
    plain = [lookup.text(item.get("name")) or "" for item in asked if item.tag == "uses-permission"]
    return replace(found, permissions=_names(asked, lookup), permissions_sha256=permhash(plain))


def _with_flags(found: Manifest, root: Element, application: Element, lookup: Lookup) -> Manifest:
    package = found.package or ""
    required = [lookup.flag(element.get("isSplitRequired")) for element in (root, application)]
    return replace(
        found,
        feature_split=lookup.flag(root.get("isFeatureSplit")),
        splits_required=next((flag for flag in required if flag is not None), None),
        application_class=class_name(lookup.text(application.get("name")), package) or None,
        component_factory=class_name(lookup.text(application.get("appComponentFactory")), package) or None,
        debuggable=lookup.flag(application.get("debuggable")),
        cleartext=lookup.flag(application.get("usesCleartextTraffic")),
        has_code=lookup.flag(application.get("hasCode")),
        extract_native=lookup.flag(application.get("extractNativeLibs")),
    )


def _package(root: Element) -> str | None:
    return _plain(root, "package") if root.tag == "manifest" else None


def _plain(root: Element, name: str) -> str | None:
    """An attribute outside the framework's namespace; Android takes it as it is written."""
    attribute = root.named.get(name)
    return attribute.text[:LONGEST] if attribute and attribute.text else None


def _version_code(root: Element, lookup: Lookup) -> int | None:
    text = (lookup.text(root.get("versionCode")) or "")[:40]
    try:
        value = int(text, 0)
    except ValueError:
        return None
    return value if -(2**63) <= value < 2**63 else None


def _names(elements: Iterable[Element], lookup: Lookup) -> tuple[str, ...]:
    """Their names, each once, in order."""
    found: dict[str, None] = {}
    for element in elements:
        name = lookup.text(element.get("name"))
        if name and len(found) < MOST_NAMES:
            found.setdefault(name)
    return tuple(found)
