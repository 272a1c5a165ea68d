"""AndroidManifest.xml as facts. apk-info reads it; every field is wrapped, so that one failure costs one field.

The only module that imports apk_info.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from apk_analysis.defects import problem
from apk_analysis.fingerprint import Problem

# Its allocator would reserve 1 GiB when it is loaded, which counts against the memory limit of our workers.
os.environ.setdefault("MIMALLOC_ARENA_RESERVE", "0")
import apk_info

T = TypeVar("T")
MOST_PERMISSIONS = 2_000
LONGEST = 2_000
"""Characters of a name or label; longer ones are cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one reader found; None for what is missing or could not be read."""

    reader: str | None
    """None when nobody could read it."""
    package: str | None = None
    version_code: int | None = None
    version_name: str | None = None
    label: str | None = None
    permissions: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    """Class names, in manifest order."""
    problems: tuple[Problem, ...] = field(default=())


def read_manifest(path: Path) -> Manifest | None:
    """apk-info's view of the sample at `path`; None when it cannot open it. Never raises for bad input."""
    apk, _ = _guarded(lambda: apk_info.APK(str(path)))
    if apk is None:
        return None
    problems: list[Problem] = []

    def value(name: str, read: Callable[[], T | None]) -> T | None:
        found, error = _guarded(read)
        if error:
            problems.append(problem("manifest", "unreadable_field", f"{name}: {error}"))
        return found

    manifest = Manifest(
        reader="apk-info",
        package=value("package", lambda: clipped(apk.get_package_name())),
        version_code=value("versionCode", lambda: number(apk.get_version_code())),
        version_name=value("versionName", lambda: clipped(apk.get_version_name())),
        label=value("label", lambda: clipped(apk.get_application_label())),
        permissions=value("permissions", lambda: names(apk.get_all_attribute_values("uses-permission", "name"))) or (),
        activities=value("activities", lambda: names([item.name for item in apk.get_activities()])) or (),
    )
    return replace(manifest, problems=tuple(problems))


def _guarded(read: Callable[[], T]) -> tuple[T | None, str]:
    """The value, or why there is none. A panic of the Rust library is no Exception, hence the wide net."""
    try:
        return read(), ""
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a parser met hostile bytes
        return None, f"{type(error).__name__}: {error}"


def clipped(text: str | None) -> str | None:
    """At most LONGEST characters; None for nothing."""
    return text[:LONGEST] if text else None


def number(text: str | int | None) -> int | None:
    """A whole number that 63 bits can hold, else ValueError; malware inserts anything here."""
    if text is None or text == "":
        return None
    value = int(str(text)[:40], 0)
    if not -(2**63) <= value < 2**63:
        raise ValueError(f"{value} is no version code")
    return value


def names(found: Sequence[str | None]) -> tuple[str, ...]:
    """Without repetitions, in order."""
    return tuple(dict.fromkeys(name[:LONGEST] for name in found[:MOST_PERMISSIONS] if name))
