"""Ways of speaking that speak against an offer: news, warning, complaint, question, job ... (`frames.yml`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from detection.contacts import contacts
from detection.fields import Field
from detection.normalise import fold, stands_alone
from detection.stance.offering import waived
from detection.words import Words
from index.model import Listing
from index.reading import ReadError, read, yaml_of

FRAMES = Path(__file__).parent / "frames.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A way of speaking that speaks against an offer: news, warning, complaint, job ..."""

    id: str
    strength: float
    """Log-odds it takes away."""
    strong: tuple[str, ...] = ()
    """One of these shows the frame."""
    weak: tuple[str, ...] = ()
    """Two different ones of these show it."""
    places: tuple[str, ...] = ()
    """Kinds of source where it can hold; empty for all."""
    beaten_by_contact: bool = False
    """True if a way to buy in the same listing makes it a sham ('just a warning ... add me')."""
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


@cache
def frames() -> tuple[Frame, ...]:
    """All frames. Raises ReadError naming file and frame."""
    raw = yaml_of(FRAMES.read_text("utf-8"))
    if not isinstance(raw, dict):
        raise ReadError(f"{FRAMES.name}: expected frames by id")
    return tuple(read(Frame, {**row, "id": name}, f"{FRAMES.name}, {name}") for name, row in raw.items())


@cache
def _words() -> Words[tuple[str, tuple[tuple[int, bool], ...]]]:
    """The words of all frames; each means (itself, ((frame, strong), ...))."""
    by_word: dict[str, dict[tuple[int, bool], None]] = {}
    for number, frame in enumerate(frames()):
        for words, strong in ((frame.strong, True), (frame.weak, False)):
            for word in words:
                by_word.setdefault(fold(word), {})[number, strong] = None
    return Words({word: (word, tuple(uses)) for word, uses in by_word.items()})


def frames_of(listing: Listing, texts: Sequence[Field]) -> list[tuple[Frame, Field, int, int]]:
    """Frames that hold in the seller's own words, each with field and joined offsets of the words that show it."""
    own = [text for text in texts if text.own_words]
    shown: dict[int, tuple[Field, int, int]] = {}
    weak: dict[int, str] = {}
    words = _words()
    for text in own:
        joined = text.text.joined
        for at, start, end in words.find(joined):
            if not stands_alone(joined, start, end) or waived(joined, start):
                continue
            word, uses = words.meanings[at]
            for number, strong in uses:
                if strong or weak.setdefault(number, word) != word:
                    shown.setdefault(number, (text, start, end))
    held = [(frames()[number], *place) for number, place in sorted(shown.items())]
    if any(frame.beaten_by_contact for frame, *_ in held) and _reachable(own):
        held = [one for one in held if not one[0].beaten_by_contact]
    return [one for one in held if not one[0].places or listing.source_kind in one[0].places]


def _reachable(texts: Sequence[Field]) -> bool:
    return any(next(contacts(text.text.plain), None) for text in texts)
