"""The lexicon: rules of trade words per violation (`lexicon/*.yml`), all matched in one pass over each text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Literal

import yaml

from detection.fields import Field
from detection.lazy import lazy
from detection.normalise import fold
from detection.spotting import Seen, Spotter
from detection.stance import negated, offers
from index.reading import ReadError, read, yaml_of
from index.taxonomy import taxonomy

LEXICON = Path(__file__).parent / "lexicon"
_MOST_HITS = 20
"""Of one rule in one field: further ones add nothing."""
_SAYS_LITTLE = {"ai", "模型", "照片", "图片", "视频", "声音"}
"""Words beside a rule's that are no second sign for a weak reading of it."""


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
    seen: Seen
    beside: tuple[str, ...]
    """Raw words that stand beside it, one for every group of the rule."""
    weight: float
    """Share of the rule's strength that is left, 0..1: the less the more far-fetched the reading."""

    @property
    def field(self) -> Field:
        """Where it stands."""
        return self.seen.field

    @property
    def view(self) -> str:
        """How it was read; for `Normalised.span` and `steps`."""
        return self.seen.how

    @property
    def start(self) -> int:
        """Offset in `joined`."""
        return self.seen.start

    @property
    def end(self) -> int:
        """Offset in `joined`."""
        return self.seen.end

    @property
    def strength(self) -> float:
        """Log-odds."""
        return self.rule.strength * self.weight

    @property
    def reads(self) -> str:
        """The word it was read as, where that is far from what is written; else ''."""
        return self.seen.word if self.weight < 1 else ""


def read_rules(path: Path) -> list[Rule]:
    """The rules of one lexicon file, named after its violation. Raises ReadError naming file and rule."""
    try:
        raw = yaml_of(path.read_text("utf-8"))
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
        for number, rule in enumerate(self.rules):
            for word in dict.fromkeys(map(fold, rule.words)):
                self._by_word[word].append(number)
            # Longest first: of several words beside, the most telling one is quoted, and always the same.
            groups = [tuple(sorted({*map(fold, group)}, key=lambda w: (-len(w), w))) for group in rule.beside]
            self._folded.append((groups, frozenset(map(fold, rule.unless))))
        telling = {*self._by_word, *(word for groups, _ in self._folded for group in groups for word in group)}
        self._spotter = Spotter(telling, {word for _, unless in self._folded for word in unless})

    def hits(self, texts: Sequence[Field], *, priced: bool, branded: Callable[[], bool]) -> Iterator[Hit]:
        """Rules that hold, at most one hit per rule and field.

        `priced`: the listing itself asks for money; `branded`: whether it names an AI brand.
        """
        seen = self._spotter.spot(texts)
        if self._by_word.keys().isdisjoint([word.word for word in seen]):
            return
        around = _Around(texts, seen, priced=priced, branded=branded)
        tried: dict[tuple[int, str], int] = defaultdict(int)
        held: set[tuple[int, str]] = set()
        for word in seen:
            for number in self._by_word.get(word.word, ()):
                place = number, word.field.name
                tried[place] += 1
                if place not in held and tried[place] <= _MOST_HITS and (hit := self._hit(number, word, around)):
                    held.add(place)
                    yield hit

    def _hit(self, number: int, word: Seen, around: _Around) -> Hit | None:
        """The rule at this word, if what it asks for is there and nothing speaks against it."""
        rule = self.rules[number]
        groups, unless = self._folded[number]
        if not unless.isdisjoint(around.listing) or not _fits(rule, word):
            return None
        scope = around.scope(word, rule.scope)
        beside = [next((scope[other] for other in group if other in scope), None) for group in groups]
        if None in beside or not around.answers(rule.needs, word):
            return None
        others = [other for other in beside if other]
        if word.weak and not self._second_sign(rule, word, others, around):
            return None
        if negated(word.field.text.joined, word.start, word.end):
            return None
        weight = min([word.weight, *(other.weight for other in others)])
        return Hit(rule, word, tuple(other.quote() for other in others), weight)

    def _second_sign(self, rule: Rule, word: Seen, beside: Sequence[Seen], around: _Around) -> bool:
        """Whether a weak reading is borne out by a telling word beside it or another word of the same violation."""
        if word.how != "initials" and any(not other.weak and other.word not in _SAYS_LITTLE for other in beside):
            return True
        return any(
            self.rules[number].violation == rule.violation
            for other in around.listing.values()
            if not other.weak and other.word != word.word
            for number in self._by_word.get(other.word, ())
        )


def _fits(rule: Rule, word: Seen) -> bool:
    """Whether the characters directly beside the word leave it what it is."""
    joined = word.field.text.joined
    if word.start and joined[word.start - 1] in rule.not_after:
        return False
    return not (word.end < len(joined) and joined[word.end] in rule.not_before)


class _Around:
    """What stands around a word: in the sentence, the field, the listing."""

    def __init__(
        self, texts: Sequence[Field], seen: Sequence[Seen], *, priced: bool, branded: Callable[[], bool]
    ) -> None:
        self._texts = texts
        self._seen = seen
        self._priced = priced
        self._branded = branded
        self.listing = _first(seen)
        self._asked: dict[tuple[Field, tuple[int, int]], bool] = {}

    def scope(self, word: Seen, scope: str) -> dict[str, Seen]:
        """Word -> its first occurrence in the scope of `word`."""
        if scope == "listing":
            return self.listing
        return self._fields[word.field.name] if scope == "field" else self._sentences[word.field, word.sentence[0]]

    def answers(self, needs: str | None, word: Seen) -> bool:
        """Whether what a rule needs is there."""
        if needs == "brand":
            return self._branded()
        if needs == "offer":
            return (
                self._priced
                or (word.field.name == "title" and self._offered)
                or self._offers(word.field, word.sentence)
            )
        return True

    def _offers(self, text: Field, part: tuple[int, int]) -> bool:
        if (text, part) not in self._asked:
            self._asked[text, part] = offers(text.text.joined[slice(*part)])
        return self._asked[text, part]

    @lazy
    def _offered(self) -> bool:
        return any(text.own_words and self._offers(text, (0, len(text.text.joined))) for text in self._texts)

    @lazy
    def _fields(self) -> dict[str, dict[str, Seen]]:
        grouped: dict[str, list[Seen]] = defaultdict(list)
        for word in self._seen:
            grouped[word.field.name].append(word)
        return {name: _first(words) for name, words in grouped.items()}

    @lazy
    def _sentences(self) -> dict[tuple[Field, int], dict[str, Seen]]:
        grouped: dict[tuple[Field, int], list[Seen]] = defaultdict(list)
        for word in self._seen:
            grouped[word.field, word.sentence[0]].append(word)
        return {place: _first(words) for place, words in grouped.items()}


def _first(words: Sequence[Seen]) -> dict[str, Seen]:
    """Word -> its first occurrence, one that is not weak where there is one."""
    first: dict[str, Seen] = {}
    for word in sorted(words, key=attrgetter("weak")):
        first.setdefault(word.word, word)
    return first


@cache
def lexicon() -> Lexicon:
    """The shipped lexicon. Raises ReadError."""
    return Lexicon([rule for path in sorted(LEXICON.glob("*.yml")) for rule in read_rules(path)])
