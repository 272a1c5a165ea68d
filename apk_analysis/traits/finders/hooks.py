"""Hooks into other apps, and pictures slipped in as the camera's: `xposed_module`, `hook_framework`, `virtual_camera`,
`face_check_words`, `root_tool_names`.

Two ways of deceiving a check of faces are looked for. The picture is injected by a hook: a module or framework for
hooks together with the camera's classes as its targets, or with the files that such modules read. Or a film is played
as if it were the camera: a virtual device of the system, or an app that calls itself a virtual camera and plays films.
An app that merely mentions one of these is not called anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from apk_analysis.contents import Content
from apk_analysis.fingerprint import Trait
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.search import Hit
from apk_analysis.traits.signs import rules, signs_of

ENTRIES = frozenset({"assets/xposed_init", "META-INF/xposed/java_init.list", "META-INF/xposed/native_init.list"})
"""Where a module names the class that hooks."""
MODULE = ("file:assets/xposed_init", "file:META-INF/xposed/*_init.list", "meta:xposedmodule")
CAMERA = "android.permission.CAMERA"
LONGEST, SHOWN = 200, 3
HARMLESS_BEFORE = frozenset("通经超跳册传识做录别")
"""In front of 过人脸 these make other words: 通过人脸, 经过人脸, 识别过人脸 ..."""
_PART = re.compile(r"[\w-]", re.ASCII)


class Hooks(Finder):
    """Looks at the names of modules and at the anchors in code."""

    def __init__(self) -> None:
        self._module = ""

    def take(self, content: Content) -> None:
        """Reads which class a module starts with."""
        if content.entry.name in ENTRIES and content.data and not self._module:
            first = content.data[:LONGEST].decode("utf-8", "replace").split("\n", 1)[0].strip()
            self._module = "".join(char for char in first if char.isprintable())

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """What hooks, what it hooks, and what speaks of it."""
        signs = signs_of(seen)
        module = next(filter(None, map(signs.where, MODULE)), "")
        if module:
            yield Trait(kind="xposed_module", value=self._module or "xposedmodule", where=module)
        frameworks = [(fact, signs.met(groups)) for fact, groups in rules("hooks")]
        for fact, places in frameworks:
            if places:
                yield Trait(kind="hook_framework", value=fact.more["name"], where=places[0])
        hooks = bool(module) or any(places for _, places in frameworks)
        yield from _camera(seen, hooks=hooks)
        yield from _words(seen, "face-checks", "face_check_words", least=2)
        yield from _words(seen, "root-tools", "root_tool_names", least=1)


def _camera(seen: Seen, *, hooks: bool) -> Iterator[Trait]:
    files, targets = _different(seen, "camera-files"), _different(seen, "camera-targets")
    words, devices = _different(seen, "camera-words"), _different(seen, "camera-devices")
    if len(files) >= 3 or (hooks and files):
        yield _trait("virtual_camera", "reads the files of a camera replacement", files)
    elif hooks and len(targets) >= 2:
        yield _trait("virtual_camera", "hooks the camera", targets)
    elif words and devices:
        yield _trait("virtual_camera", "makes a camera device", devices)
    elif words and (hooks or seen.hits.of("hooks", "film-players")) and CAMERA in seen.manifest.permissions:
        yield _trait("virtual_camera", "calls itself a virtual camera and plays films", words)


def _words(seen: Seen, fact: str, kind: str, *, least: int) -> Iterator[Trait]:
    found = _different(seen, fact)
    if len(found) >= least:
        yield _trait(kind, "", found)


def _trait(kind: str, what: str, hits: dict[str, Hit]) -> Trait:
    names = ", ".join(sorted(hits)[:SHOWN])
    first = next(iter(hits.values()))
    return Trait(kind=kind, value=f"{what}: {names}" if what else names, where=first.where, decode=first.decode)


def _different(seen: Seen, fact: str) -> dict[str, Hit]:
    """The first hit of each anchor that stands alone; of one inside another only the longer."""
    found: dict[str, Hit] = {}
    for hit in seen.hits.of("hooks", fact):
        if _stands_alone(hit):
            found.setdefault(hit.anchor, hit)
    return {name: hit for name, hit in found.items() if not any(name in other for other in found if other != name)}


def _stands_alone(hit: Hit) -> bool:
    if not hit.anchor.isascii():
        return hit.before[-1:] not in HARMLESS_BEFORE
    begins, ends = _PART.match(hit.anchor[0]), _PART.match(hit.anchor[-1])
    return not (begins and _PART.search(hit.before[-1:])) and not (ends and _PART.match(hit.text, len(hit.anchor)))
