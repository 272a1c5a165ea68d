"""Streams a sample into the quarantine: constant memory, hashed on the way, resumable, capped.

A request with `meta["sample"]` set gets a response without a body and `meta["fetched"]` (a `Fetched`). What arrived
before a break stays in the quarantine's `partial/`, with the server's validator beside it, and is continued by Range.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import _ScrapyAgent
from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError
from scrapy.http import Response
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import UNKNOWN_LENGTH

from index.blobs import Blobs

STALL = 60.0
"""Seconds without a byte after which a download is given up (and kept for a later Range)."""
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A sample in the quarantine."""

    sha256: str
    sha1: str
    md5: str
    size: int
    """Bytes."""
    path: Path
    resumed_from: int = 0
    """Bytes that were there already from an earlier try."""


class SampleTooLargeError(DownloadCancelledError):
    """The sample is, or says it is, larger than `sample_max_mb`."""


@dataclass(slots=True)
class Intake:
    """One sample on its way: the partial file, its digests, and what the server said to continue it."""

    partial: Path
    blobs: Blobs
    size: int = 0
    resumed_from: int = 0
    digests: list[Any] = field(default_factory=lambda: [hashlib.sha256(), hashlib.sha1(), hashlib.md5()])  # noqa: S324
    out: BinaryIO | None = None

    @property
    def note(self) -> Path:
        """File beside the partial one that holds the validator (ETag or Last-Modified)."""
        return self.partial.with_suffix(".json")

    def validator(self) -> str | None:
        """What If-Range may say; None when the partial file cannot be continued."""
        try:
            noted = json.loads(self.note.read_text("utf-8"))["validator"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return noted if isinstance(noted, str) and self.partial.is_file() and self.partial.stat().st_size else None

    def take_up(self) -> None:
        """Hashes again what an earlier try left. Takes about a second for a gigabyte; call it in a thread."""
        with self.partial.open("rb") as earlier:
            while chunk := earlier.read(CHUNK):
                self._digest(chunk)
        self.resumed_from = self.size

    def begin(self, *, append: bool, validator: str | None) -> None:
        """Opens the partial file. Without `append`, what an earlier try left is given up."""
        if not append:
            self.size = self.resumed_from = 0
            self.digests = [hashlib.new(digest.name, usedforsecurity=False) for digest in self.digests]
            self.note.unlink(missing_ok=True)
        self.out = self.blobs.open_partial(self.partial, append=append)
        if validator:
            self.note.write_text(json.dumps({"validator": validator}), "utf-8")

    def write(self, chunk: bytes) -> None:
        """Stores and hashes a chunk. Raises OSError."""
        if self.out is not None:
            self.out.write(chunk)
            self._digest(chunk)

    def _digest(self, chunk: bytes) -> None:
        self.size += len(chunk)
        for digest in self.digests:
            digest.update(chunk)

    def close(self) -> None:
        """Closes the partial file and leaves it."""
        if self.out is not None:
            self.out.close()
            self.out = None

    def keep(self) -> Fetched:
        """Moves the finished file under its name. Raises BlobError."""
        self.close()
        sha256, sha1, md5 = (digest.hexdigest() for digest in self.digests)
        path = self.blobs.keep(self.partial, sha256)
        self.note.unlink(missing_ok=True)
        return Fetched(sha256=sha256, sha1=sha1, md5=md5, size=self.size, path=path, resumed_from=self.resumed_from)

    def drop(self) -> None:
        """Gives the partial file up."""
        self.close()
        self.partial.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


class SampleAgent(_ScrapyAgent):
    """Scrapy's agent with the body going to the quarantine. Answers other than 200 and 206 are ordinary responses."""

    intake: Intake
    fetched: Fetched | None = None

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        if txresponse.code not in {200, 206}:
            self._maxsize = min(self._maxsize, CHUNK)
            return super()._cb_bodyready(txresponse, request)
        headers = self._headers_from_twisted_response(txresponse)
        length = txresponse.length if txresponse.length != UNKNOWN_LENGTH else None
        append = txresponse.code == 206 and _start(headers.get("Content-Range")) == self.intake.size > 0
        if txresponse.code == 206 and not append:
            self._abort(txresponse)
            self.intake.drop()
            raise ResponseDataLossError(f"{request.url}: the server continued at another place than asked")
        if length is not None and length + (self.intake.size if append else 0) > self._maxsize:
            self._abort(txresponse)
            self.intake.drop()
            raise SampleTooLargeError(f"{request.url}: {length} bytes are announced, {self._maxsize} allowed")
        encoding = (headers.get("Content-Encoding") or b"identity").strip().lower()
        strong = headers.get("ETag") if not (headers.get("ETag") or b"W/").startswith(b"W/") else None
        noted = (strong or headers.get("Last-Modified")) if encoding == b"identity" else None
        self.intake.begin(append=append, validator=noted.decode("latin-1") if noted else None)
        if length == 0:
            self.fetched = self.intake.keep()
            return {"txresponse": txresponse}
        self._txresponse = txresponse
        done: Deferred[Any] = Deferred(lambda _: self._abort(txresponse))
        txresponse.deliverBody(_Writer(self, txresponse, done, self._maxsize, decode=encoding in {b"gzip", b"deflate"}))
        return done

    @staticmethod
    def _abort(txresponse: Any) -> None:
        txresponse._transport._producer.abortConnection()  # noqa: SLF001 - as Scrapy's own agent does

    def _cb_bodydone(self, result: Any, url: str) -> Response:
        response = super()._cb_bodydone(result, url)
        if self.fetched is not None:
            response.headers.pop("Content-Encoding", None)  # already undone, and there is no body
        return response


class _Writer(Protocol):
    """Takes the body's chunks."""

    def __init__(self, agent: SampleAgent, txresponse: Any, done: Deferred[Any], cap: int, *, decode: bool) -> None:
        self._agent, self._txresponse, self._done, self._cap = agent, txresponse, done, cap
        self._inflate = zlib.decompressobj(47) if decode else None
        self._stalled: Any = None

    def connectionMade(self) -> None:
        from twisted.internet import reactor  # noqa: PLC0415 - it exists only once Scrapy has chosen it

        self._stalled = reactor.callLater(STALL, self._fail, ResponseDataLossError(f"no byte for {STALL:.0f} s"))

    def dataReceived(self, data: bytes) -> None:
        if self._done.called:
            return
        self._stalled.reset(STALL)
        try:
            self._write(data)
        except (OSError, zlib.error, SampleTooLargeError) as error:
            if not isinstance(error, OSError):
                self._agent.intake.drop()
            self._fail(ResponseDataLossError(str(error)) if isinstance(error, zlib.error) else error)

    def _write(self, data: bytes) -> None:
        intake = self._agent.intake
        while data:
            chunk = data if self._inflate is None else self._inflate.decompress(data, CHUNK)
            data = b"" if self._inflate is None else self._inflate.unconsumed_tail
            intake.write(chunk)
            if intake.size > self._cap:
                raise SampleTooLargeError(f"more than {self._cap} bytes")

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._done.called:
            return
        if reason.check(ResponseDone, PotentialDataLoss):
            self._finish()
        else:
            self._fail(ResponseDataLossError(f"the answer broke off after {self._agent.intake.size} bytes"))

    def _finish(self) -> None:
        self._still()
        try:
            self._agent.fetched = self._agent.intake.keep()
        except OSError:
            self._done.errback(Failure())
            return
        self._done.callback({"txresponse": self._txresponse})

    def _fail(self, error: Exception) -> None:
        self._still()
        self._agent.intake.close()
        if not self._done.called:
            self._done.errback(Failure(error))
        self._agent._abort(self._txresponse)  # noqa: SLF001 - two halves of one thing

    def _still(self) -> None:
        if self._stalled is not None and self._stalled.active():
            self._stalled.cancel()


def _start(content_range: bytes | None) -> int | None:
    """First byte of 'bytes 100-199/200'."""
    text = (content_range or b"").decode("latin-1").removeprefix("bytes ").partition("-")[0]
    return int(text) if text.isdigit() else None
