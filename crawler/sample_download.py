"""Streams a sample into the quarantine: constant memory, hashed on the way, resumable, capped.

A request whose meta `sample` is true gets a response without a body and the meta `fetched` (a `Fetched`). Better than
True is the address as the listing gives it: what arrived before a break is kept under it, wherever redirects lead, with
the server's validator beside it, and goes on by Range. Statuses other than 200 and 206 are ordinary responses.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import _ScrapyAgent
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, ResponseDataLossError
from scrapy.http import Headers, Response
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import UNKNOWN_LENGTH

from index.blobs import Partial
from index.media import is_media

STALL = 60.0
"""Seconds without news after which a download is given up (and kept for a later Range)."""
LEAST = 1024
"""Bytes a second that count as news: a server that drips holds a place for ever."""
CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
END_OF_ZIP = 65535 + 22
"""Within so many bytes from its end, a ZIP file has the record that makes it one."""


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

    kind = "too_large"


class NotASampleError(Exception):
    """What came is no package; its bytes are not kept. The message names its SHA-256 and what it looks like."""

    def __init__(self, kind: str, what: str) -> None:
        """`kind` of the problem it becomes: 'html_instead' or 'media_instead'."""
        super().__init__(what)
        self.kind = kind


class OutOfPlaceError(ResponseDataLossError):
    """The server went on at another place than asked, or with another file."""


class Intake:
    """One sample on its way: the partial file and its digests."""

    def __init__(self, partial: Partial) -> None:
        self.partial = partial
        self.resumed_from = 0
        self._digests = _digests()

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return self.partial.size

    def take_up(self) -> str | None:
        """Hashes again what an earlier try left, and gives what If-Range may say; None when nothing can go on.

        Takes about three seconds for a gigabyte; call it in a thread. Raises BlobError.
        """
        validator = self.partial.note
        if validator is None or not self.size:
            self.begin(None)
            return None
        for chunk in self.partial.chunks():
            self._update(chunk)
        self.resumed_from = self.size
        return validator

    def begin(self, validator: str | None) -> None:
        """Begins anew; what an earlier try left is given up. Raises BlobError."""
        self.partial.reset()
        self._digests = _digests()
        self.resumed_from = 0
        if validator:
            self.partial.annotate(validator)

    def write(self, chunk: bytes) -> None:
        """Stores and hashes a chunk. Raises BlobError."""
        self.partial.write(chunk)
        self._update(chunk)

    def _update(self, chunk: bytes) -> None:
        for digest in self._digests:
            digest.update(chunk)

    def keep(self) -> Fetched:
        """Moves the finished file under its name; call it in a thread. Raises NotASampleError, BlobError."""
        sha256, sha1, md5 = (digest.hexdigest() for digest in self._digests)
        size = self.size
        if kind := _instead(self.partial.head(64), self.partial.tail(END_OF_ZIP)):
            head = self.partial.head(32)
            self.partial.drop()
            raise NotASampleError(kind, f"{size} bytes with SHA-256 {sha256} begin with {head!r}")
        path = self.partial.keep(sha256)
        return Fetched(sha256=sha256, sha1=sha1, md5=md5, size=size, path=path, resumed_from=self.resumed_from)


class SampleAgent(_ScrapyAgent):
    """Scrapy's agent with the body going to the quarantine."""

    intake: Intake
    stall: float
    _news = 0
    _stalled = False
    _glance: Any = None

    def download_request(self, request: Request) -> Deferred[Response]:
        """As in Scrapy, with an eye on the clock: the request's own timeout is for the whole of it."""
        done = super().download_request(request)
        self._look_again(done)
        done.addBoth(self._over, request)  # at once, if it is over already
        return done

    def _look_again(self, done: Deferred[Response]) -> None:
        from twisted.internet import reactor  # noqa: PLC0415 - it exists only once Scrapy has chosen it

        self._glance = reactor.callLater(self.stall, self._look, done)

    def _look(self, done: Deferred[Response]) -> None:
        if self._news < LEAST * self.stall:
            self._stalled = True
            done.cancel()
        else:
            self._news = 0
            self._look_again(done)

    def _over(self, result: Any, request: Request) -> Any:
        if self._glance is not None and self._glance.active():
            self._glance.cancel()
        if self._stalled and isinstance(result, Failure):
            raise DownloadTimeoutError(f"{request.url} gave less than {LEAST} bytes/s for {self.stall:g} s")
        return result

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        self._news = max(self._news, int(LEAST * self.stall))  # an answer that begins is news
        if txresponse.code not in {200, 206}:
            if txresponse.length:
                self._abort(txresponse)  # whatever stands in it is no sample
            if txresponse.code == 416 and self.intake.size:
                raise OutOfPlaceError(f"{request.url}: the server has less than what is here")
            return {"txresponse": txresponse}
        try:
            total = self._place(txresponse, self._headers_from_twisted_response(txresponse))
        except Exception:
            self._abort(txresponse)
            raise
        if txresponse.length == 0:
            return {"txresponse": txresponse}
        self._txresponse = txresponse
        done: Deferred[Any] = Deferred(lambda _: self._abort(txresponse))
        txresponse.deliverBody(_Writer(self, txresponse, done, total))
        return done

    def _place(self, txresponse: Any, headers: Headers) -> int | None:
        """Where the body belongs, and how long the whole is (None: the server does not say)."""
        total = None if txresponse.length == UNKNOWN_LENGTH else txresponse.length
        if txresponse.code == 206:
            found = CONTENT_RANGE.fullmatch(_text(headers, "Content-Range"))
            if found is None or int(found[1]) != self.intake.size:
                raise OutOfPlaceError(f"asked for the bytes from {self.intake.size}, got another part")
            if self.intake.size and _validator(headers) not in {None, self.intake.partial.note}:
                raise OutOfPlaceError("the file is another one than before")
            total = None if found[3] == "*" else int(found[3])
        if (total or 0) > self._maxsize:
            self.intake.partial.drop()
            raise SampleTooLargeError(f"{total} bytes are announced, {self._maxsize} allowed")
        if txresponse.code == 200 or not self.intake.size:
            self.intake.begin(_validator(headers))
        return total

    def took(self, chunk: bytes) -> None:
        """Stores a chunk. Raises BlobError, SampleTooLargeError."""
        self._news += len(chunk)
        if self.intake.size + len(chunk) > self._maxsize:
            self.intake.partial.drop()
            raise SampleTooLargeError(f"more than the {self._maxsize} bytes that are allowed")
        self.intake.write(chunk)

    @staticmethod
    def _abort(txresponse: Any) -> None:
        txresponse._transport._producer.abortConnection()  # noqa: SLF001 - as Scrapy's own agent does

    def _cb_bodydone(self, result: Any, url: str) -> Response:
        response = super()._cb_bodydone(result, url)
        response.headers.pop("Content-Encoding", None)  # there is no body to undo it on
        return response


class _Writer(Protocol):
    """Takes the body's chunks."""

    def __init__(self, agent: SampleAgent, txresponse: Any, done: Deferred[Any], total: int | None) -> None:
        self._agent, self._txresponse, self._done, self._total = agent, txresponse, done, total

    def dataReceived(self, data: bytes) -> None:
        if self._done.called:
            return
        try:
            self._agent.took(data)
        except Exception as error:  # noqa: BLE001 - carried to whoever waits; Twisted would only log it
            self._done.errback(Failure(error))
            self._agent._abort(self._txresponse)  # noqa: SLF001 - two halves of one thing

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._done.called:
            return
        size = self._agent.intake.size
        if not reason.check(ResponseDone, PotentialDataLoss) or (self._total is not None and size < self._total):
            self._done.errback(Failure(ResponseDataLossError(f"broke off after {size} of {self._total} bytes")))
        elif self._total is not None and size > self._total:
            self._done.errback(Failure(OutOfPlaceError(f"{size} bytes came, {self._total} were announced")))
        else:
            self._done.callback({"txresponse": self._txresponse})


def _instead(head: bytes, tail: bytes) -> str | None:
    """What came instead of a package, where it may not be kept: pages can hold pictures, and pictures are taboo.

    What else is no package is for the analysis to say.
    """
    if head.startswith(b"PK\3\4") or b"PK\5\6" in tail:
        return None
    if is_media(head):
        return "media_instead"
    return "html_instead" if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") else None


def _digests() -> tuple[Any, ...]:
    return hashlib.sha256(), hashlib.sha1(usedforsecurity=False), hashlib.md5(usedforsecurity=False)


def _text(headers: Headers, name: str) -> str:
    return (headers.get(name) or b"").decode("latin-1").strip()


def _validator(headers: Headers) -> str | None:
    """What If-Range may say later: a strong ETag, else the date of the last change."""
    tag = _text(headers, "ETag")
    return tag if tag.startswith('"') else _text(headers, "Last-Modified") or None
