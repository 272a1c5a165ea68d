"""Compares two samples and says what they share, what differs, and what follows from that.

`compare` reads both files and counts with whole feature sets. `compare_fingerprints` needs only what was stored: it
estimates from sketches where sets are large, and sees hosts only where traits name them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from apk_analysis.analyse import analyse
from apk_analysis.code.sample import OwnPart, distinctive, read_own_part
from apk_analysis.code.sketch import Features, Overlap, overlap, overlap_of_sets
from apk_analysis.fingerprint import Code, Fingerprint, Icon, Sketch, Trait
from apk_analysis.relation import Measures, Reason, Relation, Shared, judge

CODE_HIDDEN = "code_hidden"
HOST_TRAITS = ("host", "webview_only")
"""Endings of the kinds of traits whose value is a host."""
MOST_LISTED = 200
TEMPLATES = ("com.example.", "org.example.", "com.test.", "com.demo.", "com.mycompany.", "com.company.")
"""Beginnings of application ids that tools propose and nobody changed."""
FLAT_ICON = 6
"""Bits of a difference hash: an icon with fewer set, or fewer unset, has no picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one has and the other has not."""

    added: tuple[str, ...] = ()
    """Only the second has it."""
    removed: tuple[str, ...] = ()
    """Only the first has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two samples beside each other."""

    first: str
    """SHA-256."""
    second: str
    relation: Relation
    score: float
    """How probable it is that one was made from the other, 0 to 1; 1 for the same sample."""
    reasons: tuple[Reason, ...]
    exact: bool
    """Whether whole sets were compared, not sketches of them."""
    measures: Measures
    shared_libraries: tuple[str, ...] = ()
    """Libraries that both bring along; they count for nothing."""
    library_share: tuple[float, float] = (0.0, 0.0)
    """Of all classes of each, those that belong to libraries."""
    hosts: tuple[str, ...] = ()
    """In both."""
    permissions: Changes = Changes()
    components: Changes = Changes()
    traits: Changes = Changes()
    """As 'kind value'."""


def compare(first: Path, second: Path) -> Comparison:
    """Two samples on disk, on their whole sets. Raises OSError when one cannot be opened."""
    prints = analyse(first).fingerprint, analyse(second).fingerprint
    parts = tuple(
        read_own_part(path, found.package, found.components)
        for path, found in zip((first, second), prints, strict=True)
    )
    return compare_parts(prints, (parts[0], parts[1]))


def compare_parts(prints: tuple[Fingerprint, Fingerprint], parts: tuple[OwnPart, OwnPart]) -> Comparison:
    """The same for samples that were read before."""
    one, two = parts
    codes = one.code, two.code
    sets, others = one.sets, two.sets
    sized = Measures(
        own_classes=(codes[0].own_classes, codes[1].own_classes),
        code=_exact(sets.code, others.code),
        screens=(_exact(sets.screens, others.code), _exact(others.screens, sets.code)),
        strings=_exact(sets.strings, others.strings),
        assets=_exact(sets.assets, others.assets),
    )
    return _comparison(prints, sized, codes, (one.hosts, two.hosts), exact=True)


def compare_fingerprints(first: Fingerprint, second: Fingerprint) -> Comparison:
    """Two samples by what was stored of them."""
    empty = Code(dex_files=0, classes=0, methods=0, own_classes=0, own_methods=0, own_units=0)
    codes = first.code or empty, second.code or empty

    def shared(ours: str, theirs: str, one: Fingerprint = first, two: Fingerprint = second) -> Shared:
        return _sketched(one.sketches.get(ours), two.sketches.get(theirs))

    sized = Measures(
        own_classes=(codes[0].own_classes, codes[1].own_classes),
        code=shared("code", "code"),
        screens=(shared("screens", "code"), shared("screens", "code", second, first)),
        strings=shared("strings", "strings"),
        assets=shared("assets", "assets"),
    )
    hosts = _hosts(first.traits), _hosts(second.traits)
    return _comparison((first, second), sized, codes, hosts, exact=False)


def _comparison(
    prints: tuple[Fingerprint, Fingerprint],
    sized: Measures,
    codes: tuple[Code, Code],
    hosts: tuple[frozenset[str], frozenset[str]],
    *,
    exact: bool,
) -> Comparison:
    """Adds to the measured sets what the fingerprints say, judges, and lists the differences."""
    first, second = prints
    common = hosts[0] & hosts[1]
    measures = _identity(prints, sized, (len(common), len(hosts[0]), len(hosts[1])))
    verdict = judge(measures)
    libraries = [{library.name for library in code.libraries} for code in codes]
    return Comparison(
        first=first.sha256,
        second=second.sha256,
        relation=verdict.relation,
        score=verdict.score,
        reasons=verdict.reasons,
        exact=exact,
        measures=measures,
        shared_libraries=tuple(sorted(libraries[0] & libraries[1])),
        library_share=(_library_share(codes[0]), _library_share(codes[1])),
        hosts=tuple(sorted(common)),
        permissions=_changes(first.permissions, second.permissions),
        components=_changes((part.name for part in first.components), (part.name for part in second.components)),
        traits=_changes(map(_said, first.traits), map(_said, second.traits)),
    )


def _identity(prints: tuple[Fingerprint, Fingerprint], sized: Measures, hosts: tuple[int, int, int]) -> Measures:
    """The measured sets together with signers, package and looks."""
    first, second = prints
    carried = [set(found.signature.lineage) | {key.sha256 for key in found.signature.signers} for found in prints]
    shared = carried[0] & carried[1]
    known = {key.sha256 for found in prints for key in found.signature.signers if _is_public(key.known_test_key)}
    labels = [set(distinctive("label", labels_of(found))) for found in prints]
    return replace(
        sized,
        same_sample=first.sha256 == second.sha256,
        shared_signers=tuple(sorted(shared - known)),
        public_signers=tuple(sorted(shared & known)),
        signed=(bool(first.signature.signers), bool(second.signature.signers)),
        same_package=first.package is not None and first.package == second.package,
        own_package=not (first.package or "").startswith(TEMPLATES),
        icon_distance=_icon_distance(first, second),
        same_label=bool(labels[0] & labels[1]) if all(labels) else None,
        hosts=hosts,
        hidden=(_hides_code(first), _hides_code(second)),
    )


def _is_public(known_test_key: str | None) -> bool:
    """Whether everybody has the key. A debug certificate is only common: its key is its machine's own."""
    return known_test_key is not None and "by subject" not in known_test_key


def labels_of(found: Fingerprint) -> set[str]:
    """What the app calls itself, in all languages, case and spaces evened out."""
    return {" ".join(name.casefold().split()) for name in (found.label, *found.labels.values()) if name}


def _icon_distance(first: Fingerprint, second: Fingerprint) -> int | None:
    """Between the nearest of the icons that are each app's own."""
    hashes = [set(distinctive("icon", icon_hashes(found))) for found in (first, second)]
    pairs = [(int(one, 16) ^ int(two, 16)).bit_count() for one in hashes[0] for two in hashes[1]]
    return min(pairs, default=None)


def icon_hashes(found: Fingerprint) -> set[str]:
    """Difference hashes of all icons that have a picture."""
    icons: tuple[Icon | None, ...] = (found.icon, *found.icons)
    hashes = {icon.dhash for icon in icons if icon is not None}
    return {dhash for dhash in hashes if FLAT_ICON <= int(dhash, 16).bit_count() <= 64 - FLAT_ICON}


def _hides_code(found: Fingerprint) -> bool:
    return any(trait.kind == CODE_HIDDEN for trait in found.traits)


def _hosts(traits: Iterable[Trait]) -> frozenset[str]:
    return frozenset(distinctive("host", (trait.value for trait in traits if trait.kind.endswith(HOST_TRAITS))))


def _library_share(code: Code) -> float:
    return round(1 - code.own_classes / code.classes, 3) if code.classes else 0.0


def _said(trait: Trait) -> str:
    return f"{trait.kind} {trait.value}"


def _changes(first: Iterable[str], second: Iterable[str]) -> Changes:
    before, after = dict.fromkeys(first), dict.fromkeys(second)
    return Changes(
        added=tuple(item for item in after if item not in before)[:MOST_LISTED],
        removed=tuple(item for item in before if item not in after)[:MOST_LISTED],
    )


def _exact(ours: Features, theirs: Features) -> Shared:
    return Shared(overlap=overlap_of_sets(ours, theirs), sizes=(len(ours), len(theirs)))


def _sketched(ours: Sketch | None, theirs: Sketch | None) -> Shared:
    found: Overlap = overlap(ours, theirs)
    return Shared(overlap=found, sizes=(ours.size if ours else 0, theirs.size if theirs else 0))
