"""A sample that somebody brought: streamed into the quarantine, fingerprinted, and made a listing by what it says."""

from __future__ import annotations

import asyncio
import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from apk_analysis.fingerprint import ANALYSER_VERSION, Fingerprint, Problem
from crawler.supplied.brought import Brought, UnreadableError
from crawler.supplied.rows import MARKETPLACE
from index.blobs import CHUNK, Blobs
from index.home import Home
from index.ids import listing_id
from index.model import Judgement, Listing
from index.settings import Settings
from index.times import utc

if TYPE_CHECKING:
    from apk_analysis.pool import Pool

SUFFIXES = (".apk", ".xapk", ".apks", ".apkm")


def is_sample(path: Path) -> bool:
    """Whether a ZIP file holds an Android program, or parts of one. Its name decides where it is too broken to tell."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return path.suffix.lower() in SUFFIXES
    return "AndroidManifest.xml" in names or any(name.lower().endswith(".apk") for name in names)


def into_quarantine(path: Path, folder: Path, *, max_mb: int) -> str:
    """Copies the file chunk by chunk and returns its SHA-256; nothing is kept of what is too large or no ZIP.

    Raises UnreadableError, BlobError and OSError.
    """
    blobs, digest = Blobs(folder), hashlib.sha256()
    with path.open("rb") as source, blobs.partial(f"supplied:{path.resolve()}") as partial:
        partial.reset()
        first = source.read(CHUNK)
        if not first.startswith(b"PK"):
            partial.drop()
            raise UnreadableError("no_sample")
        chunk = first
        while chunk:
            if partial.size + len(chunk) > max_mb << 20:
                partial.drop()
                raise UnreadableError("sample_large", most=max_mb)
            digest.update(chunk)
            partial.write(chunk)
            chunk = source.read(CHUNK)
        name = digest.hexdigest()
        if blobs.has(name):
            partial.drop()
        else:
            partial.keep(name)
    return name


def digest_of(source: BinaryIO) -> str:
    """SHA-256 of a file, read chunk by chunk."""
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def sample_listing(fingerprint: Fingerprint, name: str) -> Listing:
    """What the sample says of itself, as an app that somebody offers; `name` of the file where it says less."""
    return Listing(
        marketplace=f"{MARKETPLACE}:sample",
        native_id=f"sha256:{fingerprint.sha256}",
        url="",
        title=fingerprint.label or fingerprint.package or name,
        source_kind="app_store",
        package_name=fingerprint.package,
        version=fingerprint.version_name,
        version_code=fingerprint.version_code,
        sample_sha256=fingerprint.sha256,
        sample_size=fingerprint.size,
    )


class BroughtSamples:
    """The Carrier's source of samples in an import: they are in the quarantine and analysed before they are carried."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self._folder, self._max_mb = home.samples, settings.crawl.sample_max_mb
        self._pool: Pool | None = None
        self._known: dict[str, Fingerprint] = {}

    async def taken(
        self,
        entry: Brought,
        known: Callable[[str, int], Fingerprint | None],
        put: Callable[..., None],
    ) -> Fingerprint:
        """What the sample is. Raises UnreadableError, BlobError and IndexUnavailable."""
        assert entry.sample is not None  # noqa: S101 - the caller has looked
        digest = into_quarantine(entry.sample, self._folder, max_mb=self._max_mb)
        found = known(digest, ANALYSER_VERSION)
        if found is None:
            if self._pool is None:
                from apk_analysis.pool import Pool  # noqa: PLC0415 - loads every parser; most imports bring no sample

                self._pool = Pool(workers=min(os.cpu_count() or 1, 2))
            analysis = await asyncio.wrap_future(self._pool.submit(Blobs(self._folder).path(digest)))
            found = analysis.fingerprint
            put(found, at=utc())
        return found

    def expect(self, name: str, fingerprint: Fingerprint) -> None:
        """The listing of that id has this sample."""
        self._known[name] = fingerprint

    def wanted(self, listing: Listing, judgement: Judgement) -> bool:  # noqa: ARG002 - as the Carrier asks
        """Whether somebody brought the sample; none is ever fetched."""
        return listing_id(listing.marketplace, listing.native_id) in self._known

    async def fingerprint(self, listing: Listing) -> Fingerprint | Problem:
        """The one that was brought."""
        return self._known.pop(listing_id(listing.marketplace, listing.native_id))

    def close(self) -> None:
        """Ends the workers."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
