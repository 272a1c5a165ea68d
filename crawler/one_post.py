"""One POST to somebody we know (a robot that takes alerts, a time-stamp authority): through the egress, once, without
redirects, within seconds.
"""

from __future__ import annotations

import asyncio
import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import urlsplit

from crawler.egress import Egress
from index.settings import Settings

SECONDS = 10.0
"""For connecting, and for each read."""
ANSWER = 64 << 10
"""Bytes of the answer that are read."""


async def post(url: str, body: bytes, headers: Mapping[str, str], settings: Settings) -> tuple[int, bytes]:
    """Status and answer. Raises TimeoutError, EgressRefused, OSError and http.client.HTTPException."""
    egress = Egress(settings.crawl.allow_hosts)
    host, port = egress.check_url(url)

    async def dial(address: str, to: int) -> tuple[int, bytes]:
        return await asyncio.to_thread(_exchange, (address, to), url, body, headers)

    async with asyncio.timeout(2 * SECONDS):
        return await egress.connect(host, port, dial)


def _exchange(checked: tuple[str, int], url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """One request to a checked address. Raises OSError, HTTPException."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    sock = socket.create_connection(checked, timeout=SECONDS)
    if parts.scheme == "https":
        sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    with closing(http.client.HTTPConnection(host, timeout=SECONDS)) as connection:
        connection.sock = sock  # connected to the address that was checked, and to no other
        connection.request("POST", target, body, {"Host": parts.netloc, **headers})
        response = connection.getresponse()
        return response.status, response.read(ANSWER)
