"""How an app shows itself: every name in every language, and every icon, the launcher's first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from apk_analysis import icons
from apk_analysis.axml import Attribute, Document, Element
from apk_analysis.components import component_elements
from apk_analysis.defects import Defect
from apk_analysis.drawing.drawable import Painter, drawing_order
from apk_analysis.fingerprint import Icon, Problem
from apk_analysis.lookup import Lookup
from apk_analysis.manifest import application_of
from apk_analysis.resources import Value
from apk_analysis.shortcuts import LABELS, read_shortcuts

LONGEST_LABEL, MOST_LABELS, MOST_NAMES, MOST_LABELLED = 200, 200, 500, 300
MOST_ICONS, MOST_TRIED = 40, 80
LAUNCHER_ROLES = frozenset({"application", "round", "activity", "activity-alias"})
MAIN, LAUNCHER = (
    "android.intent.action.MAIN",
    ("android.intent.category.LAUNCHER", "android.intent.category.LEANBACK_LAUNCHER"),
)


@dataclass(slots=True, kw_only=True)
class Appearance:
    """What a person sees of the app before opening it."""

    labels: dict[str, str] = field(default_factory=dict)
    """Of the application, by locale."""
    names: tuple[str, ...] = ()
    """Every name the app shows anywhere, each once, the application's first."""
    icon: Icon | None = None
    icon_png: bytes | None = None
    icons: tuple[Icon, ...] = ()
    """All different ones, the launcher's first."""
    problems: list[Problem] = field(default_factory=list)


def read_appearance(document: Document, lookup: Lookup) -> Appearance:
    """What could be read. Defects become its problems; never raises for bad input."""
    application = application_of(document)
    components = component_elements(application)
    shortcuts = [*read_shortcuts(components, lookup)]
    labels = _labels(application.get("label"), lookup)
    names = dict.fromkeys(labels.values())
    labelled = [element.get("label") for element in components]
    labelled += [shortcut.get(name) for shortcut in shortcuts for name in LABELS]
    for attribute in [item for item in labelled if item is not None][:MOST_LABELLED]:
        names.update(dict.fromkeys(_labels(attribute, lookup).values()))
    shown = Appearance(labels=labels, names=tuple(names)[:MOST_NAMES])
    theme = application.get("theme")
    lookup.theme = theme.number if theme else 0
    gallery = _Gallery(lookup)
    for role, attribute in _asked(application, components, shortcuts, lookup):
        defect = gallery.show(role, lookup.values(attribute))
        if defect and role == "application":
            shown.problems.append(defect.problem("icon"))
    shown.icons = tuple(gallery.icons.values())
    if gallery.first:
        shown.icon, shown.icon_png = gallery.first
    return shown


def _labels(attribute: Attribute | None, lookup: Lookup) -> dict[str, str]:
    """One label per locale: of several, that of a plain device."""
    found: dict[str, str] = {}
    for value in sorted(lookup.values(attribute), key=lambda value: value.rank):
        if value.text and len(found) < MOST_LABELS:
            found.setdefault(value.configuration.locale, value.text[:LONGEST_LABEL])
    return dict(sorted(found.items()))


def _asked(
    application: Element, components: Iterable[Element], shortcuts: Iterable[Element], lookup: Lookup
) -> Iterator[tuple[str, Attribute]]:
    """(role, icon) of everything that may show one, the launcher's first."""
    shown = [item for item in components if item.tag in {"activity", "activity-alias"}]
    shown.sort(key=lambda item: not _is_launcher(item, lookup))
    first = [item for item in shown[:1] if _is_launcher(item, lookup)]
    wanted = [(item, item.tag, "icon") for item in first]
    wanted += [(application, "application", "icon"), (application, "round", "roundIcon")]
    wanted += [(item, item.tag, "icon") for item in shown]
    wanted += [(item, "round", "roundIcon") for item in shown]
    wanted += [(item, "shortcut", "icon") for item in shortcuts]
    wanted += [(item, "banner", "banner") for item in (application, *shown)]
    for element, role, name in wanted:
        attribute = element.get(name)
        if attribute is not None:
            yield role, attribute


def _is_launcher(component: Element, lookup: Lookup) -> bool:
    """Whether a launcher shows it from the start."""
    if lookup.flag(component.get("enabled")) is False:
        return False
    for intent in component.inner("intent-filter"):
        actions = {lookup.text(item.get("name")) for item in intent.inner("action")}
        categories = {lookup.text(item.get("name")) for item in intent.inner("category")}
        if MAIN in actions and categories.intersection(LAUNCHER):
            return True
    return False


class _Gallery:
    """Icons as they are drawn: each file once, each different picture once."""

    def __init__(self, lookup: Lookup) -> None:
        self._painter = Painter(lookup)
        self._tried: dict[tuple[int, str | int], bool] = {}
        self.icons: dict[str, Icon] = {}
        self.first: tuple[Icon, bytes] | None = None

    def show(self, role: str, values: list[Value]) -> Defect | None:
        """Draws every variant; what went wrong when none can be drawn."""
        failed, shown = Defect("icon_missing", "refers to nothing"), False
        for variant in _variants(values):
            for value in variant:
                try:
                    self._draw(role, value)
                except Defect as defect:
                    failed = defect
                else:
                    shown = True
                    break
        return None if shown else failed

    def _draw(self, role: str, value: Value) -> None:
        """Raises Defect when it cannot be drawn, now or before."""
        key = value.kind, value.text or value.number
        if key not in self._tried and len(self._tried) < MOST_TRIED and len(self.icons) < MOST_ICONS:
            self._tried[key] = False
            icon, png = icons.finish(self._painter.picture(value), where=value.text or "", role=role)
            self._tried[key] = True
            self.icons.setdefault(icon.sha256, icon)
            if self.first is None and role in LAUNCHER_ROLES:
                self.first = icon, png
        if not self._tried.get(key):
            raise Defect("icon_unreadable", value.text or "")


def _variants(values: Iterable[Value]) -> Iterable[list[Value]]:
    """By language, day or night, and whether drawn for all densities: each shows another picture, best first."""
    groups: dict[tuple[str, bool, bool], list[Value]] = {}
    for value in sorted(values, key=drawing_order):
        place = value.configuration
        drawn = (value.text or ".xml").lower().endswith(".xml")
        groups.setdefault((place.locale, place.night, drawn), []).append(value)
    return groups.values()
