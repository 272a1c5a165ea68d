"""The fields that can be searched and sorted, per kind. The one place that both engines and the documentation read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from rapidfuzz import process

from index.messages import t
from index.protocol import Kind, QueryError

Type = Literal["text", "keyword", "number", "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One searchable field."""

    name: str
    type: Type
    many: bool = False
    """Holds several values; such a field cannot be sorted by."""

    @property
    def sortable(self) -> bool:  # noqa: D102 - its name says it
        return self.type != "text" and not self.many


def _fields(text: str, keyword: str, number: str = "", date: str = "") -> dict[str, Field]:
    """Names by type, separated by blanks; '[]' marks those with several values."""
    declared: dict[str, Field] = {}
    kinds: tuple[tuple[Type, str], ...] = (("text", text), ("keyword", keyword), ("number", number), ("date", date))
    for kind, names in kinds:
        for word in names.split():
            name = word.removesuffix("[]")
            declared[name] = Field(name=name, type=kind, many=word.endswith("[]"))
    return declared


FIELDS: dict[Kind, dict[str, Field]] = {
    "listings": _fields(
        "title description seller bio options reviews questions notes image_text qr_text package",
        "id marketplace native_id url source_kind price package_name version lang platform_style"
        " sample sample_sha256 declared_signers[] verdict brand violation[] detector[]",
        "version_code sample_size priority rating downloads views replies sales",
        "published_at first_seen last_seen",
    ),
    "findings": _fields(
        "title text seller package quote reason",
        "id listing_id marketplace url group verdict brand violation[] detector[] unseen[] sample_sha256 signer_sha256",
        "probability priority",
        "first_seen last_seen",
    ),
    "samples": _fields(
        "label package_words",
        "id sha1 md5 container package version_name signature signer[] permission[] trait[] trait_value[] problem[]"
        " icon_sha256 icon_dhash",
        "size version_code min_sdk target_sdk analyser_version",
        "first_seen last_seen",
    ),
}
"""Kind -> name -> field. A query without field names looks into all text fields."""

MOST_FACETS = 10_000
"""Values that are counted at once."""

TITLE: dict[Kind, str] = {"listings": "title", "findings": "title", "samples": "label"}
"""The text field whose hits come first when sorting by relevance."""


@cache
def text_fields(kind: Kind) -> tuple[str, ...]:
    """Names of the text fields, in declared order."""
    return tuple(field.name for field in FIELDS[kind].values() if field.type == "text")


def field_named(name: str, kind: Kind) -> Field:
    """The declared field. Raises QueryError with the nearest known names."""
    known = FIELDS[kind]
    if name in known:
        return known[name]
    near = [match for match, _, _ in process.extract(name, list(known), limit=3, score_cutoff=55)]
    names = ", ".join(near or sorted(known))
    hint = t("query.did_you_mean" if near else "query.known", names=names)
    raise QueryError(t("query.unknown_field", given=repr(name[:60]), kind=t(f"query.kind_{kind}"), hint=hint))


def sort_field(sort: str, kind: Kind) -> tuple[Field, bool]:
    """The field to sort by and whether descending, from 'name' or '-name'. Raises QueryError."""
    field = field_named(sort.removeprefix("-"), kind)
    if not field.sortable:
        raise QueryError(t("query.unsortable", kind=t(f"query.kind_{kind}"), field=field.name))
    return field, sort.startswith("-")


def facet_field(name: str, kind: Kind) -> Field:
    """The field whose values can be counted. Raises QueryError."""
    field = field_named(name, kind)
    if field.type != "keyword":
        known = ", ".join(sorted(one.name for one in FIELDS[kind].values() if one.type == "keyword"))
        raise QueryError(t("query.no_facet", kind=t(f"query.kind_{kind}"), field=name, names=known))
    return field


def check_facets(limit: int) -> None:
    """Raises QueryError for a number of values that no engine gives."""
    if not 0 < limit <= MOST_FACETS:
        raise QueryError(t("query.bad_facets", most=MOST_FACETS))
