"""Ways to reach a seller that stand in a text, normalised so that the same one always gives the same key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PATTERNS = (
    ("qq", re.compile(r"(?:qq群?|扣扣|企鹅|(?<![a-z])q)\s*[:：号]?\s*([1-9]\d{4,10})(?!\d)")),
    (
        "wechat",
        re.compile(
            r"(?:微信|v信|vx|wx|wechat|加v|威信|薇信|徽信)\s*[:：号]?\s*([a-z0-9][a-z0-9_\-]{5,19})(?![a-z0-9])"
        ),
    ),
    (
        "telegram",
        re.compile(r"(?:t\.me/|telegram\.me/|(?:tg|telegram|电报|纸?飞机)\s*[:：号]?\s*@?)([a-z][a-z0-9_]{4,31})"),
    ),
    (
        "mail",
        re.compile(r"(?<![a-z0-9._+\-])([a-z0-9._+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,4})(?![a-z0-9])"),
    ),
)


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach someone."""

    kind: str
    """'qq', 'wechat', 'telegram', 'mail'."""
    value: str
    """Lower case, without decoration."""

    @property
    def key(self) -> str:
        """'contact:qq:12345': the tie key that neighbours are looked up by."""
        return f"contact:{self.kind}:{self.value}"


def contacts(plain: str) -> Iterator[Contact]:
    """Contacts in a text that was folded (`detection.normalise.fold`), each once."""
    seen = set()
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            contact = Contact(kind, match[1])
            if contact not in seen:
                seen.add(contact)
                yield contact
