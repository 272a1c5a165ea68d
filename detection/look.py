"""What several detectors need of one subject, worked out once: texts, lexicon hits, frames, brand names."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from detection.brands import NameHit, ai_context, compiled, ordinary
from detection.fields import Field, fields
from detection.goods import Goods, misplaced, named, odd_price
from detection.lazy import lazy
from detection.normalise import normalise
from detection.schemes import Held, held
from detection.stance import (
    Clause,
    Frame,
    Sign,
    Stance,
    asks_money,
    frames_of,
    priced,
    refused,
    sham,
    signs_in,
    stance_at,
)
from detection.subject import Subject
from detection.terms import Hit, lexicon

if TYPE_CHECKING:
    from detection.identity import Identity
    from index.profiles import Profile


class Look:
    """Lazy views of one subject."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.identities: dict[str, tuple[Profile, Identity]] = {}
        """Brand -> what `detection.identity` said of it so far, and of which profile."""

    @lazy
    def fields(self) -> list[Field]:
        """Every visible text."""
        return list(fields(self.subject.listing))

    def _joined(self, name: str) -> str:
        """One field as it is searched; empty where the listing has none."""
        return next((field.text.joined for field in self.fields if field.name == name), "")

    @lazy
    def labels(self) -> list[Field]:
        """The names the sample shows in launchers, as fields called 'label'."""
        sample = self.subject.fingerprint
        texts = dict.fromkeys((sample.label or "", *sample.labels.values())) if sample else {}
        return [Field("label", text, normalise(text), own_words=True) for text in texts if text.strip()]

    @lazy
    def names(self) -> list[tuple[Field, NameHit]]:
        """Brand names in the title and the sample's labels, without those that mean something else here."""
        description = self._joined("description")
        brands = compiled(self.subject.profiles)
        found = []
        for text in (*[field for field in self.fields if field.name == "title"], *self.labels):
            for hit in brands.names_in(text.text):
                if ordinary(hit, text.text.joined, description) is None:
                    found.append((text, hit))  # noqa: PERF401 - two loops and a condition read better than one line
        return found

    @lazy
    def brand_words(self) -> list[tuple[Field, NameHit]]:
        """Brand names anywhere in the seller's own words, likewise."""
        description, title = self._joined("description"), self._joined("title")
        brands = compiled(self.subject.profiles)
        return [
            (text, hit)
            for text in (*self.fields, *self.labels)
            if text.own_words and text.name != "seller"
            for hit in brands.names_in(text.text)
            if (hit.how != "homophone" or text.name == "title") and ordinary(hit, title, description) is None
        ]

    def branded(self) -> bool:
        """Whether the seller names an AI brand."""
        return bool(self.brand_words)

    @lazy
    def speaks_of_ai(self) -> bool:
        """Whether title, description or label speak of AI."""
        return any(ai_context(text.text.joined) for text in (*self.fields[:2], *self.labels))

    @lazy
    def hits(self) -> list[Hit]:
        """Lexicon hits."""
        return list(
            lexicon().hits(self.fields, priced=priced(self.subject.listing), branded=self.branded),
        )

    @lazy
    def signs(self) -> list[Sign]:
        """Signs of a trade and of lawful use."""
        return signs_in(self.fields)

    @lazy
    def sham(self) -> tuple[Sign, Sign] | None:
        """A warning and the way to buy that follows it."""
        return sham(self.signs, self.fields)

    @lazy
    def refused(self) -> dict[Clause, list[Sign]]:
        """Clauses that speak against what they name, with the signs that show it."""
        return refused(self.signs) if self.sham is None else {}

    def stance(self, hit: Hit) -> Stance:
        """How the place of a hit is meant."""
        return stance_at(
            self.signs,
            hit.field,
            hit.start,
            hit.end,
            sham=self.sham is not None,
            priced=asks_money(self.subject.listing),
        )

    @lazy
    def schemes(self) -> Held:
        """Violation -> the scheme that holds for it and what fulfils it."""
        return held(self.signs, self.refused, branded=self.branded, priced=asks_money(self.subject.listing))

    @lazy
    def goods(self) -> Goods | None:
        """Ordinary goods that the title names."""
        return named(self.subject.listing.title)

    @lazy
    def misplaced(self) -> Sign | None:
        """What is told aside though the page sells ordinary goods."""
        return misplaced(self.signs, self.goods)

    @lazy
    def odd_price(self) -> bool:
        """Whether the price is far from what such goods cost."""
        return odd_price(self.subject.listing, self.goods)

    @lazy
    def frames(self) -> list[tuple[Frame, Field, int, int]]:
        """Ways of speaking that speak against an offer."""
        return frames_of(self.subject.listing, self.fields)


_WORKED_OUT = ("fields", "signs", "hits", "names", "schemes", "frames")
"""What every listing is asked for, in this order."""
_known = threading.local()


def look(subject: Subject) -> Look:
    """The views of this very subject; each thread keeps the last ones, since detectors come one after another."""
    known: Look | None = getattr(_known, "looks", {}).get(id(subject))
    if known is None or known.subject is not subject:
        (known,) = looks([subject])
    return known


def looks(subjects: Sequence[Subject]) -> list[Look]:
    """The views of several subjects, worked out one kind after the other: so code and tables stay in the processor's
    caches, which is a fifth faster than one subject after the other. Each thread keeps them until it asks for others.
    """
    found = [Look(subject) for subject in subjects]
    _known.looks = {id(one.subject): one for one in found}
    if len(found) > 1:
        for name in _WORKED_OUT:
            for one in found:
                getattr(one, name)
    return found
