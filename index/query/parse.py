"""Query text -> tree. Lucene syntax by luqum; bounded in length, depth and parts; what no engine can do is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count

from luqum import tree as lucene
from luqum.exceptions import ParseError
from luqum.thread import parse as luqum_parse

from index.messages import t
from index.protocol import Kind, QueryError
from index.query.fields import FIELDS
from index.query.terms import between, literal, parts, term
from index.query.tree import And, Everything, Node, Not, Or, Wild

MAX_LENGTH = 2000
MAX_DEPTH = 16
MAX_CLAUSES = 100

_REFUSED = {
    lucene.Fuzzy: "query.fuzzy",
    lucene.Proximity: "query.proximity",
    lucene.Boost: "query.boost",
    lucene.Regex: "query.regex",
}
_FORCE = re.compile(r"[~^][0-9.]+")
_CHINESE_KEYS = str.maketrans("“”（）", '""()')
"""What a Chinese keyboard puts in place of the syntax."""


def parse(query: str, kind: Kind, now: datetime | None = None) -> Node:
    """What the query asks of objects of this kind; an empty one asks for everything. Raises QueryError."""
    if len(query) > MAX_LENGTH:
        raise QueryError(t("query.too_long", length=len(query), most=MAX_LENGTH))
    moment = (now or datetime.now(UTC)).replace(microsecond=0) if "now" in query else None
    return _parse(query, kind, moment)


@lru_cache(maxsize=1024)
def _parse(query: str, kind: Kind, now: datetime | None) -> Node:
    text = _plain_syntax(query, kind)
    if not text.strip():
        return Everything()
    try:
        parsed = luqum_parse(text)
    except ParseError as error:
        raise QueryError(t("query.unreadable", detail=error)) from error
    except (ArithmeticError, ValueError) as error:  # what stands behind ^ or ~ is no number: luqum reads `a^1.2.3`
        raise QueryError(t("query.unreadable", detail=" ".join(_FORCE.findall(text)))) from error
    return _Reader(kind, now or datetime.now(UTC)).read(parsed, None, 1)


def _plain_syntax(query: str, kind: Kind) -> str:
    text = query.translate(_CHINESE_KEYS)
    text = re.sub(rf"\b({'|'.join(FIELDS[kind])})：", r"\1:", text)
    return re.sub(r"([<>]=?)-(?=\d)", r"\1\\-", text)  # luqum takes the minus of field:>-5 for a NOT


class _Reader:
    def __init__(self, kind: Kind, now: datetime) -> None:
        self.kind: Kind = kind
        self.now = now
        self.clauses = count(1)

    def read(self, node: lucene.Item, field: str | None, depth: int) -> Node:
        """The node under the field that surrounds it."""
        self._refuse(node, depth)
        if isinstance(node, lucene.SearchField):
            return self._field(node, field, depth)
        if isinstance(node, lucene.BaseOperation):
            children = tuple(self.read(child, field, depth + 1) for child in node.children)
            return Or(children=children) if isinstance(node, lucene.OrOperation) else And(children=children)
        if isinstance(node, lucene.Not | lucene.Prohibit):
            return Not(child=self.read(node.a, field, depth + 1))
        if isinstance(node, lucene.Plus | lucene.Group | lucene.FieldGroup):
            return self.read(node.children[0], field, depth + 1)
        return self._leaf(node, field)

    def _refuse(self, node: lucene.Item, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise QueryError(t("query.too_deep", most=MAX_DEPTH))
        if next(self.clauses) > 4 * MAX_CLAUSES:
            raise QueryError(t("query.too_many", most=MAX_CLAUSES))
        for refused, message in _REFUSED.items():
            if isinstance(node, refused):
                raise QueryError(t(message, given=repr(str(node).strip()[:60])))

    def _field(self, node: lucene.SearchField, outer: str | None, depth: int) -> Node:
        if outer is not None:
            raise QueryError(t("query.nested_field", outer=outer))
        if node.name == "*" and str(node.expr) == "*":
            return Everything()
        if node.name == "_exists_":
            return term(str(node.expr).strip(), (Wild.MANY,), self.kind, self.now)
        if isinstance(node.expr, lucene.Prohibit) and isinstance(node.expr.a, lucene.Word):  # field:-5
            return term(node.name, ("-" + literal(parts(node.expr.a.value)),), self.kind, self.now)
        return self.read(node.expr, node.name, depth + 1)

    def _leaf(self, node: lucene.Item, field: str | None) -> Node:
        if isinstance(node, lucene.Phrase):
            return term(field, (re.sub(r"\\(.)", r"\1", node.value[1:-1], flags=re.DOTALL),), self.kind, self.now)
        if isinstance(node, lucene.Word):
            if node.value.startswith("!"):
                raise QueryError(t("query.bang", given=repr(node.value[:60])))
            if node.value == "*" and field is None:
                return Everything()
            return term(field, parts(node.value), self.kind, self.now)
        if isinstance(node, lucene.Range):
            edges = (node.include_low, node.include_high)
            return between(field, (_bound(node.low), _bound(node.high)), edges, kind=self.kind, now=self.now)
        if isinstance(node, lucene.From):
            return between(field, (_bound(node.a), None), (node.include, True), kind=self.kind, now=self.now)
        if isinstance(node, lucene.To):
            return between(field, (None, _bound(node.a)), (True, node.include), kind=self.kind, now=self.now)
        raise QueryError(t("query.unsupported", given=repr(str(node).strip()[:60])))


def _bound(node: lucene.Item) -> str | None:
    text = str(node).strip().strip('"')
    return None if text == "*" else text.replace("\\", "")
