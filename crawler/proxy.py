"""A loopback HTTP proxy through which Chromium leaves the machine: the same egress as for pages and samples.

It speaks CONNECT (https) and absolute-form requests (http), for whoever knows this run's credentials.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from typing import Self
from urllib.parse import urlsplit

from crawler.egress import Egress, EgressRefused

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
HEAD_LIMIT = 64 << 10
"""Bytes of a request's head."""
CONNECT_TIMEOUT = 20.0
IDLE = 60.0
"""Seconds without a byte in either direction after which a connection is closed."""
CHUNK = 64 << 10


class Proxy:
    """Use as an async context manager; `server`, `username` and `password` are what Playwright's proxy option wants."""

    def __init__(self, egress: Egress, *, refused: Callable[[EgressRefused], None] | None = None) -> None:
        """`refused` is told about every address that was not visited."""
        self._egress = egress
        self._refused = refused
        self._server: asyncio.Server | None = None
        self.username = "copycatch"
        self.password = secrets.token_urlsafe(16)
        self._wanted = b"Basic " + base64.b64encode(f"{self.username}:{self.password}".encode())

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_LIMIT)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    @property
    def server(self) -> str:
        """'http://127.0.0.1:port'."""
        assert self._server is not None  # noqa: S101 - the context manager was entered
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream: asyncio.StreamWriter | None = None
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE)
            upstream = await self._answer(head, reader, writer)
        except EgressRefused as error:
            if self._refused is not None:
                self._refused(error)
            _say(writer, "403 Refused", str(error))
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            _say(writer, "502 Bad Gateway", type(error).__name__)
        finally:
            for side in (writer, upstream):
                if side is not None:
                    with contextlib.suppress(OSError):
                        side.close()

    async def _answer(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> asyncio.StreamWriter | None:
        line, *fields = head.rstrip(b"\r\n").split(b"\r\n")
        if not any(secrets.compare_digest(_value(field, b"proxy-authorization"), self._wanted) for field in fields):
            writer.write(b'HTTP/1.1 407 Authenticate\r\nProxy-Authenticate: Basic realm="run"\r\nContent-Length: 0\r\n')
            writer.write(b"Connection: close\r\n\r\n")
            return None
        method, named, version = line.split(b" ")
        # Bytes that no browser sends become odd characters, which the egress refuses.
        target = named.decode("ascii", "backslashreplace")
        if method == b"CONNECT":
            host, port = self._egress.check_url(f"https://{target}")
            far_reader, far_writer = await self._open(host, port)
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        else:
            address = urlsplit(target)
            host, port = self._egress.check_url(target)
            far_reader, far_writer = await self._open(host, port)
            path = (address.path or "/") + (f"?{address.query}" if address.query else "")
            kept = [field for field in fields if not field.lower().startswith((b"proxy-", b"connection:"))]
            # One request a connection: the next may be for another host, and has to be checked again.
            request = [b" ".join((method, path.encode("ascii"), version)), *kept, b"Connection: close", b"", b""]
            far_writer.write(b"\r\n".join(request))
        await _both_ways((reader, writer), (far_reader, far_writer))
        return far_writer

    def _open(self, host: str, port: int) -> Awaitable[Streams]:
        async def dial(address: str, port: int) -> Streams:
            return await asyncio.wait_for(asyncio.open_connection(address, port), CONNECT_TIMEOUT)

        return self._egress.connect(host, port, dial)


async def _both_ways(near: Streams, far: Streams) -> None:
    async def pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await asyncio.wait_for(source.read(CHUNK), IDLE):
            sink.write(chunk)
            await sink.drain()
        with contextlib.suppress(OSError):
            sink.write_eof()

    tasks = [asyncio.create_task(pour(near[0], far[1])), asyncio.create_task(pour(far[0], near[1]))]
    # When the far side has said all, nothing more is to come; what the near side still sends is of no use.
    await asyncio.wait([tasks[1]])
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _value(field: bytes, name: bytes) -> bytes:
    key, _, value = field.partition(b":")
    return value.strip() if key.strip().lower() == name else b""


def _say(writer: asyncio.StreamWriter, status: str, text: str) -> None:
    body = text.encode("utf-8", "replace")
    with contextlib.suppress(OSError):
        writer.write(f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n".encode())
        writer.write(f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
