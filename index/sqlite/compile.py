"""The tree of a query as SQL over one kind's tables. User text only ever becomes a parameter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from index.protocol import Kind
from index.query.fields import FIELDS, TITLE, text_fields
from index.query.tree import And, Equals, Everything, Exists, Node, Not, Or, Pattern, Range, Text, Wild

Parameter: TypeAlias = str | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A query ready to run. The main table is `d`; both conditions hold for a hit."""

    kind: Kind
    match: str | None
    """Full-text expression over `<kind>_text`; None where no text has to be found."""
    titles: str | None
    """Expression over `<kind>_title` whose hits are among those of `match` and stand first in relevance."""
    where: str = "1"
    parameters: list[Parameter] = field(default_factory=list)


def compile_query(node: Node, kind: Kind) -> Compiled:
    """The query as full-text part, which drives the search, and remaining condition."""
    parts = node.children if isinstance(node, And) else (node,)
    text = And(children=tuple(part for part in parts if _is_text(part)))
    writer = _Where(kind)
    where = " AND ".join(writer.condition(part) for part in parts if not _is_text(part)) or "1"
    if not text.children:
        return Compiled(kind=kind, match=None, titles=None, where=where, parameters=writer.parameters)
    return Compiled(
        kind=kind,
        match=_match(text, kind),
        titles=_titles(text, TITLE[kind]),
        where=where,
        parameters=writer.parameters,
    )


def column(name: str, kind: Kind) -> str:
    """The SQL expression of a declared field that is no text."""
    return f'd."{FIELDS[kind][name].name}"'


def _is_text(node: Node) -> bool:
    """Phrases joined by AND and OR. Negations are conditions: FTS5 has no words for a query that begins with one."""
    return isinstance(node, Text) or (isinstance(node, And | Or) and all(map(_is_text, node.children)))


def _match(node: Node, kind: Kind) -> str:
    """FTS5's expression of such a tree."""
    if isinstance(node, And | Or):
        word = " AND " if isinstance(node, And) else " OR "
        return f"({word.join(_match(child, kind) for child in node.children)})"
    assert isinstance(node, Text)  # noqa: S101 - for the type checker; _is_text said so
    return _phrase(node, whole=node.fields == text_fields(kind))


def _phrase(node: Text, *, whole: bool) -> str:
    # Tokens hold no quotes: only letters, digits, marks and the boundary.
    words = f'"{" ".join(node.tokens)}"' + (" *" if node.prefix else "")
    return words if whole else f"{{{' '.join(node.fields)}}} : {words}"


def _titles(node: Node, title: str) -> str | None:
    """The expression with every phrase in the title; None where a phrase must not stand there."""
    if isinstance(node, And | Or):
        parts = [_titles(child, title) for child in node.children]
        word = " AND " if isinstance(node, And) else " OR "
        return None if None in parts else f"({word.join(map(str, parts))})"
    return _phrase(node, whole=True) if isinstance(node, Text) and title in node.fields else None


class _Where:
    def __init__(self, kind: Kind) -> None:
        self.kind: Kind = kind
        self.parameters: list[Parameter] = []

    def condition(self, node: Node) -> str:
        """An SQL condition; the parameters it needs are added in order."""
        if isinstance(node, Everything):
            return "1"
        if isinstance(node, And | Or):
            word = " AND " if isinstance(node, And) else " OR "
            return f"({word.join(self.condition(child) for child in node.children)})"
        if isinstance(node, Not):  # unknown is not true, so its negation holds
            return f"NOT ifnull({self.condition(node.child)}, 0)"
        if isinstance(node, Text):
            text = f"{self.kind}_text"
            self.parameters.append(_phrase(node, whole=node.fields == text_fields(self.kind)))
            return f"d.place IN (SELECT rowid FROM {text} WHERE {text} MATCH ?)"  # noqa: S608
        return self._field(node)

    def _field(self, node: Equals | Pattern | Range | Exists) -> str:
        declared = FIELDS[self.kind][node.field]
        if isinstance(node, Exists) and declared.type == "text":
            return f"instr(d.texts, ' {declared.name} ') > 0"
        name = column(declared.name, self.kind)
        if isinstance(node, Exists):
            return f"{name} IS NOT NULL"
        if isinstance(node, Range):
            return self._range(node, name)
        self.parameters.append(node.value if isinstance(node, Equals) else _glob(node))
        test = "= ?" if isinstance(node, Equals) else "GLOB ?"
        if declared.many:
            return f"EXISTS (SELECT 1 FROM json_each({name}) WHERE value {test})"  # noqa: S608 - a declared name
        return f"{name} {test}"

    def _range(self, node: Range, name: str) -> str:
        tests = [f"{name} IS NOT NULL"]
        if node.low is not None:
            tests.append(f"{name} {'>=' if node.include_low else '>'} ?")
            self.parameters.append(node.low)
        if node.high is not None:
            tests.append(f"{name} {'<=' if node.include_high else '<'} ?")
            self.parameters.append(node.high)
        return f"({' AND '.join(tests)})"


def _glob(node: Pattern) -> str:
    """GLOB's form of the pattern: its own special characters stand in brackets."""
    quoted = str.maketrans({char: f"[{char}]" for char in "*?["})
    return "".join(part.value if isinstance(part, Wild) else part.translate(quoted) for part in node.parts)
