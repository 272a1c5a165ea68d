"""Scrapy's HTTP handler with our egress: every connection goes to an address that was checked.

A request whose meta holds a `sample` is streamed to the quarantine instead of into memory (`crawler.sample_download`).
Settings: DOWNLOAD_HANDLERS names `crawler.page_download.GuardedDownload` for http and https, None for all others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from twisted.internet import interfaces
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.error import DNSLookupError
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web.client import URI, Agent
from twisted.web.iweb import IAgentEndpointFactory, IPolicyForHTTPS
from zope.interface import implementer

from crawler.egress import Egress, UnknownHostError
from crawler.sample_download import STALL, Intake, OutOfPlaceError, SampleAgent
from index.blobs import Blobs
from index.home import Home
from index.settings import Settings

T = TypeVar("T")

HEAD_LIMIT = 256 << 10
"""Bytes of an answer's head; Twisted has no limit, and a hostile server no end."""


@implementer(interfaces.IStreamClientEndpoint)
class CheckedEndpoint:
    """Connects to a host through the egress."""

    def __init__(self, egress: Egress, host: str, port: int, timeout: float) -> None:
        """`timeout` in seconds, for each address."""
        self._egress, self._host, self._port, self._timeout = egress, host, port, timeout

    def connect(self, factory: Any) -> Deferred[Any]:
        """A deferred protocol, as Twisted wants it."""
        from twisted.internet import reactor  # noqa: PLC0415 - it exists only once Scrapy has chosen it

        async def dial(address: str, port: int) -> Any:
            kind = TCP6ClientEndpoint if ":" in address else TCP4ClientEndpoint
            return await maybe_deferred_to_future(kind(reactor, address, port, self._timeout).connect(factory))

        async def connect() -> Any:
            try:
                return await self._egress.connect(self._host, self._port, dial)
            except UnknownHostError as error:
                raise DNSLookupError(str(error)) from error

        return deferred_from_coro(connect())


@implementer(IAgentEndpointFactory)
class CheckedEndpoints:
    """Makes the endpoints of an Agent, with TLS where the address asks for it."""

    def __init__(self, egress: Egress, policy: IPolicyForHTTPS, timeout: float) -> None:
        """`policy` decides which certificates are accepted."""
        self._egress, self._policy, self._timeout = egress, policy, timeout

    def endpointForURI(self, uri: URI) -> Any:  # noqa: N802 - Twisted's name
        """The endpoint for an address. Raises EgressRefused at sight."""
        host, port = self._egress.check_url(uri.toBytes().decode("ascii", "replace"))
        endpoint = CheckedEndpoint(self._egress, host, port, self._timeout)
        if uri.scheme == b"https":
            return wrapClientTLS(self._policy.creatorForNetloc(uri.host, uri.port), endpoint)
        return endpoint


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Scrapy's, with an end to the head of an answer."""

    _head = 0

    def request(self, request: Any) -> Any:
        self._head = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        super().dataReceived(data)
        if self._parser is not None and self._parser.state in {STATUS, HEADER}:
            self._head += len(data)
            if self._head > HEAD_LIMIT and self.transport is not None:
                self.transport.abortConnection()


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> HTTP11ClientProtocol:  # noqa: ARG002, N802 - Twisted's
        return _BoundedProtocol(self._quiescentCallback)


class _GuardedAgent(_ScrapyAgent):
    """Scrapy's agent, connecting through the egress."""

    egress: Egress

    def _get_agent(self, request: Request, timeout: float) -> Agent:  # noqa: ARG002 - Scrapy's signature
        from twisted.internet import reactor  # noqa: PLC0415 - see above

        endpoints = CheckedEndpoints(self.egress, self._contextFactory, min(timeout, 30))
        return Agent.usingEndpointFactory(reactor, endpoints, pool=self._pool)


class _GuardedSampleAgent(SampleAgent, _GuardedAgent):
    """The same, with the body streamed to the quarantine."""


class GuardedDownload(HTTP11DownloadHandler):
    """Download handler for http and https."""

    def __init__(self, crawler: Crawler) -> None:
        """Reads COPYCATCH_SETTINGS and COPYCATCH_HOME.

        COPYCATCH_RESOLVE: another resolver. COPYCATCH_SAMPLE_STALL: seconds without news from a sample's server.
        """
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory  # noqa: SLF001 - as Scrapy does with its own
        settings: Settings = crawler.settings["COPYCATCH_SETTINGS"]
        self.egress = Egress(settings.crawl.allow_hosts, resolve=crawler.settings.get("COPYCATCH_RESOLVE"))
        self._blobs = Blobs(Home(Path(crawler.settings["COPYCATCH_HOME"])).samples)
        self._sample_cap = settings.crawl.sample_max_mb << 20
        self._stall = crawler.settings.getfloat("COPYCATCH_SAMPLE_STALL", STALL)

    async def download_request(self, request: Request) -> Response:
        """Fetches a page or a sample.

        Raises EgressRefused, SampleTooLargeError, NotASampleError, BlobError, Scrapy's own errors.
        """
        self.egress.check_url(request.url)
        if request.meta.get("sample") is not None:
            return await self._download_sample(request)
        agent = _GuardedAgent(maxsize=self._default_maxsize, **self._agent_arguments())
        agent.egress = self.egress
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))

    async def _download_sample(self, request: Request) -> Response:
        sample = request.meta["sample"]
        with self._blobs.partial(sample if isinstance(sample, str) else request.url) as partial:
            intake = Intake(partial)
            validator = await _in_thread(intake.take_up)
            try:
                response = await self._ask_for_sample(request, intake, validator)
            except OutOfPlaceError:
                if validator is None:
                    raise
                intake.begin(None)
                response = await self._ask_for_sample(request, intake, None)
            if response.status in {200, 206}:
                request.meta["fetched"] = await _in_thread(intake.keep)
            return response

    async def _ask_for_sample(self, request: Request, intake: Intake, validator: str | None) -> Response:
        agent = _GuardedSampleAgent(maxsize=self._sample_cap, **self._agent_arguments())
        agent.egress, agent.intake, agent.stall = self.egress, intake, self._stall
        asked = request.copy()
        asked.headers["Accept-Encoding"] = "identity"
        if validator is not None:
            asked.headers["Range"] = f"bytes={intake.size}-"
            asked.headers["If-Range"] = validator
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(asked))

    def _agent_arguments(self) -> dict[str, Any]:
        return {
            "contextFactory": self._contextFactory,
            "pool": self._pool,
            "warnsize": self._default_warnsize,
            "fail_on_dataloss": self._fail_on_dataloss,
            "crawler": self._crawler,
        }


async def _in_thread(act: Callable[[], T]) -> T:
    """What `act` gives. When cancelled it still waits for the end: the file must not be closed under the thread."""
    task = asyncio.ensure_future(asyncio.to_thread(act))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
