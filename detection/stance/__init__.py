"""How a text speaks: offers and denials by clause, frames (news, warning, job ...) by listing, signs of a trade.

`offering` answers for one sentence, `frames` and `signs` read their words from the YAML files beside them.
"""

from detection.stance.frames import Frame, frames, frames_of
from detection.stance.offering import asks_money, negated, offers, priced
from detection.stance.roles import Stance, stance_at
from detection.stance.shams import sham
from detection.stance.signs import Clause, Sign, acts, clause_at, firsts, kinds, refused, signs_in

__all__ = [
    "Clause",
    "Frame",
    "Sign",
    "Stance",
    "acts",
    "asks_money",
    "clause_at",
    "firsts",
    "frames",
    "frames_of",
    "kinds",
    "negated",
    "offers",
    "priced",
    "refused",
    "sham",
    "signs_in",
    "stance_at",
]
