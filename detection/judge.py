"""Everything detection knows, in one call: a subject in, a judgement out."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

import detection.detectors
from apk_analysis.fingerprint import Fingerprint
from detection import scoring
from detection.fields import cut
from detection.subject import Subject
from index.allowed import covers
from index.ids import finding_id, listing_id
from index.model import Capture, Evidence, Finding, Group, Judgement, Listing, Violation
from index.profiles import Profile

if TYPE_CHECKING:
    from detection.text_model.model import Opinion

_UNSEEN = {
    "code_hidden": "unseen.code",
    "code_loaded_later": "unseen.later_code",
    "address_from_config": "unseen.address",
    "incomplete_set": "unseen.parts",
}
"""Traits that say what nobody could look at -> message."""
TOGETHER = 100
"""Subjects that are judged, and whose texts are kept, at the same time: more are no faster."""


@cache
def _detectors() -> dict[str, ModuleType]:
    """Name -> module, from detection/detectors/: `detect`, `GROUP`, and `WORDS = True` where it goes by words alone."""
    modules = sorted(pkgutil.iter_modules(detection.detectors.__path__), key=lambda module: module.name)
    return {module.name: importlib.import_module(f"detection.detectors.{module.name}") for module in modules}


@cache
def _groups() -> dict[str, Group | None]:
    return {name: module.GROUP for name, module in _detectors().items()}


@cache
def _words() -> frozenset[str]:
    return frozenset({name for name, module in _detectors().items() if getattr(module, "WORDS", False)})


def by_rules(subject: Subject) -> list[Evidence]:
    """What the detectors find, without the text model."""
    return _ruled([subject])[0]


def _ruled(subjects: Sequence[Subject]) -> list[list[Evidence]]:
    found: list[list[Evidence]] = [[] for _ in subjects]
    for module in _detectors().values():
        for subject, evidence in zip(subjects, found, strict=True):
            evidence.extend(module.detect(subject))
    return found


def judge(subject: Subject, opinion: Opinion | None = None) -> Judgement:
    """What detection says about a subject: pure, and the same for the same subject.

    `opinion`: of another text model on its texts, for evaluation; by default the shipped model is asked.
    """
    return judge_all([subject], [opinion])[0]


def judge_all(subjects: Sequence[Subject], opinions: Sequence[Opinion | None] | None = None) -> list[Judgement]:
    """Likewise for several at once, one per subject in their order: the same judgements, sooner."""
    from detection.look import looks  # noqa: PLC0415 - loads matching libraries; only when something is judged

    asked = [None] * len(subjects) if opinions is None else opinions
    judgements = []
    for at in range(0, len(subjects), TOGETHER):
        judgements += _together(subjects[at : at + TOGETHER], asked[at : at + TOGETHER])
    if len(subjects) > 1:
        looks(subjects[-1:])  # the views of all others need not be kept any longer
    return judgements


def _together(subjects: Sequence[Subject], opinions: Sequence[Opinion | None]) -> list[Judgement]:
    """One kind of work for all, then the next: so code and tables stay in the processor's caches."""
    from detection.look import looks  # noqa: PLC0415 - loads matching libraries; only when something is judged
    from detection.text_model.evidence import opine  # noqa: PLC0415 - loads NumPy; only when something is judged

    looks(subjects)
    ruled = _ruled(subjects)
    told = [opine(*each) for each in zip(subjects, ruled, opinions, strict=True)]
    found = [[*by_rule, *by_text] for by_rule, (by_text, _) in zip(ruled, told, strict=True)]
    scored = [
        scoring.score(evidence, _groups(), _words(), trust) for evidence, (_, trust) in zip(found, told, strict=True)
    ]
    return [_judged(*each) for each in zip(subjects, found, scored, strict=True)]


def _judged(subject: Subject, evidence: Sequence[Evidence], scored: Sequence[Violation]) -> Judgement:
    from detection.concerned import brand_of  # noqa: PLC0415 - loads matching libraries; only when something is judged
    from detection.sub_items import refined  # noqa: PLC0415 - loads matching libraries; only when something is judged

    violations = refined(scored, subject)
    brand = brand_of(subject, evidence)
    if subject.views:
        from detection.views import with_views  # noqa: PLC0415 - hardly any listing has views

        violations = with_views(violations, subject.listing, subject.views)
    return Judgement(
        verdict=scoring.verdict(violations),
        violations=violations,
        brand=brand,
        priority=scoring.priority(violations, subject.listing),
        unseen=tuple(_unseen(subject, brand)),
        allowed=subject.allowed,
    )


def _unseen(subject: Subject, brand: str | None) -> Iterator[str]:
    """Message ids for what could not be seen. It is said, and never lowers suspicion."""
    listing, sample = subject.listing, subject.fingerprint
    if sample is None and (listing.package_name or listing.download_urls or listing.source_kind == "app_store"):
        yield "unseen.sample"
    if sample is not None and sample.signature.status == "unknown":
        yield "unseen.signature"
    yield from dict.fromkeys(_UNSEEN[trait.kind] for trait in sample.traits if trait.kind in _UNSEEN) if sample else ()
    if brand is not None:
        profile = subject.profiles[brand]
        for part, value in (
            ("signer", profile.signers),
            ("package", profile.packages),
            ("developer", profile.developers),
        ):
            if not value or (part == "signer" and _signer_of_another_kind(subject, profile)):
                yield f"unseen.genuine_{part}"
    if cut(listing):
        yield "unseen.long_text"
    if subject.views:
        from detection.views import differences  # noqa: PLC0415 - hardly any listing has views

        if any(True for view in subject.views for _ in differences(listing, view)):
            yield "unseen.views_differ"
    read = subject.pictures_read if subject.pictures_read is not None else bool(listing.image_text)
    if listing.image_urls and not read:
        yield "unseen.pictures"


def _signer_of_another_kind(subject: Subject, profile: Profile) -> bool:
    """Whether the store states a digest of the signer, and the brand's digests of that kind are not collected."""
    from detection.identity import identity  # noqa: PLC0415 - loads matching libraries; only when something is judged

    if subject.fingerprint is not None or not subject.listing.declared_signers:
        return False
    who = identity(subject, profile)
    return who.own_package and who.stated == "unknown"


def findings(
    listing: Listing,
    judgement: Judgement,
    *,
    fingerprint: Fingerprint | None = None,
    capture: Capture | None = None,
) -> tuple[Finding, ...]:
    """One finding per violation group that is at least a lead, worst first."""
    groups: dict[Group, list[Violation]] = {}
    for violation in judgement.violations:
        groups.setdefault(violation.group, []).append(violation)
    ident = listing_id(listing.marketplace, listing.native_id)
    proposed = []
    for group, violations in groups.items():
        verdict = scoring.verdict(violations)
        if verdict == "benign":
            continue
        brand = judgement.brand if group in scoring.BRANDED else None
        signers = fingerprint.signature.signers if fingerprint else ()
        proposed.append(
            Finding(
                id=finding_id(ident, group, brand),
                listing_id=ident,
                marketplace=listing.marketplace,
                url=listing.url,
                title=listing.title,
                group=group,
                verdict=verdict,
                probability=violations[0].probability,
                priority=scoring.priority(violations, listing),
                brand=brand,
                violations=tuple(violations),
                unseen=judgement.unseen,
                allowed=tuple(hit for hit in judgement.allowed if covers(hit, group, brand)),
                sample_sha256=fingerprint.sha256 if fingerprint else None,
                signer_sha256=signers[0].sha256 if signers else None,
                capture=capture,
            )
        )
    return tuple(sorted(proposed, key=lambda finding: -finding.priority))
