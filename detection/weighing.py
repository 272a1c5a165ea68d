"""Schemes that hold, and what speaks against an offer (frames, signs of lawful use), as evidence with quotes."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator

from detection.look import Look
from detection.saying import quoted, said, spoken_against
from detection.stance import Sign, firsts
from index.model import Evidence

_AGAINST = {
    "consented": 2.4,
    "refuses": 1.6,
    "papers": 1.8,
    "labelled": 0.8,
    "defends": 2.2,
    "hurt": 1.2,
    "asks": 1.4,
    "reports": 1.8,
    "studies": 1.2,
    "hires": 1.4,
    "private_use": 1.0,
}
"""Sign of lawful use in the seller's own words -> log-odds it takes away from a scheme."""
_TRADE = {"unaware": 1.2, "wink": 1.0, "evades": 1.0, "guarantee": 0.8, "recruits": 0.7, "disowns": 0.7, "absent": 0.5}
"""Sign of a trade -> log-odds that it adds to an offer that something else shows."""
_MISPLACED, _ODD_PRICE = 1.2, 0.8
"""Log-odds that what does not fit the goods of the title adds to an offer that something else shows."""
_GOODS_FRAMES = frozenset({"hardware", "book", "game_or_fan"})
"""Ways of speaking that ordinary goods in the title pretend where the offer is told aside."""
_RETOLD = frozenset({"news", "warning", "complaint", "question", "research"})
"""Ways of speaking in which signs of a trade are quoted from others and add nothing."""
_SHAM = 1.0
"""Log-odds of a warning that is followed by a way to buy."""
_BEATEN = frozenset({"hurt", "asks", "defends", "reports", "refuses"})
"""Signs of lawful use that such a sham pretends."""
_OTHERS_WORDS = 0.8
"""Weight of a scheme whose act only reviews and questions tell."""
_BESIDE_TRADE_WORDS = 0.5
"""Share of what signs of lawful use weigh where trade words of the lexicon stand too: these are plainer."""


def schemed(seen: Look, *, detector: str, violations: Collection[str]) -> Iterator[Evidence]:
    """One evidence per violation whose scheme holds: quotes the act, names what stands with it."""
    for violation in violations:
        scheme, (act, *rest) = seen.schemes[violation]
        yield quoted(
            "scheme.together",
            act.field,
            "joined",
            act.start,
            act.end,
            detector=detector,
            violation=violation,
            strength=scheme.strength * (1 if act.field.own_words else _OTHERS_WORDS),
            beside="”“".join(sign.quote() for sign in rest),
        )


def traded(seen: Look, *, detector: str, violations: Collection[str]) -> Iterator[Evidence]:
    """Further signs of a trade for each violation that was considered, without those that its scheme has named."""
    if not violations or (seen.sham is None and any(frame.id in _RETOLD for frame, *_ in seen.frames)):
        return
    for sign in _firsts(seen, _TRADE):
        for violation in violations:
            if violation not in seen.schemes or sign not in seen.schemes[violation][1]:
                yield _of(sign, detector, violation, _TRADE[sign.kind])
    if seen.sham is not None:
        warning, way = seen.sham
        place = way.field, "joined", way.start, way.end
        for violation in violations:
            yield quoted(
                "scheme.sham",
                *place,
                detector=detector,
                violation=violation,
                strength=_SHAM,
                warning=warning.quote(),
            )


def unfitting(seen: Look, *, detector: str, violations: Collection[str]) -> Iterator[Evidence]:
    """Small evidence for each violation that was considered: a price or a topic that does not fit the goods."""
    if not violations or seen.goods is None:
        return
    zh, en, aside = seen.goods.zh, seen.goods.en, seen.misplaced
    for violation in violations:
        if aside is not None:
            yield quoted(
                "scheme.misplaced",
                aside.field,
                "joined",
                aside.start,
                aside.end,
                detector=detector,
                violation=violation,
                strength=_MISPLACED,
                goods_zh=zh,
                goods_en=en,
            )
        if seen.odd_price:
            yield said(
                "scheme.odd_price",
                detector=detector,
                violation=violation,
                strength=_ODD_PRICE,
                observed=seen.subject.listing.price or "",
                goods_zh=zh,
                goods_en=en,
            )


def lawful(seen: Look, *, detector: str, violations: Collection[str], trade_words: bool) -> Iterator[Evidence]:
    """Negative evidence for each violation that was considered. `trade_words`: rules of the lexicon hold."""
    if not violations:
        return
    share = _BESIDE_TRADE_WORDS if trade_words else 1.0
    for sign in _firsts(seen, _AGAINST):
        if sign.field.own_words and not (seen.sham and sign.kind in _BEATEN):
            yield from (_of(sign, detector, violation, -share * _AGAINST[sign.kind]) for violation in violations)
    frames = [one for one in seen.frames if not (seen.misplaced and one[0].id in _GOODS_FRAMES)]
    yield from spoken_against(frames, detector=detector, violations=violations)


def _firsts(seen: Look, wanted: Container[str]) -> list[Sign]:
    """The first sign of each kind that is wanted."""
    return list(firsts(sign for sign in seen.signs if sign.kind in wanted).values())


def _of(sign: Sign, detector: str, violation: str, strength: float) -> Evidence:
    place = sign.field, "joined", sign.start, sign.end
    return quoted(f"scheme.{sign.kind}", *place, detector=detector, violation=violation, strength=strength)
