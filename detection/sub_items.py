"""The sub-item of a category: p2-5 becomes p2-5b as well where the offer says what is done.

A sub-item takes over the evidence and the probability of its category and never has more: it can accuse nobody whom the
category does not. Where no word tells, the category stands alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from msgspec.structs import replace as changed

from detection.fields import Field
from detection.look import look
from detection.normalise import fold, stands_alone
from detection.saying import quoted
from detection.subject import Subject
from detection.words import Words
from index.model import Violation
from index.reading import ReadError, yaml_of
from index.taxonomy import taxonomy

FILE = Path(__file__).parent / "sub_items.yml"


@cache
def words() -> dict[str, dict[str, tuple[str, ...]]]:
    """Category -> sub-item -> folded words, longest first. Raises ReadError."""
    raw = yaml_of(FILE.read_text("utf-8"))
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for short, given in raw.items():
        if short not in taxonomy() or taxonomy()[short].category == short:
            raise ReadError(f"{FILE.name}, {short}: no sub-item of the taxonomy")
        folded = tuple(sorted({fold(str(word)) for word in given}, key=lambda word: (-len(word), word)))
        if not folded or not all(folded):
            raise ReadError(f"{FILE.name}, {short}: a word is empty")
        found.setdefault(taxonomy()[short].category, {})[short] = folded
    return found


@cache
def _telling() -> dict[str, Words[list[tuple[str, int]]]]:
    """Category -> the words of all its sub-items; each means those sub-items, and how early it counts in them."""
    found = {}
    for category, items in words().items():
        meanings: dict[str, list[tuple[str, int]]] = {}
        for short, given in items.items():
            for rank, word in enumerate(given):
                meanings.setdefault(word, []).append((short, rank))
        found[category] = Words(meanings)
    return found


def refined(violations: Sequence[Violation], subject: Subject) -> tuple[Violation, ...]:
    """The violations with the sub-items that the text tells, highest probability first."""
    known = {violation.id for violation in violations}
    more = []
    for violation in violations:
        if violation.id in _telling():
            told = _told(_telling()[violation.id], look(subject).fields)
            more += [
                _taken_over(violation, short, told[short])
                for short in words()[violation.id]
                if short in told and short not in known
            ]
    return tuple(sorted((*violations, *more), key=lambda v: (-v.probability, v.id, v.group)))


def _taken_over(category: Violation, short: str, place: tuple[Field, int, int]) -> Violation:
    field, start, end = place
    told = quoted(
        "categories.sub_item",
        field,
        "joined",
        start,
        end,
        detector="sub_item",
        violation=short,
        strength=0.0,
        short=short,
    )
    evidence = [changed(one, violation=short) for one in category.evidence]
    return replace(category, id=short, evidence=(*evidence, told))


def _told(telling: Words[list[tuple[str, int]]], texts: Sequence[Field]) -> dict[str, tuple[Field, int, int]]:
    """Sub-item -> where it is told: the longest word in the first of the seller's own texts that has any."""
    told: dict[str, tuple[Field, int, int]] = {}
    for text in texts:
        if not text.own_words or text.name == "seller":
            continue
        here: dict[str, tuple[int, int, int]] = {}
        for number, start, end in telling.find(text.text.joined):
            if stands_alone(text.text.joined, start, end):
                for short, rank in telling.meanings[number]:
                    here[short] = min(here.get(short, (rank, start, end)), (rank, start, end))
        told = {short: (text, start, end) for short, (_, start, end) in here.items()} | told
    return told
