"""Kibana's objects as their files say them: `views/`, `searches/` and `dashboards/`, one file each, read strictly.

Titles are ids of messages (index/catalogue/kibana.yml). Queries are Lucene syntax, as everywhere in copycatch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from index.elastic.mappings import Store
from index.reading import ReadError, read, yaml_of

FOLDER = Path(__file__).parent
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A data view: one of our indices."""

    title: str
    store: Store
    time: str
    """Date field that the time picker goes by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A saved search."""

    title: str
    """With `each`, '{name}' in it becomes what it is made for."""
    about: str
    view: str
    columns: tuple[str, ...]
    sort: tuple[tuple[str, Literal["asc", "desc"]], ...]
    query: str = ""
    """With `each`, '{value}' in it becomes a quoted value."""
    each: Literal["", "brands", "marketplaces"] = ""
    """Made once for each of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """What a chart is split by."""

    field: str
    size: int = 10
    """Largest groups that are shown; a date has none."""
    like: str = ""
    """Regular expression that the shown values match, whole: of fields with several values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Of:
    """What a chart counts."""

    kind: Literal["count", "unique_count", "median", "average", "sum", "max"] = "count"
    field: str = ""
    """All but 'count' want one."""
    title: str = "kibana.of.count"
    where: str = ""
    """Only documents that this query hits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel: a note, a saved search, or a chart of a view."""

    at: tuple[int, int, int, int]
    """Column, row, width and height, in a grid of 48 columns."""
    title: str = ""
    note: str = ""
    """Message with Markdown."""
    search: str = ""
    view: str = ""
    show: Literal["", "metric", "bars", "over_time", "table"] = ""
    by: tuple[By, ...] = ()
    of: tuple[Of, ...] = (Of(),)
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A list of values above a dashboard, to choose from."""

    view: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """One dashboard."""

    title: str
    about: str
    since: str = "now-90d"
    """Start of the time range it opens with."""
    controls: tuple[Control, ...] = ()
    panels: dict[str, Panel] = field(default_factory=dict)
    """Id, unique in the dashboard -> panel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """All of them, by name of the file."""

    views: dict[str, View]
    searches: dict[str, Search]
    dashboards: dict[str, Dashboard]


@cache
def objects(folder: Path = FOLDER) -> Objects:
    """What stands in the files. Raises ReadError naming file and field."""
    return Objects(
        views=_all(View, folder / "views"),
        searches=_all(Search, folder / "searches"),
        dashboards=_all(Dashboard, folder / "dashboards"),
    )


def _all(kind: type[T], folder: Path) -> dict[str, T]:
    return {path.stem: read(kind, _raw(path), f"{folder.name}/{path.name}") for path in sorted(folder.glob("*.yml"))}


def _raw(path: Path) -> Any:
    import yaml  # noqa: PLC0415 - for its errors

    try:
        return yaml_of(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ReadError(f"{path.name}: {error}") from error
