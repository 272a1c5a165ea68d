"""Labels of AI-generated content as GB 45438-2025 (Annex E) writes them into metadata, and the codes inside them."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass

MEANINGS = {"1": "AI-generated", "2": "may be AI-generated", "3": "suspected AI-generated"}
KEYS = frozenset({"ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2"})
LONGEST = 200
_OBJECT = re.compile(r"\{[^{}]{0,4000}\}")
_CODE = re.compile(r"0011([0-9A-HJ-NP-RTUWXY]{18})([!#-\[\]-~]{4})([!#-\[\]-~])")
"""001, 1, the social credit code of the entity, four characters for the model, one more."""
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True)
class Label:
    """One label, as it stands in the file."""

    label: str
    """'1', '2', '3', or whatever was written."""
    producer: str
    """A name or a code of 27 characters; '' when there is none."""

    @property
    def text(self) -> str:
        """'Label 1 (AI-generated), ContentProducer 0011... (code of 9111..., check digit right)'."""
        said = f"Label {self.label}" + (f" ({MEANINGS[self.label]})" if self.label in MEANINGS else "")
        return f"{said}, ContentProducer {self.producer or 'missing'}{_remark(self.producer)}"


def find_label(text: str) -> Label | None:
    """The first label in a piece of metadata: an object of JSON, plain, escaped, or inside XMP."""
    if "AIGC" not in text and "Label" not in text:
        return None
    plain = html.unescape(html.unescape(text)).replace('\\"', '"')
    for hit in _OBJECT.finditer(plain):
        try:
            found = json.loads(hit[0])
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and "Label" in found and (KEYS & found.keys() or "AIGC" in plain):
            return Label(_short(found["Label"]), _short(found.get("ContentProducer", "")))
    return None


def entity_of(producer: str) -> str | None:
    """The social credit code inside a producer's code; None when it is no such code."""
    hit = _CODE.fullmatch(producer)
    return hit[1] if hit else None


def is_credit_code(code: str) -> bool:
    """Whether the last character of a social credit code (18 characters) is right, after GB 32100-2015."""
    if len(code) != 18 or any(char not in _ALPHABET for char in code):
        return False
    total = sum(_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    return _ALPHABET[-total % 31] == code[17]


def _remark(producer: str) -> str:
    entity = entity_of(producer)
    if entity is None:
        return ""
    return f" (code of {entity}, check digit {'right' if is_credit_code(entity) else 'wrong'})"


def _short(value: object) -> str:
    return "".join(char for char in str(value)[:LONGEST] if char.isprintable())
