"""One term of a query, read after the type of its field."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

from index.messages import t
from index.protocol import Kind, QueryError
from index.query.dates import span
from index.query.fields import Field, field_named, text_fields
from index.query.tokens import fold, phrase
from index.query.tree import Equals, Exists, Node, Pattern, Range, Text, Wild

MAX_STARS = 3
"""Wild places '*' in one pattern."""


def parts(word: str) -> tuple[str | Wild, ...]:
    """Literal pieces and wild places of an unquoted word; a backslash takes the meaning from what follows."""
    return tuple(_parts(word))


def _parts(word: str) -> Iterator[str | Wild]:
    literal = ""
    chars = iter(word)
    for char in chars:
        if char in "*?":
            if literal:
                yield literal
            yield Wild(char)
            literal = ""
        else:
            literal += next(chars, "") if char == "\\" else char
    if literal:
        yield literal


def literal(pieces: tuple[str | Wild, ...]) -> str:
    """The pieces as they were written, for messages and for values without wild places."""
    return "".join(piece if isinstance(piece, str) else piece.value for piece in pieces)


def term(name: str | None, pieces: tuple[str | Wild, ...], kind: Kind, now: datetime) -> Node:
    """What one word or phrase asks of the field (None: of all text fields). Raises QueryError."""
    field = field_named(name, kind) if name else None
    if field and pieces == (Wild.MANY,):
        return Exists(field=field.name)
    if field is None or field.type == "text":
        return _text(text_fields(kind) if field is None else (field.name,), pieces)
    wild = [piece for piece in pieces if isinstance(piece, Wild)]
    if field.type == "keyword":
        if not wild:
            return Equals(field=field.name, value=fold(literal(pieces)))
        if wild.count(Wild.MANY) > MAX_STARS:
            raise QueryError(t("query.stars", given=_shown(pieces), most=MAX_STARS))
        return Pattern(field=field.name, parts=tuple(fold(p) if isinstance(p, str) else p for p in pieces))
    if wild:
        raise QueryError(
            t("query.no_wildcard", field=field.name, type=t(f"query.type_{field.type}"), given=_shown(pieces))
        )
    if field.type == "number":
        return Equals(field=field.name, value=number(field, literal(pieces)))
    start, after = span(literal(pieces), now)
    return Range(field=field.name, low=start, high=after, include_high=False)


def _shown(pieces: tuple[str | Wild, ...]) -> str:
    return repr(literal(pieces)[:60])


def _text(fields: tuple[str, ...], pieces: tuple[str | Wild, ...]) -> Text:
    """A word is a phrase of its tokens, and so Chinese needs no quotes. Only a '*' at the end has a meaning here."""
    prefix = len(pieces) > 1 and pieces[-1] is Wild.MANY
    body = pieces[:-1] if prefix else pieces
    if any(isinstance(piece, Wild) for piece in body):
        raise QueryError(t("query.star_at_end", given=_shown(pieces)))
    words = literal(body)
    tokens = phrase(words)
    if not tokens:
        raise QueryError(t("query.nothing", given=_shown(pieces)))
    last = tokens[-1]
    if prefix and len(last) < 2 and last.isascii():
        raise QueryError(t("query.short_prefix", given=_shown(pieces)))
    # A Han character is a whole token: 换脸* finds what 换脸 finds.
    return Text(fields=fields, tokens=tokens, prefix=prefix and len(last) > 1)


def number(field: Field, text: str) -> float:
    """The number as every engine holds it: an int up to 2^53. Raises QueryError."""
    try:
        value = float(text)
        whole = int(text) if text.lstrip("+-").isdecimal() else None
    except ValueError:
        value, whole = math.nan, None
    if not math.isfinite(value):
        raise QueryError(t("query.no_number", field=field.name, given=repr(text[:40])))
    return whole if whole is not None and abs(whole) <= 2**53 else value


def between(
    name: str | None, bounds: tuple[str | None, str | None], edges: tuple[bool, bool], *, kind: Kind, now: datetime
) -> Node:
    """A range; None is a side without bound; `edges` say whether each bound belongs to it. Raises QueryError."""
    if not name:
        raise QueryError(t("query.range_field"))
    field = field_named(name, kind)
    if field.type == "number":
        least, most = (None if side is None else number(field, side) for side in bounds)
        return Range(field=name, low=least, high=most, include_low=edges[0], include_high=edges[1])
    if field.type != "date":
        raise QueryError(t("query.no_range", field=name, type=t(f"query.type_{field.type}")))
    # A day as a bound is a span: 'from' takes its start, 'after' its end, and the other way round for the upper bound.
    low, high = bounds
    first = None if low is None else span(low, now)[not edges[0]]
    last = None if high is None else span(high, now)[edges[1]]
    return Range(field=name, low=first, high=last, include_low=True, include_high=False)
