"""One row of name, package and developer beside one brand: signs with weights, added up as log-odds.

The name only opens the file. An equal name by nobody in particular proves nothing; with somebody else's package it
does, the more so the less ordinary the name is. What is not collected, or unverified, never accuses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from detection.brands import reading
from detection.brands.names import NameHit, ai_context, ordinary, sure
from detection.brands.packages import Nearness, nearness
from detection.brands.whole import Relation, WholeHit
from detection.identity import Kinship, kinship
from detection.normalise import Normalised, fold
from index.profiles import Profile

Kind = Literal["imitation", "genuine", "lawful_third_party", "unrelated"]

IMITATION_FROM = 0.5
_PRIOR = -3.0
_AT_MOST = 6.0

_NAME: Mapping[Relation, tuple[float, float]] = {
    "same": (2.2, 0.9),
    "trimmed": (2.2, 0.9),
    "disguised": (4.2, 3.2),
    "misspelling": (3.7, 2.6),
    "homophone": (3.5, 2.3),
    "typo": (2.3, 0.7),
    "bundled": (2.2, 1.2),
    "slip": (1.0, 0.9),
    "leads": (1.2, 0.2),
    "contains": (0.3, 0.0),
}
"""Weight of a name of one's own, and of one that is an ordinary word."""
_AS_THE_NAME = {"same", "trimmed", "disguised", "misspelling", "homophone", "typo", "bundled"}
_WRITTEN_PLAINLY = {"same", "trimmed", "typo", "slip", "bundled", "leads", "contains"}
_PACKAGE: Mapping[Nearness, float] = {
    "disguised": 3.9,
    "baited": 3.3,
    "misspelt": 2.8,
    "prolonged": 2.2,
    "rearranged": 2.2,
}
_ORDER: Mapping[Nearness, int] = {near: number for number, near in enumerate((*_PACKAGE, "same_vendor", "other"))}
_OTHER_PACKAGE = {True: (2.4, 2.1), False: (0.8, 0.1)}
"""Weight of a package that is not the brand's, under its name or not; for a name of its own, or an ordinary word."""
_VENDORS_PACKAGE = 0.5
_OTHER_DEVELOPER = {True: (0.9, 0.5), False: (0.3, 0.1)}
_INCOMPARABLE = 0.5
_OWN_PACKAGE_OTHER_DEVELOPER = 3.6
"""By itself: stores show one owner under many names, and only the signer would settle it."""
_SLIPS = {"slip", "typo"}
_SLIP_OF_STRANGERS = 2.0
"""More for a misspelt short name where package and developer are told and are not the brand's: real squatting looks so.
Not for names with meanings of their own, which others come near by chance."""
_SHORT = 7
"""Letters of a name up to which one slip makes it less sure."""
_SHORT_SLIP = -0.8
_NAME_ALONE = -1.5
"""Where neither package nor developer is known, a name that anybody may write says nothing."""
_CLAIM = {True: 1.2, False: 0.5}
"""Weight of a claim to be the original where package or developer contradict it, and where nothing is known."""
_ORDINARY = -3.0
_KIND = -2.6


@dataclass(frozen=True, slots=True)
class Row:
    """One app as a list names it; empty where the list says nothing."""

    name: str
    package: str = ""
    developer: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason and its weight in log-odds; `message` is an id below 'brand_match.'."""

    message: str
    strength: float
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Match:
    """What a row is to the brand it is nearest to; no profile when it is near to none."""

    profile: Profile | None
    kind: Kind
    probability: float
    """Of an imitation, 0..1."""
    signs: tuple[Sign, ...]

    @property
    def package(self) -> str | None:
        """The brand's own package that is best known."""
        known = self.profile.packages if self.profile else ()
        best = min(known, key=lambda own: not sure(own.confidence), default=None)
        return best.id if best else None


class Comparison:
    """One row beside one profile."""

    def __init__(self, row: Row, text: Normalised, profile: Profile, hit: WholeHit | None) -> None:
        self.row, self.text, self.profile, self.hit = row, text, profile, hit
        self.near = _nearest(row.package, profile)
        self.kin: Kinship = kinship(row.developer, profile)
        self.plain_word = hit is not None and reading.common(hit.name.text)
        self.under_its_name = hit is not None and hit.relation in _AS_THE_NAME
        self.kinds = _kinds(text, hit)

    def result(self) -> Match | None:
        """None when nothing ties the row to the brand."""
        near = self.near[0]
        if self.genuine():
            settled = near in {"own", "same_vendor", None} and self.kin != "incomparable"
            return Match(self.profile, "genuine", 0.02 if settled else 0.25, tuple(self._genuine_signs()))
        if self.hit is None and near in {None, "same_vendor", "other"}:
            return None
        parts = (self._package,) if near == "own" else (self._name, self._package, self._developer, self._speech)
        signs = [sign for part in parts for sign in part()]
        total = max(-_AT_MOST, min(_AT_MOST, _PRIOR + sum(sign.strength for sign in signs)))
        probability = round(1 / (1 + math.exp(-total)), 4)
        return Match(self.profile, self._kind(probability, signs), probability, tuple(signs))

    def genuine(self) -> bool:
        """The brand's own package, not contradicted; or the owner's hand and no package dressed up as the brand's.

        Where the owner is called as the brand is, a copy of the name would be the owner's name too: then the package
        must begin as the owner's do.
        """
        near = self.near[0]
        if near == "own":
            return self.kin != "other"
        if self.kin != "own" or self.hit is None or self.hit.relation not in _AS_THE_NAME | {"leads"}:
            return False
        written_again = fold(self.row.developer).strip() in {fold(name.text) for name in self.profile.names}
        return near in {None, "same_vendor"} or (near == "other" and not written_again)

    def _kind(self, probability: float, signs: list[Sign]) -> Kind:
        if probability >= IMITATION_FROM:
            return "imitation"
        if self.hit is None or any(sign.message == "ordinary" for sign in signs):
            return "unrelated"
        speaks_of_it = self.hit.relation in {"leads", "contains", "bundled"} and (self.kinds or not self.plain_word)
        return "lawful_third_party" if speaks_of_it else "unrelated"

    def _sign(self, message: str, strength: float, **values: str) -> Sign:
        return Sign(message, strength, {"brand": self._brand, **values})

    @property
    def _brand(self) -> str:
        if self.hit is None or self.hit.name.kind == "misspelling":
            return self.profile.names[0].text
        return self.hit.name.text

    def _genuine_signs(self) -> list[Sign]:
        near, package = self.near
        if near == "own":
            said = {"own": "and_developer", "kin": "and_kin", "incomparable": "incomparable"}.get(self.kin)
            message = f"own_package_{said}" if said else "own_package"
            return [self._sign(message, -8.0, package=package, developer=self.row.developer)]
        return [self._sign("own_developer", -4.0, package=self.row.package, developer=self.row.developer)]

    def _name(self) -> list[Sign]:
        if self.hit is None:
            return []
        weight = _NAME[self.hit.relation][self.plain_word]
        told = self.plain_word and self.row.package and self.row.developer and not self.profile.ordinary_meanings
        if told and self.hit.relation in _SLIPS:
            weight += _SLIP_OF_STRANGERS
        signs = [self._sign(f"name_{self.hit.relation}", weight, name=self.row.name)]
        if until := getattr(self.hit.name, "until", None):
            signs.append(self._sign("former_name", 0.0, until=str(until)))
        if self.hit.relation == "typo" and len(reading.compact(fold(self.hit.name.text))) < _SHORT:
            signs.append(self._sign("short_slip", _SHORT_SLIP))
        if not self.row.package and self.kin == "unknown" and self.hit.relation in _WRITTEN_PLAINLY:
            signs.append(self._sign("name_alone", _NAME_ALONE))
        if self.plain_word and self.hit.relation in _AS_THE_NAME:
            signs.append(self._sign("plain_word", 0.0))
        return signs

    def _package(self) -> list[Sign]:
        near, genuine = self.near
        values = {
            "package": self.row.package,
            "expected": genuine,
            "developer": self.row.developer,
            "owners": self._owners,
        }
        if near == "own":
            return [self._sign("own_package_other_developer", _OWN_PACKAGE_OTHER_DEVELOPER, **values)]
        signs = []
        if near is not None and near in _PACKAGE:
            signs.append(self._sign(f"package_{near}", _PACKAGE[near], **values))
        elif near == "same_vendor" and self.kin != "other":
            signs.append(self._sign("package_same_vendor", _VENDORS_PACKAGE, **values))
        elif near is not None and self.hit is not None:
            signs.append(self._sign("package_other", _OTHER_PACKAGE[self.under_its_name][self.plain_word], **values))
        return signs

    def _developer(self) -> list[Sign]:
        values = {"developer": self.row.developer, "owners": self._owners}
        if self.kin == "other":
            return [self._sign("developer_other", _OTHER_DEVELOPER[self.under_its_name][self.plain_word], **values)]
        if self.kin == "incomparable":
            return [self._sign("developer_incomparable", _INCOMPARABLE, **values)] if self.under_its_name else []
        if self.kin == "imitated":
            return [self._sign("developer_imitated", 2.0, **values)]
        if self.kin in {"own", "kin"}:
            return [self._sign("developer_kin", -1.5, **values)]
        return []

    @property
    def _owners(self) -> str:
        return " / ".join(dict.fromkeys(one.name for one in self.profile.developers if sure(one.confidence)))

    def _speech(self) -> list[Sign]:
        """What the name says of itself, and the ordinary meaning it may have."""
        if self.hit is None:
            return []
        plain, signs = self.text.joined, []
        claim = reading.claimed(plain) and not reading.claimed(fold(self.hit.name.text))
        if claim and not self.kinds:
            known = self.near[0] is not None or self.kin == "other"
            signs.append(self._sign("claims_official", _CLAIM[known]))
        if self.kinds:
            signs += [self._sign(f"kind_{kind}", _KIND if first else 0.0) for first, kind in _first(self.kinds)]
        if (meaning := self._meaning(claim=claim)) is not None:
            signs.append(self._sign("ordinary", _ORDINARY, meaning=meaning))
        return signs

    def _meaning(self, *, claim: bool) -> str | None:
        """The ordinary meaning that the name has here; the package and the developer are read as well."""
        hit = (self.hit.inside or self.hit.as_name()) if self.hit else None
        if hit is None or self.hit is None or hit.how == "look_alike":
            return None
        if self.near[0] in _PACKAGE or (hit.how != "exact" and not self._means_more(hit)):
            return None
        others = fold(f"{self.row.package.replace('.', ' ').replace('_', ' ')} {self.row.developer}")
        meaning = ordinary(hit, self.text.joined, others)
        if meaning == "no sign of AI":
            glued = self.hit.relation == "trimmed" and reading.compact(self.text.plain).endswith("ai")  # 'KimiAI'
            owners = any(fold(one.name) in self.text.plain for one in self.profile.developers)  # '抖音豆包'
            of_the_app = claim or glued or owners or reading.ported(self.text.joined) or ai_context(others)
            of_the_app = of_the_app or (bool(self.kinds) and not self.under_its_name)
            return None if of_the_app else ""
        return meaning

    def _means_more(self, hit: NameHit) -> bool:
        """Whether this very name has ordinary meanings and is short enough for a slip to be another word."""
        listed = any(not one.names or hit.name.text in one.names for one in self.profile.ordinary_meanings)
        return listed and len(hit.name.text) <= _SHORT


def _first(kinds: tuple[str, ...]) -> list[tuple[bool, str]]:
    return [(number == 0, kind) for number, kind in enumerate(kinds)]


def _nearest(package: str, profile: Profile) -> tuple[Nearness | None, str]:
    """The package beside the nearest genuine one that is sure enough; None when either side is unknown."""
    if not package:
        return None, ""
    lower = package.lower()
    if own := next((own.id for own in profile.packages if own.id.lower() == lower), None):
        return "own", own
    known = [own.id for own in profile.packages if sure(own.confidence) and package not in profile.wrong_ids]
    return min(((nearness(package, id_), id_) for id_ in known), key=lambda pair: _ORDER[pair[0]], default=(None, ""))


def _kinds(text: Normalised, hit: WholeHit | None) -> tuple[str, ...]:
    """What the name says it is besides the brand; a name that is the brand's and trimmings says nothing else."""
    if hit is None or hit.relation in {"same", "trimmed", "disguised"}:
        return ()
    kinds = reading.kinds(text.plain, hit.profile)
    inner = hit.inside
    if inner is not None and reading.leads_up(text.plain, text.in_plain(inner.view, inner.start, inner.end)[0]):
        kinds = ("client", *kinds)
    return tuple(dict.fromkeys(kinds))
