"""What a hostile variant is, and what must be said of it."""

from collections.abc import Callable
from dataclasses import dataclass

from apk_analysis.fingerprint import Fingerprint
from tests.apk_analysis.hostile import base

FACTS: dict[str, Callable[[Fingerprint], bool]] = {
    "package": lambda found: found.package == base.PACKAGE,
    "version": lambda found: found.version_code == 7,
    "label": lambda found: found.labels.get("zh-CN") == base.LABEL,
    "icon": lambda found: bool(found.icon and found.icon.width == base.ICON),
    "permission": lambda found: "android.permission.CAMERA" in found.permissions,
    "activity": lambda found: bool(found.components),
    "code": lambda found: bool(found.code and found.code.methods),
    "host in code": lambda found: _has(found, "relay_host", base.HOST),
    "host in assets": lambda found: _has(found, "host", base.ASSET_HOST),
    "library": lambda found: bool(found.native and found.native[0].build_id),
}
"""What the healthy package says of itself, as far as a fingerprint still says it."""
NOTHING = " ".join(FACTS).replace(" in ", "_in_")
FAILURES = frozenset({"internal_error", "out_of_memory", "timeout", "killed"})
"""Problems that no sample may cause."""


@dataclass(frozen=True)
class Variant:
    """One way to damage the healthy package."""

    build: Callable[[], bytes]
    problems: frozenset[str]
    """Kinds of which each must be named."""
    lost: frozenset[str]
    """Members of FACTS that nobody can read any more; all others must be there, and these must not."""
    status: str
    """Of the signature. 'valid' where somebody signed the damage itself, or where nothing signed was touched."""
    container: str


VARIANTS: dict[str, Variant] = {}


def variant(
    name: str, problems: str = "", *, lost: str = "", status: str = "invalid", container: str = "apk"
) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Adds what it decorates to VARIANTS. `problems` and `lost`: words, with '_' for the spaces of a fact's name."""

    def add(build: Callable[[], bytes]) -> Callable[[], bytes]:
        gone = frozenset(word.replace("_", " ") for word in lost.split())
        assert name not in VARIANTS and gone <= FACTS.keys(), name
        VARIANTS[name] = Variant(build, frozenset(problems.split()), gone, status, container)
        return build

    return add


def kept(found: Fingerprint) -> frozenset[str]:
    """The facts that a fingerprint still holds."""
    return frozenset(name for name, holds in FACTS.items() if holds(found))


def _has(found: Fingerprint, kind: str, value: str) -> bool:
    return any((trait.kind, trait.value) == (kind, value) for trait in found.traits)
