"""Pages come through the egress, and a hostile server fills neither memory nor time."""

from __future__ import annotations

import gzip
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.crawler.test_sample_download import Outcome, finish, package, start_fetch, whole
from tests.crawler.wire import Asked, Talk, Wire, silence


async def says_2_gb(asked: Asked) -> None:
    await asked.say(200, {"Content-Length": 2 << 30})
    await silence()


async def endless(asked: Asked) -> None:
    await asked.say(200, {})
    while True:
        asked.writer.write(bytes(1 << 16))
        await asked.writer.drain()


async def stalls(asked: Asked) -> None:
    await asked.whole(b"half", Content_Length=100)
    await silence()


async def endless_head(asked: Asked) -> None:
    asked.writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        asked.writer.write(b"X-Filler: again and again\r\n" * 1000)
        await asked.writer.drain()


async def nonsense(asked: Asked) -> None:
    asked.writer.write(b"\x00\x01\x02 no HTTP at all\r\n\r\n")


BAD: dict[str, tuple[Talk, str]] = {
    "/2-gb-declared": (says_2_gb, "DownloadCancelledError"),
    "/endless": (endless, "DownloadCancelledError"),
    "/bomb": (whole(gzip.compress(bytes(50 << 20)), Content_Encoding="gzip"), "IgnoreRequest"),
    "/stalling": (stalls, "DownloadTimeoutError"),
    "/silent": (lambda asked: silence(), "DownloadTimeoutError"),
    "/cut": (whole(b"half", Content_Length=100), "ResponseDataLossError"),
    "/endless-head": (endless_head, "DownloadFailedError"),
    "/nonsense": (nonsense, "DownloadFailedError"),
    "/private": (whole(b"", 302, Location="http://169.254.169.254/latest"), "EgressRefused"),
    "/private-by-name": (whole(b"", 302, Location="http://inside.example/"), "EgressRefused"),
    "/page": (whole(b"a page"), ""),
}
"""Path -> what the server does, and the error that comes of it."""
SHOP = "shop.example"
"""Nobody's DNS but ours knows it."""


async def talk(asked: Asked) -> None:
    await BAD[asked.path][0](asked)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Wire]:
    """All pages in one crawl. Its environment names a proxy."""
    with Wire(talk) as wire:
        urls = {path: wire.url(path) for path in BAD}
        urls |= {"named": f"http://{SHOP}:{wire.port}/page", "unknown": "http://unknown.example/"}
        urls |= {"nobody": "http://127.0.0.1:1/", "proxied": wire.url("/page")}
        ask: dict[str, dict[str, Any]] = {name: {"url": url, "sample": False} for name, url in urls.items()}
        ask["proxied"]["meta"] = {"proxy": "http://127.0.0.1:9"}
        outcome = finish(
            start_fetch(
                tmp_path_factory.mktemp("home"),
                wire,
                ask,
                allow_hosts=[wire.host, f"{SHOP}:{wire.port}", "127.0.0.1:1"],
                resolve={"inside.example": [["10.0.0.7"]], SHOP: [["127.0.0.1"]]},
                settings={"RETRY_TIMES": 0, "DOWNLOAD_MAXSIZE": 4 << 20, "DOWNLOAD_TIMEOUT": 6},
            )
        )
    return outcome, wire


@pytest.mark.parametrize("path", [path for path, (_, error) in BAD.items() if error])
def test_bad_answers_are_typed(table: tuple[Outcome, Wire], path: str) -> None:
    assert table[0][path].get("error") == BAD[path][1], table[0][path]


def test_an_invented_name_is_reached_at_the_address_that_was_checked(table: tuple[Outcome, Wire]) -> None:
    outcome, wire = table
    assert outcome["named"]["length"] == len(b"a page")
    assert {asked.headers["host"] for asked in wire.requests("/page")} == {wire.host, f"{SHOP}:{wire.port}"}


def test_a_name_or_server_that_is_not_there_is_said_to_be_so(table: tuple[Outcome, Wire]) -> None:
    assert table[0]["unknown"]["error"] == "CannotResolveHostError"
    assert table[0]["nobody"]["error"] == "DownloadConnectionRefusedError"


def test_proxies_that_somebody_names_are_not_used(table: tuple[Outcome, Wire]) -> None:
    assert table[0]["proxied"]["length"] == table[0]["/page"]["length"] == len(b"a page")


def test_pages_and_samples_come_over_tls(tmp_path: Path) -> None:
    async def both(asked: Asked) -> None:
        await asked.whole(package(1) if asked.path == "/a.apk" else b"a page")

    with Wire(both, tls=tls_context(tmp_path)) as wire:
        ask = {"page": {"url": wire.url("/page"), "sample": False}, "sample": {"url": wire.url("/a.apk")}}
        outcome = finish(start_fetch(tmp_path, wire, ask))
    assert outcome["page"].get("length") == len(b"a page"), outcome
    assert outcome["sample"]["fetched"]["size"] == len(package(1))


def tls_context(folder: Path) -> ssl.SSLContext:
    """Of a server with a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    pem = folder / "server.pem"
    kinds = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *kinds) + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
