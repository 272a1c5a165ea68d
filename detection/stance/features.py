"""The stance of a listing in numbers, for the text model: a flat tuple of floats with stable names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detection.contacts import contacts
from detection.stance.frames import frames
from detection.stance.offering import offers, priced
from detection.stance.signs import kinds

if TYPE_CHECKING:
    from detection.look import Look

_MOST = 3
"""More signs of one kind say no more."""
_GENERAL = ("hits", "hits_refused", "own_signs", "priced", "offers", "contact", "others_speak")
FEATURES: tuple[str, ...] = (
    *_GENERAL,
    *(f"frame:{frame.id}" for frame in frames()),
    *(f"own:{kind}" for kind in kinds()),
    *(f"others:{kind}" for kind in kinds()),
)
"""Names of the features, in order.

hits: rules of the lexicon that hold (0..3). hits_refused: of these, how many stand in a clause that refuses, warns or
reports (0..3). own_signs: kinds of trade sign in the seller's own words. priced, offers, contact: 0 or 1.
others_speak: reviews and questions there are (0..3). frame:x: 1 where that way of speaking holds.
own:x, others:x: clauses that show sign x (0..3), in the seller's own words and in reviews and questions.
"""


def features(look: Look) -> tuple[float, ...]:
    """One value per name of FEATURES."""
    own = [field for field in look.fields if field.own_words]
    counts = dict.fromkeys(FEATURES, 0.0)
    for sign in look.signs:
        name = f"{'own' if sign.field.own_words else 'others'}:{sign.kind}"
        if name in counts:
            counts[name] = min(_MOST, counts[name] + 1)
    for frame, *_ in look.frames:
        counts[f"frame:{frame.id}"] = 1.0
    counts["hits"] = min(_MOST, len({id(hit.rule) for hit in look.hits}))
    counts["hits_refused"] = min(_MOST, sum(look.stance(hit).against for hit in look.hits))
    counts["own_signs"] = len({sign.kind for sign in look.signs if sign.field.own_words and sign.kind in kinds()})
    counts["priced"] = float(priced(look.subject.listing))
    counts["offers"] = float(any(offers(field.text.joined) for field in own))
    counts["contact"] = float(any(next(contacts(field.text.plain), None) for field in own))
    counts["others_speak"] = min(_MOST, len(look.fields) - len(own))
    return tuple(map(float, counts.values()))
