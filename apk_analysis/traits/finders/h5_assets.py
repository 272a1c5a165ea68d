"""Pages of HTML that the app brings along: `h5_assets`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from apk_analysis.fingerprint import Trait
from apk_analysis.traits.finder import Finder, Seen

PAGES, SCRIPTS = ("html", "htm"), ("js", "mjs")
LEAST_FILES = 3


class H5Assets(Finder):
    """Reports each folder that holds a page with its scripts."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """Folders right under the topmost page, with the number of files in them; the page is the place."""
        pages: dict[str, str] = {}
        files, scripts = Counter[str](), Counter[str]()
        names = [name for name in seen.names if name.startswith("assets/")]
        for name in names:
            if _ending(name) in PAGES and not any(name.startswith(folder) for folder in pages):
                folder = name.rpartition("/")[0] + "/"
                pages = {known: page for known, page in pages.items() if not known.startswith(folder)}
                pages[folder] = name
        for name in names:
            for folder in pages:
                if name.startswith(folder):
                    files[folder] += 1
                    scripts[folder] += _ending(name) in SCRIPTS
        for folder, page in sorted(pages.items()):
            if scripts[folder] and files[folder] >= LEAST_FILES:
                yield Trait(kind="h5_assets", value=f"{folder} ({files[folder]} files)", where=page)


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()
