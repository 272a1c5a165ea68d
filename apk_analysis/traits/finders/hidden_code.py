"""Code that the sample must have but does not show: `code_hidden`, and splits that are missing: `incomplete_set`.

Three proofs, each with its count:

- components: the manifest declares activities, services ... whose classes no DEX file defines. Old apps keep a few
  declarations of classes they no longer have, so one of these must hold: the launcher's activity or the application
  class is missing, or at least half of the components (and two) are.
- loader: the DEX files hold next to nothing, start a class loader, and a file of twice their size is encrypted.
- packer: a packer that stores code elsewhere was recognised (finders/packers.py), and its stub is the application
  class, or an encrypted file is there, or a component is missing. Its methods may be empty until the app runs.

Nothing is said of splits without code of their own, of apps that declare to have no code, and of samples without DEX.
"""

from __future__ import annotations

from collections.abc import Iterator

from apk_analysis.axml import Document, read_document
from apk_analysis.contents import Content
from apk_analysis.dex import Dex, find_methods
from apk_analysis.fingerprint import Component, Trait
from apk_analysis.manifest import Manifest, application_of
from apk_analysis.traits.facts import facts
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.opaque import is_opaque
from apk_analysis.traits.signs import MANIFEST, Signs, groups_of, signs_of

LARGEST_MANIFEST, MOST_FILES = 16 << 20, 50
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
        self._elsewhere: frozenset[str] = frozenset()
        self._split_types = False
        self._opaque: dict[str, int] = {}

    def take(self, content: Content) -> None:
        """Reads what the manifest says of splits, and notes encrypted files."""
        name, data = content.entry.name, content.data
        if data is None or content.inside:
            return
        if name == MANIFEST and len(data) <= LARGEST_MANIFEST and not self._elsewhere:
            self._splits(read_document(data))
        elif not name.startswith(("res/", "META-INF/")) and len(self._opaque) < MOST_FILES and is_opaque(data):
            self._opaque.setdefault(name, len(data))

    def _splits(self, document: Document) -> None:
        application = application_of(document)
        named = [item for item in application.children if item.get("splitName")]
        names = (item.get("name") for item in named)
        self._elsewhere = frozenset(name.text for name in names if name is not None and name.text)
        types = document.root.get("requiredSplitTypes")
        self._split_types = types is not None and bool(types.text)

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """Every proof that holds."""
        manifest, signs = seen.manifest, signs_of(seen)
        required = "" if manifest.split else self._required(manifest)
        if required:
            yield Trait(kind="incomplete_set", value=required, where=MANIFEST)
        if manifest.split or manifest.has_code is False or not seen.dexes:
            return
        names = dict.fromkeys(item.name for item in manifest.components if self._has_class(item))
        if manifest.application_class and self._is_ours(manifest.application_class):
            names[manifest.application_class] = None
        missing = signs.undefined(names)
        yield from self._components(manifest, list(names), missing)
        yield from self._loader(seen.dexes)
        yield from self._packed(signs, missing)

    def _required(self, manifest: Manifest) -> str:
        """What says that the app cannot run without its other splits, in the manifest's own words; '' for nothing."""
        if manifest.splits_required:
            return "isSplitRequired"
        if self._split_types:
            return "requiredSplitTypes"
        wanted = any(item.name == PLAY and item.value == "true" for item in manifest.meta_data)
        return PLAY if wanted else ""

    def _components(self, manifest: Manifest, names: list[str], missing: list[str]) -> Iterator[Trait]:
        vital = {item.name for item in manifest.components if _starts(item)} | {manifest.application_class}
        lost = [name for name in missing if name in vital]
        if lost or (len(missing) >= 2 and 2 * len(missing) >= len(names)):
            value = (
                f"{len(missing)} of {len(names)} declared classes are in no DEX file, {(lost or missing)[0]} among them"
            )
            yield Trait(kind="code_hidden", value=value, where=MANIFEST)

    def _has_class(self, item: Component) -> bool:
        return item.kind != "activity-alias" and self._is_ours(item.name)

    def _is_ours(self, name: str) -> bool:
        return not name.startswith(PLATFORM) and name not in self._elsewhere

    def _loader(self, dexes: tuple[Dex, ...]) -> Iterator[Trait]:
        classes, size = sum(len(dex.class_type) for dex in dexes), sum(len(dex.data) for dex in dexes)
        largest = max(self._opaque, key=self._opaque.__getitem__, default="")
        if not largest or classes > FEW_CLASSES or self._opaque[largest] < TIMES * size:
            return
        if any(len(find_methods(dex, LOADERS)) for dex in dexes):
            value = f"an encrypted file of {self._opaque[largest]} bytes beside {classes} classes that load code"
            yield Trait(kind="code_hidden", value=value, where=largest)

    def _packed(self, signs: Signs, missing: list[str]) -> Iterator[Trait]:
        for fact in facts("packers"):
            places = signs.met(groups_of(fact)) if fact.more["hides"] else ()
            stubs = [sign for group in groups_of(fact) for sign in group if sign.startswith("application:")]
            if places and (missing or self._opaque or any(map(signs.where, stubs))):
                yield Trait(kind="code_hidden", value=f"stored or encrypted by {fact.more['name']}", where=places[0])


def _starts(item: Component) -> bool:
    return "android.intent.action.MAIN" in item.actions and "android.intent.category.LAUNCHER" in item.categories
