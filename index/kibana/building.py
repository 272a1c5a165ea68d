"""From the files to saved objects, in one language, as one NDJSON that Kibana imports.

Written for the oldest Kibana we support, 8.8: objects come into the same version, newer minors and the next major, and
never into an older one. Ids follow from prefix, name and language, so that a second import takes the first one's place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

from index.elastic.mappings import alias_name, mapping
from index.kibana.lens import REFERENCE, Json, attributes, query
from index.kibana.model import Control, Dashboard, Objects, Panel, Search, View, objects
from index.messages import ids, text

Language = Literal["zh", "en"]
CORE = "8.8.0"
TYPES = {"index-pattern": "7.11.0", "search": "7.9.3", "dashboard": "8.7.0"}
"""Migration version of each type in Kibana 8.8."""
HIDDEN = ("body", "tokens.*", "content", "pending", "life")
"""Kept for copycatch itself; Discover does not show them."""
PERCENT, HOURS = ("probability",), ("notice.hours_down", "notice.hours_back", "minutes")
SEARCH_SOURCE = "kibanaSavedObjectMeta.searchSourceJSON.index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the objects are built for."""

    prefix: str
    """Before the names of our indices."""
    lang: Language
    each: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """'brands', 'marketplaces' -> value -> its name for people: what saved searches are made for."""

    def say(self, message: str) -> str:
        """A message in the wanted language; '' for none."""
        return text(message, self.lang) if message else ""

    def id(self, kind: str, name: str) -> str:
        """'copycatch-dashboard-findings-zh'."""
        return f"{self.prefix}-{kind}-{name}-{self.lang}"


def ndjson(choice: Choice) -> bytes:
    """One line for each object."""
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in build(choice))


def build(choice: Choice, given: Objects | None = None) -> list[Json]:
    """All objects: those that are referred to come before those that refer to them."""
    given = given or objects()
    found = [_view(name, one, choice) for name, one in given.views.items()]
    for name, search in given.searches.items():
        found += _searches(name, search, choice)
    return found + [_dashboard(name, one, choice, given) for name, one in given.dashboards.items()]


def types_of(view: View) -> dict[str, str]:
    """Field -> its type in the mapping of the view's index; subfields and nested names with dots."""
    return dict(_types(mapping(view.store)["properties"]))


def _types(properties: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, said in properties.items():
        yield before + name, said.get("type", "object")
        for part in ("properties", "fields"):
            yield from _types(said.get(part, {}), f"{before}{name}.")


def _object(kind: str, name: str, said: Json, references: Sequence[Json] = ()) -> Json:
    return {
        "type": kind,
        "id": name,
        "attributes": said,
        "references": list(references),
        "coreMigrationVersion": CORE,
        "typeMigrationVersion": TYPES[kind],
        "managed": False,
    }


def _inside(value: object) -> str:
    """JSON within a string, as Kibana keeps it."""
    return json.dumps(value, ensure_ascii=False)


def _view(name: str, view: View, choice: Choice) -> Json:
    named = set(ids("kibana"))
    types = types_of(view)
    labels = {
        one: {"customLabel": choice.say(f"kibana.field.{one}")} for one in types if f"kibana.field.{one}" in named
    }
    formats: Json = {one: {"id": "percent", "params": {"pattern": "0%"}} for one in PERCENT if one in types}
    formats |= {one: {"id": "number", "params": {"pattern": "0,0.0"}} for one in HOURS if one in types}
    # No format for addresses: what Kibana would make a link of leads to hostile pages.
    said = {
        "title": alias_name(choice.prefix, view.store),
        "name": choice.say(view.title),
        "timeFieldName": view.time,
        "sourceFilters": _inside([{"value": one} for one in HIDDEN]),
        "fieldAttrs": _inside(labels),
        "fieldFormatMap": _inside(formats),
        "fields": "[]",
        "runtimeFieldMap": "{}",
        "typeMeta": "{}",
    }
    return _object("index-pattern", choice.id("view", name), said)


def _searches(name: str, search: Search, choice: Choice) -> Iterator[Json]:
    if not search.each:
        yield _search(name, search, choice, choice.say(search.title), search.query)
        return
    for value, shown in choice.each.get(search.each, {}).items():
        # A digest, not the value itself: a marketplace's name has characters that addresses of Kibana do not take.
        made = f"{name}-{sha256(value.encode()).hexdigest()[:12]}"
        title = choice.say(search.title).format(name=shown)
        yield _search(made, search, choice, title, search.query.format(value=_inside(value)))


def _search(name: str, search: Search, choice: Choice, title: str, asked: str) -> Json:
    source = {"query": query(asked), "filter": [], "highlightAll": True, "version": True, "indexRefName": SEARCH_SOURCE}
    said = {
        "title": title,
        "description": choice.say(search.about),
        "columns": list(search.columns),
        "sort": [list(one) for one in search.sort],
        "hits": 0,
        "version": 1,
        "kibanaSavedObjectMeta": {"searchSourceJSON": _inside(source)},
    }
    reference = {"type": "index-pattern", "id": choice.id("view", search.view), "name": SEARCH_SOURCE}
    return _object("search", choice.id("search", name), said, [reference])


def _dashboard(name: str, dashboard: Dashboard, choice: Choice, given: Objects) -> Json:
    panels, references = [], []
    for panel_id, panel in dashboard.panels.items():
        made, needed = _panel(panel_id, panel, choice, given)
        panels.append(made)
        references += [{**one, "name": f"{panel_id}:{one['name']}"} for one in needed]
    controls = {f"c{number}": one for number, one in enumerate(dashboard.controls)}
    references += [
        {"type": "index-pattern", "id": choice.id("view", one.view), "name": f"controlGroup_{key}:optionsListDataView"}
        for key, one in controls.items()
    ]
    said = {
        "title": choice.say(dashboard.title),
        "description": choice.say(dashboard.about),
        "panelsJSON": _inside(panels),
        "optionsJSON": _inside({"useMargins": True, "syncColors": True, "syncCursor": True, "syncTooltips": False,
                                "hidePanelTitles": False}),
        "controlGroupInput": {
            "controlStyle": "oneLine",
            "chainingSystem": "HIERARCHICAL",
            "panelsJSON": _inside({key: _control(key, number, controls[key], choice) for number, key in
                                   enumerate(controls)}),
            "ignoreParentSettingsJSON": _inside({"ignoreFilters": False, "ignoreQuery": False,
                                                 "ignoreTimerange": False, "ignoreValidations": False}),
        },
        "timeRestore": True,
        "timeFrom": dashboard.since,
        "timeTo": "now",
        "refreshInterval": {"pause": True, "value": 60000},
        "version": 1,
        "kibanaSavedObjectMeta": {"searchSourceJSON": _inside({"query": query(""), "filter": []})},
    }  # fmt: skip
    return _object("dashboard", choice.id("dashboard", name), said, references)


def _control(key: str, order: int, control: Control, choice: Choice) -> Json:
    shown = {"title": choice.say(f"kibana.field.{control.field}"), "fieldName": control.field}
    said = {"id": key, **shown, "enhancements": {}}
    return {"order": order, "width": "medium", "grow": True, "type": "optionsListControl", "explicitInput": said}


def _panel(name: str, panel: Panel, choice: Choice, given: Objects) -> tuple[Json, list[Json]]:
    """The panel, and what it refers to."""
    x, y, w, h = panel.at
    base: Json = {"version": CORE, "panelIndex": name, "gridData": {"x": x, "y": y, "w": w, "h": h, "i": name}}
    if panel.title:
        base["title"] = choice.say(panel.title)
    if panel.note:
        shown = {"fontSize": 12, "openLinksInNewTab": False, "markdown": choice.say(panel.note)}
        data = {"aggs": [], "searchSource": {"query": query(""), "filter": []}}
        note = {"id": "", "title": "", "description": "", "type": "markdown", "params": shown, "uiState": {},
                "data": data}  # fmt: skip
        said = {"savedVis": note, "hidePanelTitles": True, "enhancements": {}}
        return {**base, "type": "visualization", "embeddableConfig": said}, []
    if panel.search:
        reference = {"type": "search", "id": choice.id("search", panel.search), "name": f"panel_{name}"}
        return {**base, "type": "search", "panelRefName": f"panel_{name}", "embeddableConfig": {"enhancements": {}}}, [
            reference
        ]
    view = given.views[panel.view]
    chart = attributes(panel, choice.id("view", panel.view), types_of(view), choice.say)
    said = {"attributes": chart, "hidePanelTitles": False, "enhancements": {}}
    reference = {"type": "index-pattern", "id": choice.id("view", panel.view), "name": REFERENCE}
    return {**base, "type": "lens", "embeddableConfig": said}, [reference]
