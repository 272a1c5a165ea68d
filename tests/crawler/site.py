"""A small hostile shop on loopback, in a thread: real sockets, answers under full control."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass
class Answer:
    """One HTTP answer. `declared` overrides Content-Length; `stall` sends half and then nothing."""

    body: bytes = b""
    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    declared: int | None = None
    stall: bool = False
    half: Callable[[], None] = lambda: None
    """Called when half of the body is under way."""


Route = Callable[[str], Answer | None]
"""Path with query -> answer; None for 404."""


class Site:
    """Context manager; counts requests per path, and calls `watch(path, n)` before the n-th answer."""

    def __init__(self, route: Route, watch: Callable[[str, int], None] = lambda path, n: None) -> None:
        self.route = route
        self.watch = watch
        self.hits: Counter[str] = Counter()
        self.headers: dict[str, dict[str, str]] = {}
        """Path -> headers of the last request, names in lower case."""
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

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
        return f"http://{self.host}{path}"

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._open: set[asyncio.Task] = set()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._open.add(task)
        try:
            while line := await reader.readline():
                path = line.split()[1].decode("latin-1")
                headers = {}
                while field := (await reader.readline()).decode("latin-1").strip():
                    name, _, value = field.partition(":")
                    headers[name.lower()] = value.strip()
                self.headers[path] = headers
                self.hits[path] += 1
                self.watch(path, sum(self.hits.values()))
                await self._answer(self.route(path) or Answer(b"not here", 404), writer)
        except (ConnectionError, asyncio.CancelledError, IndexError):
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _answer(self, answer: Answer, writer: asyncio.StreamWriter) -> None:
        length = len(answer.body) if answer.declared is None else answer.declared
        head = [f"HTTP/1.1 {answer.status} X", f"Content-Length: {length}", f"Content-Type: {answer.type}"]
        head += [f"{name}: {value}" for name, value in answer.headers.items()]
        writer.write(("\r\n".join(head) + "\r\n\r\n").encode("latin-1"))
        middle = len(answer.body) // 2
        writer.write(answer.body[:middle])
        await writer.drain()
        answer.half()
        writer.write(b"" if answer.stall else answer.body[middle:])
        await writer.drain()
        if answer.stall or length > len(answer.body):
            await self._end.wait()


def shop(pages: int, per_page: int = 5) -> Route:
    """A shop of `pages` list pages that link to each other and to `per_page` listings each."""

    def route(path: str) -> Answer | None:
        if path == "/robots.txt":
            return Answer(b"User-agent: *\nDisallow: /private/\n", type="text/plain")
        kind, _, number = path.strip("/").partition("/")
        if kind == "list" and number.isdigit() and int(number) < pages:
            return Answer(list_page(int(number), pages, per_page))
        if kind == "item" and number.isdigit() and int(number) < pages * per_page:
            return Answer(item_page(int(number)))
        return None

    return route


def list_page(number: int, pages: int, per_page: int) -> bytes:
    links = [f"/item/{number * per_page + i}" for i in range(per_page)]
    links += [f"/list/{n}" for n in (number + 1, number - 1) if 0 <= n < pages]
    return page("目录", "".join(f'<a href="{link}">x</a>' for link in links))


def item_page(number: int) -> bytes:
    return page(
        f"智能助手 {number}",
        f"<h1>智能助手 {number}</h1><p class=text>第 {number} 件商品的说明，正版软件。</p>"
        f"<b class=price>￥{number}元</b><i class=seller>商家{number % 7}</i>",
    )


def page(title: str, body: str, encoding: str = "utf-8") -> bytes:
    return f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>".encode(encoding)


def bomb(megabytes: int) -> bytes:
    """A gzip body that inflates to so many MB."""
    return gzip.compress(b"\0" * (megabytes << 20))
