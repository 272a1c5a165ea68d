"""How an app shows itself: its label in every language and its launcher icon, through the resource table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from apk_analysis import icons
from apk_analysis.archive import Archive
from apk_analysis.axml import LABEL, REFERENCE, STRING, Attribute, elements
from apk_analysis.defects import Defect
from apk_analysis.fingerprint import Icon, Problem
from apk_analysis.resources import Resources

ICON, DRAWABLE = 0x01010002, 0x01010199
TABLE = "resources.arsc"
LARGEST_TABLE = 128 << 20
RASTER = (".png", ".webp", ".jpg", ".jpeg")
LONGEST_LABEL, MOST_LABELS = 200, 200
MOST_LAYERS = 4


@dataclass(slots=True, kw_only=True)
class Appearance:
    """What a person sees of the app before opening it."""

    labels: dict[str, str] = field(default_factory=dict)
    icon: Icon | None = None
    icon_png: bytes | None = None
    problems: list[Problem] = field(default_factory=list)


def read_appearance(archive: Archive, manifest: bytes) -> Appearance:
    """What could be read; `manifest` may be empty. Defects become its problems."""
    shown = Appearance()
    if not manifest:
        return shown
    try:
        attributes = _application(manifest)
    except Defect as defect:
        shown.problems.append(defect.problem("manifest"))
        return shown
    resources = _open_table(archive, shown)
    shown.labels = _labels(attributes.get(LABEL), resources)
    if ICON in attributes:
        try:
            shown.icon, shown.icon_png = _icon(archive, attributes[ICON], resources)
        except Defect as defect:
            shown.problems.append(defect.problem("icon"))
    return shown


def _application(manifest: bytes) -> dict[int, Attribute]:
    for element in elements(manifest):
        if element.tag == "application":
            return element.attributes
    return {}


def _open_table(archive: Archive, shown: Appearance) -> Resources | None:
    entry = archive.find(TABLE)
    if entry is None:
        return None
    try:
        return Resources(archive.read(entry, LARGEST_TABLE))
    except Defect as defect:
        shown.problems.append(defect.problem("resources"))
        return None


def _labels(attribute: Attribute | None, resources: Resources | None) -> dict[str, str]:
    if attribute is None:
        return {}
    if attribute.kind == STRING:
        return {"": attribute.text[:LONGEST_LABEL]} if attribute.text else {}
    found: dict[str, str] = {}
    if attribute.kind == REFERENCE and resources is not None:
        for value in resources.values(attribute.number):
            if len(found) < MOST_LABELS:
                found.setdefault(value.locale, value.text[:LONGEST_LABEL])
    return dict(sorted(found.items()))


def _icon(archive: Archive, attribute: Attribute, resources: Resources | None) -> tuple[Icon, bytes]:
    """The largest raster picture of the icon; of an adaptive icon without one, that of its foreground."""
    paths = _paths(attribute, resources)
    for _ in range(MOST_LAYERS):
        last: Defect | None = None
        for path in paths:
            entry = archive.find(path)
            if entry is not None and path.lower().endswith(RASTER):
                try:
                    return icons.normalise(archive.read(entry, icons.LARGEST_FILE))
                except Defect as defect:
                    last = defect
        if last:
            raise last
        paths = [inner for path in paths for inner in _layers(archive, path, lambda found: _paths(found, resources))]
    raise Defect("icon_not_raster", "a vector drawing, or the picture is missing")


def _paths(attribute: Attribute, resources: Resources | None) -> list[str]:
    """Files of a drawable, densest first."""
    if attribute.kind == STRING:
        return [attribute.text] if attribute.text else []
    if attribute.kind != REFERENCE or resources is None:
        return []
    values = sorted(resources.values(attribute.number), key=lambda value: value.density % 0xFFFE, reverse=True)
    return list(dict.fromkeys(value.text for value in values))


def _layers(archive: Archive, path: str, paths_of: Callable[[Attribute], list[str]]) -> list[str]:
    """Files that an XML drawable is made of; the foreground of an adaptive icon comes first."""
    entry = archive.find(path)
    if entry is None or not path.lower().endswith(".xml"):
        return []
    found: list[str] = []
    try:
        for element in elements(archive.read(entry, 1 << 20)):
            inner = element.attributes.get(DRAWABLE)
            if inner is not None and inner.kind == REFERENCE and element.tag != "background":
                found += paths_of(inner)
    except Defect:
        return found
    return found
