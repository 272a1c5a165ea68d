"""An anchor in every shape in which it is looked for: encodings of text, and the ways in which constants are hidden."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from apk_analysis.traits.automaton import Pattern, Tables, build
from apk_analysis.traits.facts import KINDS, Fact, Kind, all_facts

FOLDED = frozenset({"hex", "escapes"})
"""Forms in which upper and lower case are the same."""
JOINED = 1 << len(KINDS)
"""The bit of constants joined behind each other, beside those of the kinds."""


class Origin(NamedTuple):
    """Where a pattern of the automaton comes from."""

    file: str
    id: str
    anchor: str
    encoding: str
    """'utf-8', 'utf-16-le', 'gbk', or 'escaped' for \\u escapes."""
    exhaustive: bool
    """See `Fact`."""
    form: str
    """Empty when it stands in the open, else as in `Form`; behind 'base64' its place in a group of three bytes."""


def bit(kind: Kind) -> int:
    """The bit of a kind of text."""
    return 1 << KINDS.index(kind)


@cache
def automaton() -> tuple[tuple[Origin, ...], Tables]:
    """All patterns of all facts; `origins[i]` belongs to pattern i of the tables."""
    pairs = [pair for file, facts in all_facts().items() for fact in facts for pair in _patterns(file, fact)]
    return tuple(origin for origin, _ in pairs), build([pattern for _, pattern in pairs])


def _patterns(file: str, fact: Fact) -> Iterator[tuple[Origin, Pattern]]:
    kinds = sum(bit(kind) for kind in fact.kinds)
    for anchor in fact.anchors:
        for encoding, text in _encoded(anchor):
            fold = fact.fold or encoding == "escaped"
            wide = anchor.isascii()
            joined = JOINED if "joined" in fact.hidden else 0
            yield (
                Origin(file, fact.id, anchor, encoding, fact.exhaustive, ""),
                Pattern(text, fold, wide, kinds | joined, fact.most),
            )
        for form, text in _hidden(anchor, fact):
            yield (
                Origin(file, fact.id, anchor, "utf-8", fact.exhaustive, form),
                Pattern(text, form in FOLDED, True, kinds, fact.most),
            )


def _encoded(anchor: str) -> Iterator[tuple[str, bytes]]:
    yield "utf-8", anchor.encode()
    if not anchor.isascii():
        yield "escaped", "".join(char if char.isascii() else f"\\u{ord(char):04x}" for char in anchor).encode()
        yield "gbk", anchor.encode("gbk")
        yield "utf-16-le", anchor.encode("utf-16-le").strip(b"\0")


def _hidden(anchor: str, fact: Fact) -> Iterator[tuple[str, bytes]]:
    plain = anchor.encode()
    if "reversed" in fact.hidden:
        yield "reversed", plain[::-1]
    if "hex" in fact.hidden:
        yield "hex", plain.hex().encode()
    if "escapes" in fact.hidden:
        yield "escapes", "".join(f"\\x{byte:02x}" for byte in plain).encode()
    if "base64" in fact.hidden:
        for shift in range(3):
            text = base64.b64encode(bytes(shift) + plain + b"\0\0")
            # Only characters that no neighbour of the anchor has a part in.
            text = text[-(-shift * 8 // 6) : (shift + len(plain)) * 8 // 6]
            yield f"base64 {shift}", text
            if b"+" in text or b"/" in text:
                yield f"base64 {shift}", text.replace(b"+", b"-").replace(b"/", b"_")
