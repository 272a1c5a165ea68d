"""The meaning of a query as Elasticsearch's own query: the same hits as in SQLite, and no scripts."""

from __future__ import annotations

from typing import Any

from index.protocol import Kind
from index.query.fields import FIELDS, TITLE
from index.query.tree import And, Equals, Everything, Exists, Node, Not, Or, Pattern, Range, Text, Wild

Query = dict[str, Any]
MOST_WORDS = 100_000
"""Words that one beginning may stand for."""
ALL: Query = {"match_all": {}}


def compile_query(node: Node, kind: Kind) -> Query:
    """As a filter: nothing is scored but texts."""
    if isinstance(node, Everything):
        return ALL
    if isinstance(node, And):
        return {"bool": {"must": [compile_query(child, kind) for child in node.children]}}
    if isinstance(node, Or):
        return {"bool": {"should": [compile_query(child, kind) for child in node.children]}}
    if isinstance(node, Not):
        return {"bool": {"must_not": [compile_query(node.child, kind)]}}
    if isinstance(node, Text):
        return _any([_phrase(name, node) for name in node.fields])
    return {"bool": {"filter": [_field(node, kind)]}}


def titles(node: Node, kind: Kind) -> Query | None:
    """The same with every phrase in the title; None where a phrase must not stand there, or where there is none."""
    title = TITLE[kind]
    if isinstance(node, And | Or):
        parts = [part for child in node.children if (part := titles(child, kind)) is not None]
        wanted = [child for child in node.children if _has_text(child)]
        if not parts or len(parts) != len(wanted):
            return None
        return {"bool": {"must" if isinstance(node, And) else "should": parts}}
    return _phrase(title, node) if isinstance(node, Text) and title in node.fields else None


def _has_text(node: Node) -> bool:
    if isinstance(node, And | Or):
        return any(map(_has_text, node.children))
    return isinstance(node, Text)


def _any(parts: list[Query]) -> Query:
    return parts[0] if len(parts) == 1 else {"bool": {"should": parts}}


def _phrase(name: str, node: Text) -> Query:
    words, field = " ".join(node.tokens), f"tokens.{name}"
    if not node.prefix:
        return {"match_phrase": {field: words}}
    if len(node.tokens) == 1:
        return {"prefix": {field: words}}
    return {"match_phrase_prefix": {field: {"query": words, "max_expansions": MOST_WORDS}}}


def _field(node: Equals | Pattern | Range | Exists, kind: Kind) -> Query:
    name = f"tokens.{node.field}" if FIELDS[kind][node.field].type == "text" else node.field
    if isinstance(node, Exists):
        return {"exists": {"field": name}}
    if isinstance(node, Equals):
        return {"term": {name: node.value}}
    if isinstance(node, Pattern):
        return {"wildcard": {name: {"value": _wildcard(node)}}}
    bounds: dict[str, Any] = {}
    if node.low is not None:
        bounds["gte" if node.include_low else "gt"] = node.low
    if node.high is not None:
        bounds["lte" if node.include_high else "lt"] = node.high
    return {"range": {name: bounds}} if bounds else {"exists": {"field": name}}


def _wildcard(node: Pattern) -> str:
    quoted = str.maketrans({char: f"\\{char}" for char in "*?\\"})
    return "".join(part.value if isinstance(part, Wild) else part.translate(quoted) for part in node.parts)
