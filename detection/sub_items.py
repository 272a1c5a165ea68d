"""The sub-item of a category: p2-5 becomes p2-5b as well where the offer says what is done.

A sub-item takes over the evidence and the probability of its category and never has more: it can accuse nobody whom the
category does not. Where no word tells, the category stands alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from detection.fields import Field
from detection.look import look
from detection.normalise import fold, stands_alone
from detection.subject import Subject
from detection.words import Words
from index.messages import LANGUAGES
from index.messages import text as message
from index.model import Evidence, Violation
from index.reading import ReadError, yaml_of
from index.taxonomy import taxonomy

FILE = Path(__file__).parent / "sub_items.yml"


@cache
def words() -> dict[str, dict[str, Words[str]]]:
    """Category -> sub-item -> folded words, longest first. Raises ReadError."""
    raw = yaml_of(FILE.read_text("utf-8"))
    found: dict[str, dict[str, Words[str]]] = {}
    for short, given in raw.items():
        if short not in taxonomy() or taxonomy()[short].category == short:
            raise ReadError(f"{FILE.name}, {short}: no sub-item of the taxonomy")
        folded = tuple(sorted({fold(str(word)) for word in given}, key=lambda word: (-len(word), word)))
        if not folded or not all(folded):
            raise ReadError(f"{FILE.name}, {short}: a word is empty")
        found.setdefault(taxonomy()[short].category, {})[short] = Words({word: word for word in folded})
    return found


def refined(violations: Sequence[Violation], subject: Subject) -> tuple[Violation, ...]:
    """The violations with the sub-items that the text tells, highest probability first."""
    known = {violation.id for violation in violations}
    more = []
    for violation in violations:
        for short, telling in words().get(violation.id, {}).items():
            if short not in known and (told := _told(short, telling, look(subject).fields)):
                more.append(_taken_over(violation, short, told))
    return tuple(sorted((*violations, *more), key=lambda v: (-v.probability, v.id, v.group)))


def _taken_over(category: Violation, short: str, told: Evidence) -> Violation:
    evidence = tuple(replace(one, violation=short) for one in category.evidence)
    return replace(category, id=short, evidence=(*evidence, told))


def _told(short: str, words: Words[str], texts: Sequence[Field]) -> Evidence | None:
    """The longest word in the first of the seller's own texts that tells the sub-item."""
    for text in texts:
        if not text.own_words or text.name == "seller":
            continue
        places = [place for place in words.find(text.text.joined) if stands_alone(text.text.joined, *place[1:])]
        if places:
            place = min(places)[1:]
            return _evidence(short, text, *text.text.span("joined", *place), text.text.steps("joined", *place))
    return None


def _evidence(short: str, text: Field, start: int, end: int, decode: tuple[str, ...]) -> Evidence:
    entry, quote = taxonomy()[short], text.raw[start:end]
    said = {
        lang: message("categories.sub_item", lang, quote=quote, name=entry.name(lang), short=short)
        for lang in LANGUAGES
    }
    return Evidence(
        detector="sub_item",
        violation=short,
        strength=0.0,
        observed=quote,
        field=text.name,
        quote=quote,
        start=start,
        end=end,
        decode=decode,
        zh=said["zh"],
        en=said["en"],
    )
