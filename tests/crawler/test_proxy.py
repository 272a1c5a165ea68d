"""What a browser sees of the outside, it sees through the egress; the table of refused addresses is in test_egress."""

import asyncio
import base64
from collections.abc import Awaitable, Callable

import pytest

from crawler.egress import Egress
from crawler.proxy import HEAD_LIMIT, Proxy

Origin = Callable[[bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def ask(proxy: Proxy, text: bytes, *, then: bytes = b"") -> bytes:
    """All that comes for a request, with the run's credentials put in."""
    host, port = proxy.server.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    secret = base64.b64encode(f"{proxy.username}:{proxy.password}".encode())
    writer.write(text.replace(b"\r\n\r\n", b"\r\nProxy-Authorization: Basic " + secret + b"\r\n\r\n", 1) + then)
    answer = await reader.read()
    writer.close()
    return answer


def through(origin: Origin, text: str, then: bytes = b"") -> tuple[bytes, list[bytes]]:
    """The answer for `text` ('HOST' stands for the origin), and the heads that the origin saw."""
    seen: list[bytes] = []
    writers: list[asyncio.StreamWriter] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        await origin(seen[-1], reader, writer)

    async def run() -> bytes:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with Proxy(Egress([host])) as proxy:
            answer = await ask(proxy, text.replace("HOST", host).encode(), then=then)
        await close(server, writers)
        return answer

    return asyncio.run(run()), seen


async def close(server: asyncio.Server, writers: list[asyncio.StreamWriter]) -> None:
    server.close()
    for writer in writers:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


def says(answer: bytes, *, close: bool = True) -> Origin:
    async def origin(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        if close:
            writer.close()

    return origin


def test_a_request_goes_on_in_origin_form_without_our_credentials() -> None:
    answer, [head] = through(
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
        "GET http://HOST/a%20b?c=d HTTP/1.1\r\nHost: HOST\r\nProxy-Connection: keep-alive\r\nX-Own: 1\r\n\r\n",
    )
    assert head.startswith(b"GET /a%20b?c=d HTTP/1.1\r\n") and b"X-Own: 1\r\n" in head
    assert b"roxy-" not in head and b"Connection: close\r\n" in head
    assert answer.endswith(b"\r\n\r\nhi")


def test_an_origin_that_keeps_the_connection_cannot_speak_for_the_next_host() -> None:
    kept_open = says(b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: 5\r\nContent-Length: 0\r\n\r\n")
    answer, heads = through(kept_open, "GET http://HOST/ HTTP/1.1\r\nHost: HOST\r\n\r\n")
    assert b"Connection: close\r\n" in answer and b"eep-" not in answer and len(heads) == 1


def test_a_body_goes_on_as_well() -> None:
    async def origin(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = await reader.readexactly(100_000)
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 OK\r\n\r\n%d" % len(body))
        writer.close()

    answer, _ = through(
        origin, "POST http://HOST/ HTTP/1.1\r\nHost: HOST\r\nContent-Length: 100000\r\n\r\n", bytes(100_000)
    )
    assert answer.startswith(b"HTTP/1.1 201 OK") and answer.endswith(b"100000")


def test_a_tunnel_carries_any_bytes() -> None:
    answer, [head] = through(
        says(b"\x16\x03\x01\r\n\r\n\xff"), "CONNECT HOST HTTP/1.1\r\n\r\n", b"\x16 client hello \r\n\r\n"
    )
    assert answer == b"HTTP/1.1 200 Connected\r\n\r\n\x16\x03\x01\r\n\r\n\xff"
    assert head == b"\x16 client hello \r\n\r\n"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("GET / HTTP/1.1\r\n\r\n", 403),
        ("GET https://HOST/ HTTP/1.1\r\n\r\n", 403),
        ("GET ftp://HOST/ HTTP/1.1\r\n\r\n", 403),
        ("GET file:///etc/passwd HTTP/1.1\r\n\r\n", 403),
        ("CONNECT user@HOST HTTP/1.1\r\n\r\n", 403),
        ("CONNECT 127.0.0.1:22 HTTP/1.1\r\n\r\n", 403),
        ("GET http://HOST/ two words HTTP/1.1\r\n\r\n", 502),
        ("nonsense\r\n\r\n", 502),
    ],
)
def test_nothing_else_is_carried(text: str, status: int) -> None:
    answer, heads = through(says(b""), text)
    assert answer.startswith(b"HTTP/1.1 %d " % status) and heads == []


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 OK\r\nX: " + b"x" * HEAD_LIMIT, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * HEAD_LIMIT],
    ids=["nothing", "a long line", "many lines"],
)
def test_a_broken_or_endless_head_is_a_bad_gateway(answer: bytes) -> None:
    said, _ = through(says(answer), "GET http://HOST/ HTTP/1.1\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 502 ")


def test_nobody_there_is_a_bad_gateway_and_a_stranger_gets_nothing() -> None:
    async def run() -> tuple[bytes, bytes]:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        server.close()
        await server.wait_closed()
        async with Proxy(Egress([host])) as proxy, Proxy(Egress([host])) as other:
            nobody = await ask(proxy, f"GET http://{host}/ HTTP/1.1\r\n\r\n".encode())
            other.password = proxy.password
            return nobody, await ask(other, f"GET http://{host}/ HTTP/1.1\r\n\r\n".encode())

    nobody, stranger = asyncio.run(run())
    assert nobody.startswith(b"HTTP/1.1 502 ")
    assert stranger.startswith(b"HTTP/1.1 407 ") and b"Proxy-Authenticate: Basic" in stranger


def test_leaving_ends_what_is_under_way() -> None:
    async def run() -> bytes:
        writers: list[asyncio.StreamWriter] = []
        server = await asyncio.start_server(lambda reader, writer: writers.append(writer), "127.0.0.1", 0)
        host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with Proxy(Egress([host])) as proxy:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.server.rpartition(":")[2]))
            secret = base64.b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()
            writer.write(f"CONNECT {host} HTTP/1.1\r\nProxy-Authorization: Basic {secret}\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
        rest = await reader.read()
        writer.close()
        await close(server, writers)
        return rest

    assert asyncio.run(run()) == b""
