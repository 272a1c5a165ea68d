"""The archive of one crawl: opened with the first page that is kept, sealed when the run is over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from weakref import WeakKeyDictionary

from scrapy.http import Response

from crawler.archive import Archive
from crawler.page import Page
from crawler.visitor import visitor_of
from index.archive.chain import chain_path
from index.model import Capture
from index.settings import Settings
from index.times import utc


class PageArchive:
    """Keeps the pages of one run."""

    def __init__(self, folder: Path, run_id: str, settings: Settings) -> None:
        self._folder, self._run = folder, run_id
        self._largest = settings.archive.file_mb << 20
        self._vantage = settings.crawl.vantage
        self._archive: Archive | None = None
        self._kept: WeakKeyDictionary[Response, Capture] = WeakKeyDictionary()

    def _open(self) -> Archive:
        if self._archive is None:
            self._archive = Archive(self._folder, self._run, largest=self._largest)
        return self._archive

    def keep(self, page: Page, response: Response | None) -> Capture | None:
        """Archives an answer to a page, or to its scripts; once, however often it is asked. Raises OSError.

        The capture names the picture of the page, where one was taken.
        """
        if response is None:
            return page.capture
        kept = self._kept.get(response) or self._store(page, response)
        page.capture = self._kept[response] = replace(kept, screenshot=page.screenshot)
        return page.capture

    def _store(self, page: Page, response: Response) -> Capture:
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        ]
        return self._open().store(
            url=response.url,
            status=response.status,
            headers=headers,
            body=response.body,
            taken_at=page.taken_at or utc(),
            visitor=visitor_of(response.request, self._vantage),
        )

    def end(self, *, over: bool) -> str | None:
        """Closes it; of a run that is over, seals what this process and earlier ones of the run kept, and returns the
        hash. Raises OSError.
        """
        if self._archive is None and not (over and chain_path(self._folder, self._run).exists()):
            return None
        archive, self._archive = self._open(), None
        if over:
            return archive.seal()
        archive.close()
        return None
