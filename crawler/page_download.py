"""Scrapy's HTTP handler with our egress: every connection goes to an address that was checked.

A request whose meta holds a `sample` is streamed to the quarantine instead of into memory (`crawler.sample_download`).
Settings: DOWNLOAD_HANDLERS names `crawler.page_download.GuardedDownload` for http and https, None for all others.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _ScrapyAgent
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from twisted.internet import interfaces
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.web.client import URI, Agent
from twisted.web.iweb import IAgentEndpointFactory, IPolicyForHTTPS
from zope.interface import implementer

from crawler.egress import Egress
from crawler.sample_download import Intake, SampleAgent
from index.blobs import Blobs
from index.home import Home
from index.settings import Settings


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

        return deferred_from_coro(self._egress.connect(self._host, self._port, dial))


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
        """Reads COPYCATCH_SETTINGS and COPYCATCH_HOME; COPYCATCH_RESOLVE may name another resolver (tests)."""
        super().__init__(crawler)
        settings: Settings = crawler.settings["COPYCATCH_SETTINGS"]
        self.egress = Egress(settings.crawl.allow_hosts, resolve=crawler.settings.get("COPYCATCH_RESOLVE"))
        self._blobs = Blobs(Home(Path(crawler.settings["COPYCATCH_HOME"])).samples)
        self._sample_cap = settings.crawl.sample_max_mb << 20

    async def download_request(self, request: Request) -> Response:
        """Fetches a page or a sample. Raises EgressRefused, SampleTooLargeError, BlobError, Scrapy's own errors."""
        self.egress.check_url(request.url)
        if request.meta.get("sample") is not None:
            return await self._download_sample(request)
        agent = _GuardedAgent(maxsize=self._default_maxsize, **self._agent_arguments())
        agent.egress = self.egress
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))

    async def _download_sample(self, request: Request) -> Response:
        agent = _GuardedSampleAgent(maxsize=self._sample_cap, **self._agent_arguments())
        agent.egress = self.egress
        agent.intake = Intake(self._blobs.partial(request.url), self._blobs)
        asked = request.replace(headers={**request.headers, "Accept-Encoding": "identity"})
        if validator := agent.intake.validator():
            await asyncio.to_thread(agent.intake.take_up)
            asked.headers["Range"] = f"bytes={agent.intake.size}-"
            asked.headers["If-Range"] = validator
        with wrap_twisted_exceptions():
            response = await maybe_deferred_to_future(agent.download_request(asked))
        if response.status == 416:  # what we have is no beginning of what is there now
            agent.intake.drop()
            return await self._download_sample(request)
        request.meta["fetched"] = agent.fetched
        return response

    def _agent_arguments(self) -> dict[str, Any]:
        return {
            "contextFactory": self._contextFactory,
            "pool": self._pool,
            "warnsize": self._default_warnsize,
            "fail_on_dataloss": self._fail_on_dataloss,
            "crawler": self._crawler,
        }
