"""A loopback HTTP proxy through which Chromium leaves the machine: the same egress as for pages and samples.

It speaks CONNECT (https) and absolute-form requests (http), for whoever knows this run's credentials.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Self
from urllib.parse import urlsplit

from crawler.egress import Egress, EgressRefused

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
HEAD_LIMIT = 64 << 10
"""Bytes of a request's or an answer's head."""
CONNECT_TIMEOUT = 20.0
IDLE = 60.0
"""Seconds without a byte from the far side after which a connection is closed."""
CHUNK = 64 << 10
HOP = (b"connection", b"keep-alive", b"proxy-authorization", b"proxy-connection")
"""Fields that are meant for us and not for the far side, or the other way round."""


class Proxy:
    """Use as an async context manager; `server`, `username` and `password` are what Playwright's proxy option wants."""

    def __init__(self, egress: Egress, *, refused: Callable[[EgressRefused], None] | None = None) -> None:
        """`refused` is told about every address that was not visited."""
        self._egress = egress
        self._refused = refused
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.username = "copycatch"
        self.password = secrets.token_urlsafe(16)
        self._wanted = b"Basic " + base64.b64encode(f"{self.username}:{self.password}".encode())

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=HEAD_LIMIT)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    @property
    def server(self) -> str:
        """'http://127.0.0.1:port'."""
        assert self._server is not None  # noqa: S101 - the context manager was entered
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve((reader, writer)))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, near: Streams) -> None:
        try:
            line, fields = await _head(near[0])
            if not secrets.compare_digest(_value(fields, b"proxy-authorization"), self._wanted):
                _say(near[1], "407 Authenticate", "", b'Proxy-Authenticate: Basic realm="run"\r\n')
                return
            method, target, version = line.split(b" ")
            # Bytes that no browser sends become odd characters, which the egress refuses.
            address = target.decode("ascii", "backslashreplace")
            if method == b"CONNECT":
                await self._tunnel(near, address)
            else:
                await self._forward(near, address, (method, version), fields)
        except EgressRefused as error:
            if self._refused is not None:
                self._refused(error)
            _say(near[1], "403 Refused", str(error))
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError) as error:
            _say(near[1], "502 Bad Gateway", type(error).__name__)
        finally:
            near[1].close()

    async def _tunnel(self, near: Streams, authority: str) -> None:
        far = await self._dial(f"https://{authority}")
        near[1].write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await _both_ways(near, far)

    async def _forward(
        self, near: Streams, address: str, how: tuple[bytes, bytes], fields: Sequence[tuple[bytes, bytes]]
    ) -> None:
        parts = urlsplit(address)
        if parts.scheme == "https":
            raise EgressRefused(address[:200], "https needs a tunnel")
        far = await self._dial(address)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            _write_head(far[1], b" ".join((how[0], path.encode("ascii"), how[1])), fields)
            async with _pouring(near[0], far[1]):
                line, answer = await _head(far[0])
                while line.split(b" ")[1:2] in ([b"100"], [b"103"]):
                    line, answer = await _head(far[0])
                # One request a connection, whatever the far side thinks of it: the browser's next request may be for
                # another host, which the far side must not be able to speak for.
                _write_head(near[1], line, answer)
                await _pour(far[0], near[1])
        finally:
            far[1].close()

    async def _dial(self, url: str) -> Streams:
        async def dial(address: str, port: int) -> Streams:
            return await asyncio.wait_for(asyncio.open_connection(address, port, limit=HEAD_LIMIT), CONNECT_TIMEOUT)

        host, port = self._egress.check_url(url)
        return await self._egress.connect(host, port, dial)


async def _head(reader: asyncio.StreamReader) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """First line and fields. Raises ValueError when it is too long, IncompleteReadError, TimeoutError."""
    lines: list[bytes] = []
    left = HEAD_LIMIT
    async with asyncio.timeout(IDLE):
        while line := await reader.readline():
            left -= len(line)
            if left < 0:
                raise ValueError("the head is too long")
            if not line.strip():
                break
            lines.append(line.rstrip(b"\r\n"))
        else:
            raise asyncio.IncompleteReadError(b"", None)
    if not lines:
        raise ValueError("no first line")
    fields = [line.partition(b":") for line in lines[1:]]
    return lines[0], [(name, value.strip()) for name, colon, value in fields if colon]


def _write_head(writer: asyncio.StreamWriter, line: bytes, fields: Sequence[tuple[bytes, bytes]]) -> None:
    kept = [b"%b: %b" % field for field in fields if field[0].strip().lower() not in HOP]
    writer.write(b"\r\n".join([line, *kept, b"Connection: close", b"", b""]))


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter, idle: float | None = IDLE) -> None:
    while chunk := await asyncio.wait_for(source.read(CHUNK), idle):
        sink.write(chunk)
        await sink.drain()


@contextlib.asynccontextmanager
async def _pouring(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Pours beside what happens within; the far side decides when it is over."""
    task = asyncio.create_task(_pour(source, sink, None))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _both_ways(near: Streams, far: Streams) -> None:
    try:
        async with _pouring(near[0], far[1]):
            await _pour(far[0], near[1])
    except (OSError, TimeoutError):
        pass  # broken off within a tunnel: there is nobody to tell
    finally:
        far[1].close()


def _value(fields: Sequence[tuple[bytes, bytes]], name: bytes) -> bytes:
    return next((value for key, value in fields if key.strip().lower() == name), b"")


def _say(writer: asyncio.StreamWriter, status: str, text: str, extra: bytes = b"") -> None:
    body = text.encode("utf-8", "replace")
    with contextlib.suppress(OSError):
        writer.write(f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n".encode() + extra)
        writer.write(f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
