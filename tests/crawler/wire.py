"""A server on loopback that says exactly the bytes a test wants, in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    writer: asyncio.StreamWriter
    earlier: int
    """Requests for the same path before this one."""

    @property
    def start(self) -> int | None:
        """First byte that the Range asks for."""
        asked = self.headers.get("range")
        return int(asked.removeprefix("bytes=").removesuffix("-")) if asked else None

    async def say(self, status: int, headers: dict[str, object], body: bytes = b"") -> None:
        """A head and a body as given; Content-Length only when it stands among the headers."""
        lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items())]
        self.writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        await self.writer.drain()

    async def whole(self, body: bytes, status: int = 200, **headers: object) -> None:
        """An honest answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await self.say(status, {"Content-Length": len(body), **named}, body)

    def reset(self) -> None:
        """Breaks the connection off with a reset."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()


Talk = Callable[[Asked], Awaitable[None]]


@dataclass
class Wire:
    """Context manager. `talk` answers a request; returning without `keep` closes the connection."""

    talk: Talk
    asked: list[Asked] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    connections: int = 0

    def __post_init__(self) -> None:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}{path}"

    def requests(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split()[1]
            fields = dict(line.split(": ", 1) for line in head[1:] if line)
            headers = {name.lower(): value for name, value in fields.items()}
            asked = Asked(path, headers, writer, earlier=len(self.requests(path)))
            self.asked.append(asked)
            await self.talk(asked)
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(task)
            writer.close()


async def silence() -> None:
    """Never says anything again."""
    await asyncio.Event().wait()
