"""Supplied pages in the archive of the run that took them in, with who brought them and what was cut out of them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from crawler.archive import CUT, CUT_NAMED, Archive
from crawler.supplied.brought import SavedPage
from crawler.supplied.private import told
from crawler.tally import Tally
from index.model import Capture, Supply

SUPPLIED, CUT_PRIVATE = "WARC-Copycatch-Supplied", "WARC-Copycatch-Cut-Private"
"""Fields of a record: who brought the page, as JSON in ASCII; what of its supplier was cut out, how often and where."""


class Evidence:
    """Keeps each page once, however many listings are on it. The archive begins with the first page."""

    def __init__(self, folder: Path, run_id: str, supply: Supply, tally: Tally) -> None:
        self._folder, self._run_id, self._supply, self._tally = folder, run_id, supply, tally
        self._archive: Archive | None = None
        self._kept: dict[int, tuple[SavedPage, Capture]] = {}

    def keep(self, page: SavedPage | None) -> Capture | None:
        """Where the page is archived; None for what came without one. Raises OSError."""
        if page is None:
            return None
        if (known := self._kept.get(id(page))) is not None:
            return known[1]
        if self._archive is None:
            self._archive = Archive(self._folder, self._run_id)
        fields = {SUPPLIED: json.dumps(asdict(self._supply))}
        if page.media:
            fields[CUT] = " ".join((str(len(page.media)), *page.media[:CUT_NAMED]))
        if page.cut:
            fields[CUT_PRIVATE] = told(page.cut)
        capture = self._archive.store(
            url=page.url,
            status=page.status,
            headers=page.headers,
            body=page.body,
            taken_at=page.taken_at,
            supplied=fields,
        )
        self._tally.count("pages")
        for cut in page.cut:
            self._tally.count(f"cut_{cut.kind}", cut.count)
        self._kept[id(page)] = (page, capture)
        return capture

    def forget(self) -> None:
        """Lets go of all pages but the last, some of whose listings may still come."""
        self._kept = dict(list(self._kept.items())[-1:])

    def seal(self) -> str | None:
        """Closes the archive; the hash that seals it, None where no page came."""
        return self._archive.seal() if self._archive is not None else None
