"""Who distributed this copy: `channel`, `archive_comment`, `signing_block_pair`, `v4_signature_file`.

Read from the places that no signature covers, see signature/leads.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from apk_analysis.fingerprint import Trait
from apk_analysis.signature.leads import leads
from apk_analysis.traits.finder import Finder, Seen


class Channels(Finder):
    """Looks at the archive itself, not at what lies in it."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """In the order of the places: signing block, comment, files."""
        yield from leads(seen.archive)
