"""How the app shows itself on the home screen: `hidden_launcher`, `alias_disguise`.

`hidden_launcher`: it has pages, but none that the launcher shows; or those are switched off until code turns them on.
`alias_disguise`: several entries for the launcher under different names or icons: the app can change its face.
"""

from __future__ import annotations

from collections.abc import Iterator

from apk_analysis.axml import Attribute, Element
from apk_analysis.fingerprint import Trait
from apk_analysis.lookup import Lookup
from apk_analysis.manifest import application_of
from apk_analysis.traits.declared import document_of
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.signs import MANIFEST

LAUNCHERS = frozenset({"android.intent.category.LAUNCHER", "android.intent.category.LEANBACK_LAUNCHER"})
HOMES = frozenset({"android.intent.category.HOME", "android.intent.category.CAR_DOCK"})
"""Categories of what is a home screen itself."""
MOST_ENTRIES, MOST_NAMES, LONGEST = 50, 6, 60


class Launchers(Finder):
    """Reads the manifest's activities and aliases."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """Nothing for splits, instrumentations and packages without pages."""
        document = document_of(seen)
        application = application_of(document)
        pages = application.inner("activity", "activity-alias")
        if seen.manifest.split or document.root.inner("instrumentation") or not pages:
            return
        entries = [page for page in pages if _categories(page) & LAUNCHERS][:MOST_ENTRIES]
        if not entries and not any(_categories(page) & HOMES for page in pages):
            yield Trait(kind="hidden_launcher", value="no page is shown by the launcher", where=MANIFEST)
        elif entries and not any(_is_on(page) and _is_on(application) for page in entries):
            value = f"every entry for the launcher is switched off ({len(entries)})"
            yield Trait(kind="hidden_launcher", value=value, where=MANIFEST)
        if len(entries) > 1:
            yield from _disguise(entries, application, Lookup(seen.archive))


def _categories(page: Element) -> set[str]:
    found = (item.get("name") for intent in page.inner("intent-filter") for item in intent.inner("category"))
    return {name.text for name in found if name is not None and name.text}


def _is_on(element: Element) -> bool:
    """A reference (android:enabled="@bool/...") counts as switched on: what it stands for depends on the device."""
    enabled = element.get("enabled")
    return enabled is None or enabled.number != 0 or enabled.text == "true"


def _disguise(entries: list[Element], application: Element, lookup: Lookup) -> Iterator[Trait]:
    def shown(page: Element, name: str) -> Attribute | None:
        return page.get(name) or application.get(name)

    names = [(lookup.text(shown(page, "label")) or "")[:LONGEST] for page in entries]
    icons = [(icon.kind, icon.number) if (icon := shown(page, "icon")) else None for page in entries]
    if len(set(names)) > 1 or len(set(icons)) > 1:
        listed = ", ".join(list(dict.fromkeys(name for name in names if name))[:MOST_NAMES])
        value = f"entries for the launcher: {len(entries)}, names: {listed}, different icons: {len(set(icons))}"
        yield Trait(kind="alias_disguise", value=value, where=MANIFEST)
