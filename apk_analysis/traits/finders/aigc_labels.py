"""Labels of AI-generated content in bundled media: `aigc_label`. Pictures and sounds are never decoded for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from apk_analysis.contents import Content
from apk_analysis.defects import problem
from apk_analysis.fingerprint import Trait
from apk_analysis.traits.aigc import find_label
from apk_analysis.traits.finder import Finder, Seen
from apk_analysis.traits.media_text import may_speak, metadata

MOST, MOST_TEXT = 50, 16 << 20
"""Labels that are told of; characters of metadata that are read, of all files."""
FRONT_MATTER = 4_000
"""Characters of a Markdown file in which a label may stand."""


class AigcLabels(Finder):
    """Reads the metadata of each file as it goes by."""

    def __init__(self) -> None:
        self._found: list[Trait] = []
        self._left = MOST_TEXT

    def take(self, content: Content) -> None:
        """Looks for a label in one file."""
        data, name = content.data, content.entry.name
        if data is None or len(self._found) >= MOST:
            return
        if may_speak(data, b"AIGC"):
            texts = metadata(data)
        elif data.startswith(b"---") and name.endswith((".md", ".markdown")):
            texts = iter((data[:FRONT_MATTER].decode("utf-8", "replace"),))
        else:
            return
        label = next(filter(None, map(find_label, self._counted(texts, content.where))), None)
        if label is not None:
            digest = hashlib.sha256(data).hexdigest()
            self._found.append(Trait(kind="aigc_label", value=label.text, where=content.where, sha256=digest))

    def _counted(self, texts: Iterator[str], where: str) -> Iterator[str]:
        """The texts, as long as there is room."""
        for text in texts:
            self._left -= len(text)
            if self._left < 0:
                detail = f"{where}: the files before it hold too much metadata together"
                self.problems = self.problems or (problem("traits", "not_examined", detail),)
                return
            yield text

    def finish(self, seen: Seen) -> Iterator[Trait]:  # noqa: ARG002 - everything was said by the files
        """One trait per labelled file."""
        yield from self._found
