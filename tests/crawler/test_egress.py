"""No path out of the machine reaches an address that is not public; one that the operator allowed is reached."""

import asyncio
import base64
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.egress import Egress, EgressRefused
from crawler.proxy import Proxy
from tests.conftest import ROOT
from tests.crawler.addresses import REFUSED, resolve


async def never(address: str, port: int) -> None:
    raise AssertionError(f"dialled {address}:{port}")


def test_the_table_is_long_enough() -> None:
    assert len(set(REFUSED)) >= 40


@pytest.mark.parametrize("url", REFUSED)
def test_refused_before_anything_is_dialled(url: str) -> None:
    async def attempt() -> None:
        egress = Egress(resolve=resolve)
        host, port = egress.check_url(url)
        await egress.connect(host, port, never)

    with pytest.raises(EgressRefused) as refused:
        asyncio.run(attempt())
    assert refused.value.why and refused.value.host


@pytest.mark.parametrize(
    "url",
    [
        "ftp://93.184.215.14/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://",
        "http://[::1",
        "//x/",
        "",
        "http://user@public.example/",
        "http://public.example\\@10.0.0.1/",
        "http://public.example:0/",
        "http://public.example:99999/",
        "http://public%2eexample/",
        "http://public.example\t.evil.example/",
    ],
)
def test_only_http_addresses_with_a_host_are_visited(url: str) -> None:
    with pytest.raises(EgressRefused):
        Egress().check_url(url)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        host, port = Egress().check_url(text)
    except EgressRefused:
        return
    assert host and 0 < port < 65536


def test_the_address_that_was_checked_is_the_one_that_is_dialled() -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])

    async def rebinding(host: str, port: int) -> list[str]:
        return next(answers)

    async def dial(address: str, port: int) -> str:
        return address

    async def attempt() -> str:
        return await Egress(resolve=rebinding).connect("rebinding.example", 80, dial)

    assert asyncio.run(attempt()) == "93.184.215.14"


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    async def two(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "93.184.215.15"]

    async def dial(address: str, port: int) -> str:
        if address.endswith("14"):
            raise ConnectionRefusedError(address)
        return address

    async def attempt() -> str:
        return await Egress(resolve=two).connect("two.example", 80, dial)

    assert asyncio.run(attempt()) == "93.184.215.15"


@pytest.mark.parametrize(
    ("allowed", "url", "reached"),
    [
        ("127.0.0.1", "http://127.0.0.1:81/", True),
        ("127.0.0.1:81", "http://127.0.0.1:81/", True),
        ("127.0.0.1:81", "http://127.0.0.1:82/", False),
        ("loop.example", "http://loop.example/", True),
        ("loop.example", "http://127.0.0.1/", False),
        ("127.0.0.1", "http://loop.example/", False),
        ("127.0.0.1", "http://127.1/", False),
        ("127.0.0.1:6379", "http://127.0.0.1:6379/", True),
        ("LOOP.example.", "http://loop.example/", True),
        ("loop.example", "http://inside.example/", False),
        ("[::1]:81", "http://[::1]:81/", True),
    ],
)
def test_what_the_operator_allows_and_nothing_beside_it(allowed: str, url: str, *, reached: bool) -> None:
    async def dial(address: str, port: int) -> bool:
        return True

    async def attempt() -> bool:
        egress = Egress([allowed], resolve=resolve)
        host, port = egress.check_url(url)
        return await egress.connect(host, port, dial)

    if reached:
        assert asyncio.run(attempt())
    else:
        with pytest.raises(EgressRefused):
            asyncio.run(attempt())


@pytest.fixture(scope="module")
def scrapy_outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What Scrapy says of every address of the table, over both download paths."""
    home = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-W", "error::ResourceWarning", "-m", "tests.crawler.guard_drive", str(home)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    outcome: dict[str, str] = json.loads((home / "outcome.json").read_text())
    return outcome


@pytest.mark.parametrize("path", ["page", "sample"])
def test_both_download_paths_refuse_the_whole_table(scrapy_outcome: dict[str, str], path: str) -> None:
    seen = {url: what for url, what in scrapy_outcome.items() if url.startswith(path)}
    assert len(seen) == len(set(REFUSED))
    assert set(seen.values()) == {"EgressRefused"}, seen


async def through_proxy(proxy: Proxy, request: str, *, password: str | None = None) -> bytes:
    host, port = proxy.server.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    secret = base64.b64encode(f"{proxy.username}:{password or proxy.password}".encode()).decode()
    writer.write(f"{request}\r\nProxy-Authorization: Basic {secret}\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize("url", REFUSED)
def test_the_browsers_proxy_refuses_the_whole_table(url: str) -> None:
    refused: list[EgressRefused] = []

    async def attempt() -> tuple[bytes, bytes]:
        async with Proxy(Egress(resolve=resolve), refused=refused.append) as proxy:
            authority = url.split("/")[2].rpartition("@")[2]
            authority += (
                "" if authority.rpartition(":")[2].rstrip("]").isdigit() and "]" not in authority[-1:] else ":443"
            )
            plain = await through_proxy(proxy, f"GET {url.replace('https:', 'http:')} HTTP/1.1\r\nHost: x")
            return plain, await through_proxy(proxy, f"CONNECT {authority} HTTP/1.1\r\nHost: x")

    plain, tunnel = asyncio.run(attempt())
    assert plain.startswith(b"HTTP/1.1 403 ") and tunnel.startswith(b"HTTP/1.1 403 "), (plain, tunnel)
    assert len(refused) == 2


def test_the_proxy_serves_an_allowed_host_and_only_who_knows_the_password() -> None:
    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + head)
        writer.close()

    async def attempt() -> tuple[bytes, bytes, bytes]:
        server = await asyncio.start_server(origin, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with Proxy(Egress([f"127.0.0.1:{port}"])) as proxy:
            get = f"GET http://127.0.0.1:{port}/a?b=1 HTTP/1.1\r\nHost: x"
            good = await through_proxy(proxy, get)
            bad = await through_proxy(proxy, get, password="wrong")
            garbage = await through_proxy(proxy, "\x00\x01 nonsense")
        server.close()
        return good, bad, garbage

    good, bad, garbage = asyncio.run(attempt())
    assert good.startswith(b"HTTP/1.1 200") and b"GET /a?b=1 HTTP/1.1" in good and b"Proxy-Authorization" not in good
    assert bad.startswith(b"HTTP/1.1 407")
    assert garbage.startswith(b"HTTP/1.1 502")
