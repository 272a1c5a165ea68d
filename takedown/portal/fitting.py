"""A shorter text for a field that takes less: whole sentences, those with facts first, and nothing cut silently."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_SENTENCE = re.compile(r"(?<=[。！？；\n])|(?<=[.!?;])(?=\s)")
_FACT = re.compile(
    r"https?://|[\w-]\.[\w-]{1,80}\.[\w-]|[0-9a-fA-F]{8}|\d{3}|[“”「」《》\"]",  # address, package, hash, number, quote
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What is proposed."""

    text: str
    left_out: tuple[str, ...]
    """Sentences or lines, in their order."""


def cut(text: str, limit: int, measure: Callable[[str], int], *, lines: bool = False) -> Cut | None:
    """`text` within `limit` as `measure` counts it; None where not even one sentence fits.

    The first sentence stays, then those that hold an address, a package, a number or a quote, then the others, as far
    as there is room, and what was said before last; their order is kept. With `lines`, whole lines from the first on.
    """
    parts = text.split("\n") if lines else [part for part in _SENTENCE.split(text) if part]
    parts = [f"{part}\n" for part in parts] if lines else parts
    first = {part.strip(): at for at, part in reversed(list(enumerate(parts)))}

    def rank(at: int) -> tuple[bool, bool, int]:
        said = parts[at].strip()
        return first[said] != at, at > 0 and not _FACT.search(said), at

    order = range(len(parts)) if lines else sorted(range(len(parts)), key=rank)
    kept, room = set(), limit
    for at in order:
        length = measure(parts[at].rstrip("\n") if lines else parts[at])
        if length <= room:
            kept.add(at)
            room -= measure(parts[at])
        elif lines:
            break
    shorter = "".join(parts[at] for at in sorted(kept)).strip()
    if not shorter:
        return None
    return Cut(text=shorter, left_out=tuple(part.strip() for at, part in enumerate(parts) if at not in kept))
