"""What the indices look like: one strict template for each store, made from the declared fields (`index.query.fields`).

Texts stand twice. Under their own names they are raw, analysed by what every Elasticsearch brings along (pairs of Han
characters, and single ones under `.uni`), for people who search in Kibana. Under `tokens.` stand the tokens of our own
tokeniser, separated by blanks: our queries ask these, so that they find the same as in SQLite.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from index.elastic import ecs, similar
from index.protocol import Kind
from index.query.fields import FIELDS, Field

SCHEMA_VERSION = 2
"""Another mapping gets another number (tests/index/elastic/schemas holds each), and `copycatch index migrate` builds
the indices anew."""
Store = Literal[
    "listings", "findings", "samples", "fingerprints", "history", "observations", "pictures", "views", "supplied",
    "runs", "records",
]  # fmt: skip
STORES: tuple[Store, ...] = get_args(Store)
LONGEST_TOKEN = 8000
"""Code points; Lucene takes 32,766 bytes."""

KEYWORD = {"type": "keyword"}
DATE = {"type": "date", "format": "strict_date_time_no_millis||strict_date_optional_time"}
OPAQUE = {"type": "object", "enabled": False}
"""Kept, never looked into."""
NUMBER, WHOLE = {"type": "double"}, {"type": "long"}
RUN_COUNTS = ("pages", "listings", "new", "changed", "samples", "findings", "blocked", "failed")
"""Counts of a run that dashboards show: what is flattened cannot be summed."""
_NOTICE = {
    "properties": {
        "recipient": KEYWORD,
        "basis": KEYWORD,
        "targets": WHOLE,
        "sent_at": DATE,
        "down": WHOLE,
        "hours_down": NUMBER,
        "back": WHOLE,
        "hours_back": NUMBER,
    }
}
"""What a step of a notice tells dashboards (`index.elastic.record_documents`): hours from sending until each target
that this step says is down was, and from then until it was back."""
_BOTH = {
    "type": "text",
    "analyzer": "cjk_plain",
    "fields": {"uni": {"type": "text", "analyzer": "uni"}, "kw": {"type": "keyword", "ignore_above": 256}},
}
_COMMON = {"id": KEYWORD, "first_seen": DATE, "last_seen": DATE, "body": OPAQUE, "content": {**KEYWORD, "index": False}}
_OWN: dict[Store, dict[str, Any]] = {
    "listings": {
        "ties": KEYWORD,
        "finding_ids": {**KEYWORD, "index": False, "doc_values": False},
        "proposed_ids": {**KEYWORD, "index": False, "doc_values": False},
        "changes": {"type": "integer", "index": False},
        "last_capture": {**KEYWORD, "index": False, "doc_values": False},
    },
    "findings": {"proposed": {"type": "boolean"}},
    "samples": similar.FIELDS,
    "fingerprints": {"id": KEYWORD, "at": DATE, "body": OPAQUE},
    "history": {"listing_id": KEYWORD, "seq": {"type": "integer"}, "at": DATE, "run_id": KEYWORD, "field": KEYWORD,
                "body": OPAQUE},
    "observations": {"listing_id": KEYWORD, "seq": {"type": "long"}, "at": DATE, "state": KEYWORD, "run_id": KEYWORD,
                     "detail": {**KEYWORD, "ignore_above": 512}, "body": OPAQUE},
    "pictures": {"id": KEYWORD, "body": OPAQUE},
    "views": {"listing_id": KEYWORD, "at": DATE, "run_id": KEYWORD, "body": OPAQUE},
    "supplied": {"listing_id": KEYWORD, "at": DATE, "by": KEYWORD, "body": OPAQUE},
    "runs": {"id": KEYWORD, "marketplace": KEYWORD, "spider": KEYWORD, "outcome": KEYWORD, "started_at": DATE,
             "finished_at": DATE, "counts": {"type": "flattened"}, "problems": {"type": "flattened"}, "body": OPAQUE,
             "problem": KEYWORD, "minutes": NUMBER, **dict.fromkeys(RUN_COUNTS, WHOLE)},
    "records": {"seq": {"type": "long"}, "kind": KEYWORD, "id": KEYWORD, "version": {"type": "integer"}, "at": DATE,
                "by": KEYWORD, "about": KEYWORD, "sha256": {**KEYWORD, "index": False},
                "chain": {**KEYWORD, "index": False}, "new_id": KEYWORD, "removed": {"type": "boolean"},
                "state": KEYWORD, "reason": KEYWORD, "brand": KEYWORD, "notice": _NOTICE, "life": OPAQUE,
                "body": {**KEYWORD, "index": False, "doc_values": False}, "pending": OPAQUE},
}  # fmt: skip


def index_name(prefix: str, store: Store, number: int) -> str:
    """'copycatch-listings-v1-000002': schema version and how often it was built."""
    return f"{prefix}-{store}-v{SCHEMA_VERSION}-{number:06}"


def alias_name(prefix: str, store: Store) -> str:
    """The name everybody asks by."""
    return f"{prefix}-{store}"


def settings() -> dict[str, Any]:
    """Analysis without plugins."""
    folding = ["cjk_width", "lowercase", "asciifolding"]
    return {
        "refresh_interval": "10s",
        "analysis": {
            "tokenizer": {"blanks": {"type": "whitespace", "max_token_length": LONGEST_TOKEN}},
            "analyzer": {
                "tokens": {"type": "custom", "tokenizer": "blanks"},
                "cjk_plain": {"type": "custom", "tokenizer": "standard", "filter": [*folding, "cjk_bigram"]},
                "uni": {"type": "custom", "tokenizer": "standard", "filter": folding},
            },
        },
    }


def mapping(store: Store, analysis: Literal["", "smartcn", "ik"] = "") -> dict[str, Any]:
    """The strict mapping of one index; `analysis` adds one subfield, and never takes the place of the others."""
    properties: dict[str, Any] = dict(_OWN[store])
    if store in get_args(Kind):
        properties |= _COMMON
        declared = FIELDS[store].values()  # type: ignore[index] # a kind
        properties["tokens"] = {"properties": {f.name: _tokens() for f in declared if f.type == "text"}}
        properties |= {f.name: _field(f, analysis) for f in declared if f.name not in properties}
    named = ecs.with_names(store, properties)
    return {"dynamic": "strict", "_meta": {"schema_version": SCHEMA_VERSION}, "properties": named}


def _tokens() -> dict[str, Any]:
    return {"type": "text", "analyzer": "tokens"}


def _field(field: Field, analysis: str) -> dict[str, Any]:
    if field.type == "text":
        extra = {"smartcn": "smartcn", "ik": "ik_max_word"}.get(analysis)
        more = {analysis: {"type": "text", "analyzer": extra}} if extra else {}
        return {**_BOTH, "fields": {**_BOTH["fields"], **more}}  # type: ignore[dict-item] # a mapping as well
    return {"keyword": KEYWORD, "number": {"type": "double"}, "date": DATE}[field.type]


def components(prefix: str, store: Store, analysis: Literal["", "smartcn", "ik"] = "") -> dict[str, dict[str, Any]]:
    """Component templates of one store by name: how its index is kept, its texts, its fields.

    A component is checked by itself, so the analysis stands in the one whose fields name it.
    """
    whole, ending = mapping(store, analysis), f"v{SCHEMA_VERSION}"
    texts = {name: said for name, said in whole["properties"].items() if name == "tokens" or said.get("type") == "text"}
    fields = {name: said for name, said in whole["properties"].items() if name not in texts}
    kept = settings()
    found: dict[str, dict[str, Any]] = {
        f"{prefix}-settings-{ending}": {"settings": {"refresh_interval": kept["refresh_interval"]}},
        f"{prefix}-{store}-fields-{ending}": {"mappings": {**whole, "properties": fields}},
    }
    if texts:
        analysed = {"settings": {"analysis": kept["analysis"]}, "mappings": {"properties": texts}}
        found[f"{prefix}-{store}-texts-{ending}"] = analysed
    return {name: {"template": said, "_meta": {"schema_version": SCHEMA_VERSION}} for name, said in found.items()}


def template(prefix: str, store: Store, analysis: Literal["", "smartcn", "ik"] = "") -> dict[str, Any]:
    """The index template that gives every index of a store its settings and mapping.

    Those of an earlier version stay for the way back; some took indices of every version for theirs, so that a newer
    one has to go before them.
    """
    return {
        "index_patterns": [f"{alias_name(prefix, store)}-v{SCHEMA_VERSION}-*"],
        "priority": 200 + SCHEMA_VERSION,
        "composed_of": list(components(prefix, store, analysis)),
        "_meta": {"schema_version": SCHEMA_VERSION},
    }
