"""A chart as Kibana 8.8 keeps it inside a dashboard (Lens, by value).

Panels carry their references under '<panel>:<name>' in the dashboard; here they bear their own names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from index.kibana.model import By, Of, Panel

Json = dict[str, Any]
LAYER = "main"
LUCENE = "lucene"
REFERENCE = f"indexpattern-datasource-layer-{LAYER}"
_SHOWN = {"metric": "lnsMetric", "bars": "lnsXY", "over_time": "lnsXY", "table": "lnsDatatable"}


def query(text: str) -> Json:
    """A query as every object holds it."""
    return {"query": text, "language": LUCENE}


def attributes(panel: Panel, view: str, types: Mapping[str, str], say: Callable[[str], str]) -> Json:
    """The chart. `view`: id of its data view; `types`: that view's fields; `say`: a message in the wanted language."""
    columns = {f"by{number}": _by(one, types, say) for number, one in enumerate(panel.by)}
    columns |= {f"of{number}": _of(one, types, say) for number, one in enumerate(panel.of)}
    layer = {"columns": columns, "columnOrder": list(columns), "incompleteColumns": {}}
    return {
        "title": say(panel.title),
        "description": "",
        "type": "lens",
        "visualizationType": _SHOWN[panel.show],
        "references": [{"type": "index-pattern", "id": view, "name": REFERENCE}],
        "state": {
            "visualization": _shown(panel),
            "query": query(panel.where),
            "filters": [],
            "datasourceStates": {"formBased": {"layers": {LAYER: layer}}},
            "internalReferences": [],
            "adHocDataViews": {},
        },
    }


def _by(one: By, types: Mapping[str, str], say: Callable[[str], str]) -> Json:
    column = {"label": say(f"kibana.field.{one.field}"), "customLabel": True, "isBucketed": True,
              "sourceField": one.field}  # fmt: skip
    if types.get(one.field) == "date":
        params: Json = {"interval": "auto", "includeEmptyRows": True, "dropPartials": False}
        return {**column, "dataType": "date", "operationType": "date_histogram", "scale": "interval", "params": params}
    params = {
        "size": one.size,
        "orderBy": {"type": "column", "columnId": "of0"},
        "orderDirection": "desc",
        "otherBucket": False,
        "missingBucket": False,
        "parentFormat": {"id": "terms"},
        "include": [one.like] if one.like else [],
        "exclude": [],
        "includeIsRegex": bool(one.like),
        "excludeIsRegex": False,
    }
    kind = "boolean" if types.get(one.field) == "boolean" else "string"
    return {**column, "dataType": kind, "operationType": "terms", "scale": "ordinal", "params": params}


def _of(one: Of, types: Mapping[str, str], say: Callable[[str], str]) -> Json:
    filtered = {"filter": query(one.where)} if one.where else {}
    date = types.get(one.field) == "date"
    return {
        "label": say(one.title),
        "customLabel": True,
        "isBucketed": False,
        "dataType": "date" if date and one.kind == "max" else "number",
        "operationType": one.kind,
        "scale": "ratio",
        "sourceField": one.field or "___records___",
        "params": {"emptyAsNull": True},
        **filtered,
    }


def _shown(panel: Panel) -> Json:
    layer: Json = {"layerId": LAYER, "layerType": "data"}
    counted = [f"of{number}" for number in range(len(panel.of))]
    split = [f"by{number}" for number in range(len(panel.by))]
    if panel.show == "metric":
        return {**layer, "metricAccessor": counted[0]}
    if panel.show == "table":
        columns = [{"columnId": name, "isTransposed": False} for name in (*split, *counted)]
        return {**layer, "columns": columns, "paging": {"enabled": True, "size": 10}}
    series = "bar_horizontal_stacked" if panel.show == "bars" else "bar_stacked"
    parts = {"splitAccessor": split[1]} if len(split) > 1 else {}
    return {
        "legend": {"isVisible": True, "position": "right"},
        "valueLabels": "hide",
        "preferredSeriesType": series,
        "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
        "layers": [{**layer, "seriesType": series, "xAccessor": split[0], "accessors": counted, **parts}],
    }
