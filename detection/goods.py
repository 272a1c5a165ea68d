"""What does not fit: ordinary goods in the title, but a price far from theirs, or other talk elsewhere on the page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from detection.fields import Field
from detection.normalise import fold
from detection.stance import Sign, acts
from detection.words import Words
from index.model import Listing
from index.reading import ReadError, read, yaml_of

GOODS = Path(__file__).parent / "goods.yml"
_AMOUNT = re.compile(r"\d{1,9}(?:\.\d{1,2})?", re.ASCII)
_IN_CNY = (("nt$", 0.22), ("us$", 7.2), ("usd", 7.2), ("€", 7.8), ("£", 9.1), ("$", 7.2), ("u", 7.2))
"""Marks of a currency -> roughly how many CNY; the first that stands in the price counts."""
_FAR = 4.0
"""A price this many times beyond the usual range is far from it."""
_OFFERED = frozenset({"face_check", "swap", "undress", "voice", "accounts", "forge", "harass", "attends", "cheats"})
"""Acts that are traded under the cover of goods."""
_ASIDE = ("seller", "title", "description")
"""Fields that do not tell an offer aside: it is a lead only if it stands elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """One kind of ordinary goods."""

    id: str
    zh: str
    en: str
    words: tuple[str, ...]
    price: tuple[float, float]
    """Usual range, CNY."""
    explains: tuple[str, ...] = ()
    """Acts that buyers of it talk about anyway."""


@cache
def all_goods() -> tuple[Goods, ...]:
    """All kinds. Raises ReadError naming file and kind."""
    raw = yaml_of(GOODS.read_text("utf-8"))
    kinds = tuple(read(Goods, {**row, "id": name}, f"{GOODS.name}, {name}") for name, row in raw.items())
    for kind in kinds:
        if not 0 < kind.price[0] < kind.price[1] or not set(kind.explains) <= set(acts()):
            raise ReadError(f"{GOODS.name}, {kind.id}: its price is no range or it explains an unknown act")
    return kinds


@cache
def _words() -> Words[int]:
    """The words of all goods; each means the first goods that it names, by number."""
    numbers: dict[str, int] = {}
    for number, kind in enumerate(all_goods()):
        for word in kind.words:
            numbers.setdefault(word, number)
    return Words(numbers)


def named(title: str) -> Goods | None:
    """The goods that a title names."""
    words = _words()
    number = min((words.meanings[at] for at, _, _ in words.find(fold(title[:200]))), default=None)
    return None if number is None else all_goods()[number]


def in_cny(price: str | None) -> float | None:
    """The first amount of a price as it is shown, roughly in CNY; None where there is none."""
    shown = fold((price or "")[:40])
    amount = _AMOUNT.search(shown)
    if amount is None:
        return None
    rate = next((rate for mark, rate in _IN_CNY if mark in shown), 1.0)
    return float(amount[0]) * rate


def odd_price(listing: Listing, goods: Goods | None) -> bool:
    """Whether the price is far from the usual range of the goods."""
    price = in_cny(listing.price) if goods else None
    if goods is None or not price:
        return False
    return price < goods.price[0] / _FAR or price > goods.price[1] * _FAR


def misplaced(signs: Iterable[Sign], goods: Goods | None) -> Sign | None:
    """The first act that is told aside (reviews, options, pictures ...) though title and description sell goods."""
    if goods is None:
        return None
    told = [sign for sign in signs if sign.kind in _OFFERED and sign.kind not in goods.explains]
    openly = {sign.kind for sign in told if _is_openly(sign.field)}
    return next((sign for sign in told if sign.kind not in openly and not _is_openly(sign.field)), None)


def _is_openly(field: Field) -> bool:
    return field.name in _ASIDE
