"""The lexicon: rules of trade words per violation (`lexicon/*.yml`), all matched in one pass over each text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import ahocorasick
import yaml

from detection.fields import Field
from detection.normalise import fold, stands_alone
from detection.stance import negated, offers
from index.reading import ReadError, read
from index.taxonomy import taxonomy

LEXICON = Path(__file__).parent / "lexicon"
_MOST_HITS = 20
"""Of one rule in one field: further ones add nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Trade words that point to a violation, and what must or must not stand beside them."""

    violation: str
    """Short taxonomy id."""
    words: tuple[str, ...]
    """Any of them; this is what evidence quotes."""
    strength: float
    """Log-odds of one hit."""
    beside: tuple[tuple[str, ...], ...] = ()
    """Of every group, one word must stand in the same scope."""
    scope: Literal["sentence", "field", "listing"] = "listing"
    unless: tuple[str, ...] = ()
    """None of these may stand in the listing."""
    not_after: str = ""
    """Characters that make another word of it when they stand directly before."""
    not_before: str = ""
    """The same directly after."""
    needs: Literal["offer", "brand"] | None = None
    """'offer': a sign of selling in the sentence (anywhere for a title), or a price; 'brand': it names an AI brand."""
    also: tuple[str, ...] = ()
    """Further violations it points to."""
    hits: tuple[str, ...] = ()
    """Titles that must hit; run by the tests."""
    misses: tuple[str, ...] = ()
    """Titles that must not be proposed for this violation; run by the tests."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that holds, and where."""

    rule: Rule
    field: Field
    view: str
    start: int
    end: int
    beside: tuple[str, ...]
    """Raw words that stand beside it, one for every group of the rule."""


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """One word of the lexicon in one field."""

    field: Field
    word: str
    view: str
    start: int
    end: int
    sentence: tuple[int, int]

    def quote(self) -> str:
        """The raw text."""
        start, end = self.field.text.span(self.view, self.start, self.end)
        return self.field.raw[start:end]


def read_rules(path: Path) -> list[Rule]:
    """The rules of one lexicon file, named after its violation. Raises ReadError naming file and rule."""
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        raw = yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506 - both loaders are safe ones
        rows, unless = raw["rules"], raw.get("unless", [])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"{path.name}: not a lexicon file ({type(error).__name__}: {error})") from error
    rules = []
    for number, row in enumerate(rows, start=1):
        place = f"{path.name}, rule {number}"
        if not isinstance(row, dict):
            raise ReadError(f"{place}: expected fields and values")
        rule = read(Rule, {"violation": path.stem, **row, "unless": [*row.get("unless", []), *unless]}, place)
        for violation in (rule.violation, *rule.also):
            if violation not in taxonomy():
                raise ReadError(f"{place}: {violation!r} is not in the taxonomy")
        if not rule.words or not all(map(fold, (*rule.words, *rule.unless, *(w for g in rule.beside for w in g)))):
            raise ReadError(f"{place}: a word is empty")
        rules.append(rule)
    return rules


class Lexicon:
    """Compiled rules; safe to share between threads once made."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._folded: list[tuple[list[tuple[str, ...]], frozenset[str]]] = []
        automaton = ahocorasick.Automaton()
        for number, rule in enumerate(self.rules):
            for word in rule.words:
                self._by_word[fold(word)].append(number)
            # Longest first: of several words beside, the most telling one is quoted, and always the same.
            groups = [tuple(sorted({*map(fold, group)}, key=lambda w: (-len(w), w))) for group in rule.beside]
            self._folded.append((groups, frozenset(map(fold, rule.unless))))
            for word in {*map(fold, rule.words), *self._folded[-1][1], *(w for group in groups for w in group)}:
                automaton.add_word(word, word)
        automaton.make_automaton()
        self._automaton = automaton

    def hits(self, texts: Sequence[Field], *, priced: bool, branded: bool) -> Iterator[Hit]:
        """Rules that hold, at most one hit per rule and field.

        `priced`: the listing itself asks for money; `branded`: it names an AI brand.
        """
        seen = [word for text in texts for word in self._seen(text)]
        offered = any(text.own_words and offers(text.text.joined) for text in texts) if seen else False
        scopes = _Scopes(seen)
        tried: dict[tuple[int, str], int] = defaultdict(int)
        held: set[tuple[int, str]] = set()
        for word in seen:
            for number in self._by_word.get(word.word, ()):
                place = number, word.field.name
                tried[place] += 1
                if place in held or tried[place] > _MOST_HITS:
                    continue
                beside = self._beside(number, word, scopes)
                if beside is None or not self._holds(
                    self.rules[number], word, priced=priced or (offered and word.field.name == "title"), branded=branded
                ):
                    continue
                held.add(place)
                yield Hit(self.rules[number], word.field, word.view, word.start, word.end, beside)

    def _seen(self, text: Field) -> list[_Seen]:
        found = []
        views = [("joined", text.text.joined)]
        if text.text.skeleton != text.text.plain:
            views.append(("skeleton", text.text.skeleton))
        for view, string in views:
            for last, word in self._automaton.iter(string):
                start, end = last - len(word) + 1, last + 1
                if not stands_alone(string, start, end) or (view == "joined" and not text.text.evenly(start, end)):
                    continue
                found.append(_Seen(text, word, view, start, end, text.sentence(min(start, len(text.text.joined) - 1))))
        return found

    def _beside(self, number: int, word: _Seen, scopes: _Scopes) -> tuple[str, ...] | None:
        """What stands beside, a raw quote per group of the rule; None if a group lacks or an `unless` word stands."""
        groups, unless = self._folded[number]
        if not unless.isdisjoint(scopes.listing):
            return None
        scope = scopes.around(word, self.rules[number].scope)
        found = [next((scope[other] for other in group if other in scope), None) for group in groups]
        return None if None in found else tuple(other.quote() for other in found if other)

    @staticmethod
    def _holds(rule: Rule, word: _Seen, *, priced: bool, branded: bool) -> bool:
        """What the word's own surroundings say."""
        joined = word.field.text.joined
        string = joined if word.view == "joined" else word.field.text.skeleton
        if word.start and string[word.start - 1] in rule.not_after:
            return False
        if word.end < len(string) and string[word.end] in rule.not_before:
            return False
        if rule.needs == "brand" and not branded:
            return False
        if rule.needs == "offer" and not priced and not offers(joined[slice(*word.sentence)]):
            return False
        return not negated(string, word.start, word.end)


class _Scopes:
    """Words by how near they stand: in the listing, the field, the sentence."""

    def __init__(self, seen: Sequence[_Seen]) -> None:
        self.listing: dict[str, _Seen] = {}
        self._fields: dict[str, dict[str, _Seen]] = defaultdict(dict)
        self._sentences: dict[tuple[str, int], dict[str, _Seen]] = defaultdict(dict)
        for word in seen:
            self.listing.setdefault(word.word, word)
            self._fields[word.field.name].setdefault(word.word, word)
            self._sentences[word.field.name, word.sentence[0]].setdefault(word.word, word)

    def around(self, word: _Seen, scope: str) -> dict[str, _Seen]:
        """Word -> its first occurrence in the scope of `word`."""
        if scope == "listing":
            return self.listing
        return self._fields[word.field.name] if scope == "field" else self._sentences[word.field.name, word.sentence[0]]


@cache
def lexicon() -> Lexicon:
    """The shipped lexicon. Raises ReadError."""
    return Lexicon([rule for path in sorted(LEXICON.glob("*.yml")) for rule in read_rules(path)])
