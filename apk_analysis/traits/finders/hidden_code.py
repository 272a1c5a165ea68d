"""Code that the sample must have but does not show: `code_hidden`, and splits that are missing: `incomplete_set`.

Three proofs, each with its count:

- components: the manifest declares activities, services ... whose classes no DEX file defines. Old apps keep a few
  declarations of classes they no longer have, so one of these must hold: the launcher's activity or the application
  class is missing, or at least half of the components (and two) are.
- loader: the DEX files hold next to nothing, start a class loader, and a file of twice their size is encrypted.
- packer: a packer that stores code elsewhere was recognised (finders/packers.py), and its stub is the application
  class, or an encrypted file is there, or a component is missing. Its methods may be empty until the app runs.

`incomplete_set` says that a package came alone though its manifest asks for others.

Nothing is said of splits without code of their own, of apps that declare to have no code, and of samples without DEX.
"""

from __future__ import annotations

from collections.abc import Iterator

from apk_analysis.axml import Document
from apk_analysis.components import class_name
from apk_analysis.contents import Content
from apk_analysis.dex import Dex, find_methods
from apk_analysis.fingerprint import Component, Trait
from apk_analysis.manifest import Manifest, application_of
from apk_analysis.traits.declared import document_of
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.opaque import is_opaque
from apk_analysis.traits.signs import MANIFEST, PART, Signs, rules, signs_of

MOST_FILES = 50
PLAY = "com.android.vending.splits.required"
FEW_CLASSES, TIMES = 150, 2
"""A DEX set of at most FEW_CLASSES classes is a loader's; the encrypted file is TIMES as large."""
PLATFORM = ("android.", "com.android.internal.", "java.", "dalvik.")
"""Classes that Android itself brings."""
LOADERS = (
    (b"Ldalvik/system/DexClassLoader;", b"<init>"),
    (b"Ldalvik/system/InMemoryDexClassLoader;", b"<init>"),
    (b"Ldalvik/system/PathClassLoader;", b"<init>"),
    (b"Ldalvik/system/BaseDexClassLoader;", b"<init>"),
    (b"Ldalvik/system/DexFile;", b"loadDex"),
    (b"Ldalvik/system/DexFile;", b"openDexFile"),
)


class HiddenCode(Finder):
    """Looks at the manifest, at the classes, and at files that nobody can read."""

    def __init__(self) -> None:
        self._opaque: dict[str, int] = {}

    def take(self, content: Content) -> None:
        """Notes encrypted files."""
        name, data = content.entry.name, content.data
        if data is None or name.startswith(("res/", "META-INF/")):
            return
        if len(self._opaque) < MOST_FILES and is_opaque(data):
            self._opaque.setdefault(content.where, len(data))

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """Every proof that holds."""
        manifest, signs, document = seen.manifest, signs_of(seen), document_of(seen)
        alone = not manifest.split and not any(PART in name for name in seen.names)
        required = _required(manifest, document) if alone else ""
        if required:
            yield Trait(kind="incomplete_set", value=required, where=MANIFEST)
        if manifest.split or manifest.has_code is False or not seen.dexes:
            return
        elsewhere = _in_splits(document, manifest.package or "")
        declared = [item.name for item in manifest.components if item.kind != "activity-alias"]
        declared += [manifest.application_class] if manifest.application_class else []
        names = [name for name in dict.fromkeys(declared) if not name.startswith(PLATFORM) and name not in elsewhere]
        missing = signs.undefined(names)
        yield from self._components(manifest, names, missing)
        yield from self._loader(seen.dexes)
        yield from self._packed(signs, missing)

    def _components(self, manifest: Manifest, names: list[str], missing: list[str]) -> Iterator[Trait]:
        vital = {item.name for item in manifest.components if _starts(item)} | {manifest.application_class}
        lost = [name for name in missing if name in vital]
        if lost or (len(missing) >= 2 and 2 * len(missing) >= len(names)):
            value = (
                f"{len(missing)} of {len(names)} declared classes are in no DEX file, {(lost or missing)[0]} among them"
            )
            yield Trait(kind="code_hidden", value=value, where=MANIFEST)

    def _loader(self, dexes: tuple[Dex, ...]) -> Iterator[Trait]:
        classes, size = sum(len(dex.class_type) for dex in dexes), sum(len(dex.data) for dex in dexes)
        largest = max(self._opaque, key=self._opaque.__getitem__, default="")
        if not largest or classes > FEW_CLASSES or self._opaque[largest] < TIMES * size:
            return
        if any(len(find_methods(dex, LOADERS)) for dex in dexes):
            value = f"an encrypted file of {self._opaque[largest]} bytes beside {classes} classes that load code"
            yield Trait(kind="code_hidden", value=value, where=largest)

    def _packed(self, signs: Signs, missing: list[str]) -> Iterator[Trait]:
        for fact, groups in rules("packers"):
            places = signs.met(groups) if fact.more["hides"] else ()
            stubs = [sign for group in groups for sign in group if sign.startswith("application:")] if places else []
            if places and (missing or self._opaque or any(map(signs.where, stubs))):
                yield Trait(kind="code_hidden", value=f"stored or encrypted by {fact.more['name']}", where=places[0])


def _starts(item: Component) -> bool:
    return "android.intent.action.MAIN" in item.actions and "android.intent.category.LAUNCHER" in item.categories


def _required(manifest: Manifest, document: Document) -> str:
    """What says that the app cannot run without its other splits, in the manifest's own words; '' for nothing."""
    if manifest.splits_required:
        return "isSplitRequired"
    types = document.root.get("requiredSplitTypes")
    if types is not None and types.text:
        return "requiredSplitTypes"
    wanted = any(item.name == PLAY and item.value == "true" for item in manifest.meta_data)
    return PLAY if wanted else ""


def _in_splits(document: Document, package: str) -> frozenset[str]:
    """Full names of components that a split brings."""
    named = (item.get("name") for item in application_of(document).children if item.get("splitName"))
    return frozenset(class_name(name.text, package) for name in named if name is not None)
