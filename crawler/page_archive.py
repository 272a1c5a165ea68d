"""The archive of one crawl: opened with the first page that is kept, sealed when the run is over."""

from __future__ import annotations

from pathlib import Path

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

    def _open(self) -> Archive:
        if self._archive is None:
            self._archive = Archive(self._folder, self._run, largest=self._largest)
        return self._archive

    def keep(self, page: Page, response: Response | None) -> Capture | None:
        """Archives the answer to a page; once, however often it is asked. Raises OSError."""
        if page.capture is None and response is not None:
            headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, values in response.headers.items()
                for value in values
            ]
            page.capture = self._open().store(
                url=response.url,
                status=response.status,
                headers=headers,
                body=response.body,
                taken_at=page.taken_at or utc(),
                visitor=visitor_of(response.request, self._vantage),
            )
        return page.capture

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
