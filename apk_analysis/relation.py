"""What two samples are to each other, judged from what was measured of them.

Three kinds of evidence, each a probability between 0 and 1 with its reason:

- code: the larger share of one app's own code that the other holds, where both have enough of it, and enough of it
  behind the components that their manifests name. That must be shared as well: a library that both bring along has no
  part in the screens of either. Tiny apps have no say here, because their code looks like that of every other tiny app;
- content: files that both hold; in tiny apps screens, texts and files taken together, for each is a handful;
- looks: icon, label, hosts and application id that are no other app's. One of them alone proves nothing.

Code decides alone. Without it (a shell has next to none, a packer hides it) content and looks must speak together, and
an app that looks different and speaks to other hosts is another app made with the same kit. Thresholds were set on one
half of the packages in `benchmarks/clone_bench.py` and are reported on the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from apk_analysis.code.sketch import NOTHING, Overlap

Relation = Literal["identical", "same_app", "repackaged", "wrapper_pair", "related", "unrelated", "unknown"]

FEW_CLASSES, FEW_CODE = 30, 40
"""Own classes and features of own code below which code says nothing."""
FEW_SCREENS, FEW_ASSETS, FEW_IN_ALL = 5, 4, 5
"""Features below which a set says nothing."""
CODE, SCREENS = (0.25, 0.60), (0.25, 0.60)
ASSETS, IN_ALL = (0.35, 0.80), (0.35, 0.80)
"""Shares at which evidence begins to speak, and at which it is as strong as it gets."""
BALANCE = 0.1
"""What both of two apps must share of their files or texts."""
NEAR_ICON = 4
"""Of 64 bits of a difference hash: icons that a person takes for the same."""
STRONG, LIKELY = 0.97, 0.5
LOOKS = {"icon": 0.45, "label": 0.35, "hosts": 0.45, "package": 0.35}
CONTENT = 0.75
"""What each look says alone, and what fully shared content does."""
DENIED = 0.4
"""The most that is left when large code is there and is another, or when looks and hosts are all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that was measured and counted."""

    kind: str
    """'same_sample', 'shared_signer', 'public_signer', 'no_signer', 'same_package', 'shared_code', 'library_only',
    'tiny_code', 'hidden_code', 'shared_files', 'shared_strings', 'same_icon', 'same_label', 'shared_hosts',
    'looks_differ'."""
    numbers: dict[str, float] = field(default_factory=dict)
    """Counts and shares (0 to 1) by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What two feature sets share, and how large they are."""

    overlap: Overlap = NOTHING
    sizes: tuple[int, int] = (0, 0)

    def most(self, few: int, balance: float = 0.0) -> float | None:
        """The larger of the two shares, among sets of at least `few` features; None when one has too few.

        `balance`: what the smaller share must reach; a handful of files or texts is easily found in a huge app.
        """
        shares = self.overlap.first_in_second, self.overlap.second_in_first
        if min(self.sizes) < few or min(shares) < balance:
            return None
        return max(shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What was measured of two samples. Pairs: the first sample's, the second's."""

    same_sample: bool = False
    shared_signers: tuple[str, ...] = ()
    """SHA-256 of verified certificates that both carry, now or earlier in their lineage; not those of public keys."""
    public_signers: tuple[str, ...] = ()
    """The same, of keys that everybody has."""
    signed: tuple[bool, bool] = (False, False)
    """Whether a signer was verified."""
    same_package: bool = False
    own_package: bool = True
    """Whether that application id is one that its author chose, not a template's."""
    own_classes: tuple[int, int] = (0, 0)
    code: Shared = field(default_factory=Shared)
    screens: tuple[Shared, Shared] = field(default_factory=lambda: (Shared(), Shared()))
    """The first's screens against the second's code, and the second's screens against the first's code."""
    strings: Shared = field(default_factory=Shared)
    assets: Shared = field(default_factory=Shared)
    icon_distance: int | None = None
    """Bits in which the nearest icons differ; None when one has no icon of its own."""
    same_label: bool | None = None
    """None when one has no label of its own."""
    hosts: tuple[int, int, int] = (0, 0, 0)
    """Hosts in both, of the first, of the second."""
    hidden: tuple[bool, bool] = (False, False)
    """Whether there is code that could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows."""

    relation: Relation
    score: float
    """How probable it is that one was made from the other, 0 to 1."""
    reasons: tuple[Reason, ...]


def judge(found: Measures) -> Verdict:
    """The relation of two samples, with everything that speaks for or against it."""
    reasons = [*_reasons(found)]
    if found.same_sample:
        return Verdict(relation="identical", score=1.0, reasons=tuple(reasons))
    by_code = code_evidence(found)
    score = max(by_code or 0.0, content_evidence(found))
    return Verdict(relation=_relation(found, by_code, score), score=round(score, 3), reasons=tuple(reasons))


def _relation(found: Measures, by_code: float | None, score: float) -> Relation:
    alike = score >= LIKELY
    if found.shared_signers:
        return "same_app" if alike or found.same_package else "related"
    if alike and not found.public_signers and any(found.signed):
        return "repackaged" if by_code is not None else "wrapper_pair"
    if alike or found.public_signers or _partly(found):
        return "related"
    return "unknown" if by_code is None and any(found.hidden) else "unrelated"


def code_evidence(found: Measures) -> float | None:
    """How much own code says that one app was made from the other; None when it cannot say."""
    share, screens = found.code.most(FEW_CODE), _screens(found)
    if share is None or screens is None or min(found.own_classes) < FEW_CLASSES:
        return None
    return min(ramp(share, CODE), ramp(screens, SCREENS))


def content_evidence(found: Measures) -> float:
    """How much content and looks say, together. Where code has spoken, only files are content."""
    spoken = code_evidence(found) is not None and not any(found.hidden)
    files = CONTENT * ramp(found.assets.most(FEW_ASSETS, BALANCE), ASSETS)
    in_all = 0.0 if spoken else CONTENT * ramp(_in_all(found), IN_ALL)
    looks = [LOOKS[kind] for kind in alike_looks(found)]
    chance = joined([max(in_all, files), *looks])
    denied = (spoken and files < LIKELY) or (not looks and _other_hosts(found))
    return min(DENIED, chance) if denied else chance


def _in_all(found: Measures) -> float | None:
    """The larger share of one app's screens, texts and files together that the other holds; None when too few."""
    shares = []
    for side in (0, 1):
        parts = (found.screens[side], found.strings, found.assets)
        sizes = (found.screens[side].sizes[0], found.strings.sizes[side], found.assets.sizes[side])
        if sum(sizes) >= FEW_IN_ALL:
            shares.append(sum(part.overlap.shared for part in parts) / sum(sizes))
    return max(shares) if shares and min(shares) >= BALANCE else None


def alike_looks(found: Measures) -> Iterator[str]:
    """Which of icon, label and hosts are the same."""
    if found.icon_distance is not None and found.icon_distance <= NEAR_ICON:
        yield "icon"
    if found.same_label:
        yield "label"
    if found.hosts[0]:
        yield "hosts"
    if found.same_package and found.own_package:
        yield "package"


def _other_hosts(found: Measures) -> bool:
    """Whether both speak to hosts of their own, and to none in common."""
    return min(found.hosts[1:]) > 0 and not found.hosts[0]


def _screens(found: Measures) -> float | None:
    """The larger share of one app's screens that is in the other's code; None when neither has enough of them."""
    return max((side.overlap.first_in_second for side in found.screens if side.sizes[0] >= FEW_SCREENS), default=None)


def _partly(found: Measures) -> bool:
    share = found.code.most(FEW_CODE)
    return share is not None and share >= CODE[0] and min(found.own_classes) >= FEW_CLASSES


def _reasons(found: Measures) -> Iterator[Reason]:
    yield from _identity_reasons(found)
    yield from _code_reasons(found)
    for kind, shared in (("shared_files", found.assets), ("shared_strings", found.strings)):
        if shared.overlap.shared:
            yield Reason(kind=kind, numbers=_numbers(shared))
    looks = [*alike_looks(found)]
    if "icon" in looks:
        yield Reason(kind="same_icon", numbers={"bits": found.icon_distance or 0})
    if "label" in looks:
        yield Reason(kind="same_label")
    if "hosts" in looks:
        yield Reason(kind="shared_hosts", numbers={"hosts": found.hosts[0]})
    if not looks and _other_hosts(found):
        yield Reason(kind="looks_differ")


def _identity_reasons(found: Measures) -> Iterator[Reason]:
    if found.same_sample:
        yield Reason(kind="same_sample")
    if found.shared_signers:
        yield Reason(kind="shared_signer", numbers={"signers": len(found.shared_signers)})
    elif found.public_signers:
        yield Reason(kind="public_signer", numbers={"signers": len(found.public_signers)})
    if not all(found.signed):
        yield Reason(kind="no_signer", numbers={"unsigned": 2 - sum(found.signed)})
    if found.same_package:
        yield Reason(kind="same_package")
    if any(found.hidden):
        yield Reason(kind="hidden_code", numbers={"samples": sum(found.hidden)})


def _code_reasons(found: Measures) -> Iterator[Reason]:
    classes = {"first_classes": found.own_classes[0], "second_classes": found.own_classes[1]}
    if code_evidence(found) is None:
        yield Reason(kind="tiny_code", numbers={**classes, **_numbers(found.code)})
    elif found.code.overlap.shared:
        screens = _screens(found) or 0.0
        aside = screens < SCREENS[0] and (found.code.most(FEW_CODE) or 0.0) >= CODE[0]
        numbers = {**classes, **_numbers(found.code), "screens": round(screens, 3)}
        yield Reason(kind="library_only" if aside else "shared_code", numbers=numbers)


def _numbers(shared: Shared) -> dict[str, float]:
    return {
        "shared": shared.overlap.shared,
        "first": shared.sizes[0],
        "second": shared.sizes[1],
        "first_in_second": round(shared.overlap.first_in_second, 3),
        "second_in_first": round(shared.overlap.second_in_first, 3),
    }


def ramp(share: float | None, ends: tuple[float, float]) -> float:
    """0 below the lower end, STRONG above the upper one, straight between; 0 for None."""
    if share is None:
        return 0.0
    low, high = ends
    return STRONG * min(1.0, max(0.0, (share - low) / (high - low)))


def joined(chances: list[float]) -> float:
    """Probability that at least one of independent signs is right."""
    wrong = 1.0
    for chance in chances:
        wrong *= 1 - chance
    return 1 - wrong
