"""Pages of HTML that the app brings along: `h5_assets`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from apk_analysis.fingerprint import Trait
from apk_analysis.traits.finder import Finder, Seen

PAGES, SCRIPTS = ("html", "htm"), ("js", "mjs")
LEAST_FILES, DEEPEST = 3, 32
"""Files of a page, and folders that are looked into within each other."""


class H5Assets(Finder):
    """Reports each folder that holds a page with its scripts."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """Folders right under the topmost page, with the number of files in them; the page is the place."""
        pages: dict[str, str] = {}
        files, scripts = Counter[str](), Counter[str]()
        names = [name for name in seen.names if name.startswith("assets/")]
        for name in names:
            if _ending(name) in PAGES:
                pages.setdefault(name.rpartition("/")[0] + "/", name)
        for name in names:
            topmost = next((folder for folder in _folders(name) if folder in pages), None)
            if topmost is not None:
                files[topmost] += 1
                scripts[topmost] += _ending(name) in SCRIPTS
        for folder, page in sorted(pages.items()):
            if scripts[folder] and files[folder] >= LEAST_FILES:
                yield Trait(kind="h5_assets", value=f"{folder} ({files[folder]} files)", where=page)


def _folders(name: str) -> Iterator[str]:
    """Folders that a file lies in, the outermost first."""
    at = 0
    for _ in range(DEEPEST):
        at = name.find("/", at) + 1
        if not at:
            return
        yield name[:at]


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()
