"""What can be checked of saved objects without a Kibana: everything they name is there, fits, and has its place.

Reads what was built, as Kibana would, not the files it was built from.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, get_args

from index.elastic.mappings import Store, mapping
from index.kibana.building import CORE, HIDDEN, TYPES
from index.kibana.lens import LUCENE, Json

COLUMNS = 48
HAN = re.compile(r"[\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
COUNTED = "___records___"
FITTING: dict[str, frozenset[str]] = {
    "terms": frozenset({"keyword", "boolean", "ip", "long", "integer", "double"}),
    "unique_count": frozenset({"keyword", "boolean", "ip", "date", "long", "integer", "double"}),
    "date_histogram": frozenset({"date"}),
    "median": frozenset({"long", "integer", "double"}),
    "average": frozenset({"long", "integer", "double"}),
    "sum": frozenset({"long", "integer", "double"}),
    "max": frozenset({"long", "integer", "double", "date"}),
}
"""Operation -> types of fields it can be done on. A text cannot be counted, nor what is flattened or kept unread."""
SORTABLE = FITTING["unique_count"]


def mistakes(ndjson: bytes, prefix: str) -> list[str]:
    """What is wrong, each with the object and place; empty when all is well."""
    found: list[str] = []
    parsed: list[Json] = []
    for number, line in enumerate(ndjson.splitlines(), start=1):
        try:
            parsed.append(unfolded(json.loads(line)))
        except ValueError as error:
            found.append(f"line {number}: {error}")
    by_id = {(one["type"], one["id"]): one for one in parsed}
    found += [f"{kind} {name}: twice" for (kind, name), n in _ids(parsed).items() if n > 1]
    for one in parsed:
        known = _views(one, by_id, prefix)
        where = f"{one['type']} {one['id']}"
        found += [f"{where}: {said}" for said in (*_frame(one, by_id), *_BY_TYPE[one["type"]](one, known))]
    return found


def unfolded(value: Any, name: str = "") -> Any:
    """The object with the JSON in its strings read. Raises ValueError for one that is none."""
    if isinstance(value, dict):
        return {key: unfolded(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [unfolded(item) for item in value]
    inside = name.endswith("JSON") or name in {"fieldAttrs", "fieldFormatMap", "sourceFilters", "runtimeFieldMap"}
    return unfolded(json.loads(value)) if inside and isinstance(value, str) else value


def _ids(parsed: Sequence[Json]) -> Counter[tuple[str, str]]:
    return Counter((one["type"], one["id"]) for one in parsed)


def _frame(one: Json, by_id: Mapping[tuple[str, str], Json]) -> Iterator[str]:
    """Versions, title and references."""
    if (core := one["coreMigrationVersion"]) != CORE or one["typeMigrationVersion"] != TYPES.get(one["type"]):
        yield f"migration versions {core}, {one['typeMigrationVersion']}"
    if not re.fullmatch(r"[a-z0-9_-]+", one["id"]):
        yield "id with characters that addresses do not take"
    if not one["attributes"].get("title", "").strip():
        yield "no title"
    names = [reference["name"] for reference in one["references"]]
    if len(set(names)) < len(names):
        yield "two references of one name"
    for reference in one["references"]:
        if (reference["type"], reference["id"]) not in by_id:
            yield f"{reference['name']} refers to {reference['type']} {reference['id']}, which is not there"


Known = Callable[[str], dict[str, Json]]
"""Name of a reference -> fields of the data view it leads to."""


def _views(one: Json, by_id: Mapping[tuple[str, str], Json], prefix: str) -> Known:
    leads = {reference["name"]: (reference["type"], reference["id"]) for reference in one["references"]}

    def known(name: str) -> dict[str, Json]:
        view = by_id.get(leads.get(name, ("", "")))
        return fields_of(view["attributes"]["title"], prefix) if view and view["type"] == "index-pattern" else {}

    return known


def fields_of(alias: str, prefix: str) -> dict[str, Json]:
    """Field -> its mapping, of the index behind an alias of ours; empty for another's."""
    stores = {f"{prefix}-{store}": store for store in get_args(Store)}
    return dict(_flat(mapping(stores[alias])["properties"])) if alias in stores else {}


def _flat(properties: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Json]]:
    for name, said in properties.items():
        if "type" in said:
            yield before + name, said
        for part in ("properties", "fields"):
            yield from _flat(said.get(part, {}), f"{before}{name}.")


def _fits(fields: Mapping[str, Json], name: str, fitting: frozenset[str]) -> Iterator[str]:
    said = fields.get(name)
    if said is None:
        yield f"no field {name}"
    elif said["type"] not in fitting:
        yield f"field {name} is of type {said['type']}"
    elif said.get("doc_values") is False:
        yield f"field {name} is not kept in columns"


def _query(asked: Json, fields: Mapping[str, Json]) -> Iterator[str]:
    """Lucene syntax, Chinese quoted, and fields that can be searched."""
    from luqum.parser import parser  # noqa: PLC0415 - slow to load
    from luqum.tree import SearchField  # noqa: PLC0415 - slow to load, and not always needed
    from luqum.visitor import TreeVisitor  # noqa: PLC0415 - slow to load, and not always needed

    class Named(TreeVisitor):  # type: ignore[misc] # a library without types
        def visit_search_field(self, node: SearchField, context: object) -> Iterator[str]:
            yield node.name
            yield from self.generic_visit(node, context)

    if asked["language"] != LUCENE:
        yield f"query in {asked['language']}"
    if not asked["query"]:
        return
    if HAN.search(QUOTED.sub("", asked["query"])):
        yield f"Chinese without quotation marks in {asked['query']}"
    try:
        named = Named().visit(parser.parse(asked["query"]))
    except ValueError as error:
        yield f"{asked['query']}: {error}"
        return
    if not named:
        yield f"no field named in {asked['query']}"
    for name in named:
        said = fields.get(name)
        if said is None or said.get("index") is False or said.get("enabled") is False:
            yield f"no field {name} to search, in {asked['query']}"


def _view(one: Json, _known: Known) -> Iterator[str]:
    said = one["attributes"]
    prefix = said["title"].rpartition("-")[0]
    fields = fields_of(said["title"], prefix)
    if not fields:
        yield f"no index {said['title']}"
        return
    yield from _fits(fields, said["timeFieldName"], FITTING["date_histogram"])
    for name in (*said["fieldAttrs"], *said["fieldFormatMap"]):
        if name not in fields:
            yield f"label or format for {name}, which is no field"


def _search(one: Json, known: Known) -> Iterator[str]:
    said = one["attributes"]
    source = said["kibanaSavedObjectMeta"]["searchSourceJSON"]
    fields = known(source["indexRefName"])
    yield from _query(source["query"], fields)
    for name in said["columns"]:
        if name not in fields or name in HIDDEN:
            yield f"no field {name} for a column"
    for name, _ in said["sort"]:
        yield from _fits(fields, name, SORTABLE)


def _dashboard(one: Json, known: Known) -> Iterator[str]:
    said = one["attributes"]
    yield from _query(said["kibanaSavedObjectMeta"]["searchSourceJSON"]["query"], {})
    yield from _places(said["panelsJSON"])
    names = {reference["name"] for reference in one["references"]}
    used: set[str] = set()
    for key, control in said["controlGroupInput"]["panelsJSON"].items():
        name = f"controlGroup_{key}:optionsListDataView"
        used.add(name)
        yield from _fits(known(name), control["explicitInput"]["fieldName"], FITTING["terms"])
    for panel in said["panelsJSON"]:
        at = panel["panelIndex"]
        if panel["type"] == "search":
            used.add(f"{at}:{panel['panelRefName']}")
        elif panel["type"] == "lens":
            used |= {f"{at}:{each['name']}" for each in panel["embeddableConfig"]["attributes"]["references"]}
            yield from (f"panel {at}: {wrong}" for wrong in _chart(panel, known))
    if not any(panel["type"] == "visualization" for panel in said["panelsJSON"]):
        yield "no note"
    yield from (f"{name} is used and refers to nothing" for name in sorted(used - names))
    yield from (f"{name} is used nowhere" for name in sorted(names - used))


def _chart(panel: Json, known: Known) -> Iterator[str]:
    state = panel["embeddableConfig"]["attributes"]["state"]
    shown = state["visualization"]
    for layer_id, layer in state["datasourceStates"]["formBased"]["layers"].items():
        fields = known(f"{panel['panelIndex']}:indexpattern-datasource-layer-{layer_id}")
        yield from _query(state["query"], fields)
        if set(layer["columnOrder"]) != set(layer["columns"]):
            yield "the order of columns is not theirs"
        for column in layer["columns"].values():
            if not column["label"].strip():
                yield "a column without label"
            if column["operationType"] != "count":
                yield from _fits(fields, column["sourceField"], FITTING[column["operationType"]])
            elif column["sourceField"] != COUNTED:
                yield f"a count of {column['sourceField']}"
            if "filter" in column:
                yield from _query(column["filter"], fields)
            order = column.get("params", {}).get("orderBy", {}).get("columnId")
            if order is not None and layer["columns"].get(order, {"isBucketed": True})["isBucketed"]:
                yield f"ordered by {order}, which counts nothing"
        wanted = set(_named(shown))
        yield from (f"{name} is shown and no column" for name in sorted(wanted - set(layer["columns"])))
        yield from (f"{name} is not shown" for name in sorted(set(layer["columns"]) - wanted))


def _named(shown: Any, name: str = "") -> Iterator[str]:
    """Columns that a chart names."""
    if isinstance(shown, dict):
        for key, value in shown.items():
            yield from _named(value, key)
    elif isinstance(shown, list):
        for value in shown:
            yield from _named(value, name)
    elif name in {"metricAccessor", "xAccessor", "splitAccessor", "accessors", "columnId"}:
        yield shown


def _places(panels: Sequence[Json]) -> Iterator[str]:
    """Each panel within the grid, none upon another."""
    if len({panel["panelIndex"] for panel in panels}) < len(panels):
        yield "two panels of one id"
    for panel in panels:
        at = panel["gridData"]
        if at["i"] != panel["panelIndex"] or min(at["w"], at["h"]) < 1 or min(at["x"], at["y"]) < 0:
            yield f"panel {panel['panelIndex']}: no place"
        if at["x"] + at["w"] > COLUMNS:
            yield f"panel {panel['panelIndex']}: beyond column {COLUMNS}"
    for one, other in combinations(panels, 2):
        a, b = one["gridData"], other["gridData"]
        beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        if not (beside or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]):
            yield f"panels {one['panelIndex']} and {other['panelIndex']} overlap"


_BY_TYPE: dict[str, Callable[[Json, Known], Iterator[str]]] = {
    "index-pattern": _view,
    "search": _search,
    "dashboard": _dashboard,
}
