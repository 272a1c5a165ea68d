"""A server of a test's own that can die and come back, and one that stands in front of it and misbehaves."""

from __future__ import annotations

import os
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Lock, Thread
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Node:
    """An Elasticsearch node on one folder."""

    def __init__(self, shared: Path, folder: Path, **environment: str) -> None:
        self._tools, self._folder = shared / "elasticsearch", folder
        self._environment = {**os.environ, **environment}
        self.url = ""

    def start(self) -> str:
        """Its address: the same one again where it had one."""
        port = urlsplit(self.url).port if self.url else 0
        command = [str(self._tools / "start"), str(port), "--data", str(self._folder), "--heap", "256m"]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        self.url = done.stdout.strip().partition("=")[2]
        return self.url

    def stop(self, *, kill: bool = False) -> None:
        """In order, or as a crash does."""
        command = [str(self._tools / "stop"), *(["--kill"] if kill else []), str(self._folder)]
        subprocess.run(command, capture_output=True, check=False)


@contextmanager
def never_answering() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a server that takes every request and answers none, and the first line of each."""
    asked: list[bytes] = []

    class Silent(StreamRequestHandler):
        def handle(self) -> None:
            asked.append(self.rfile.readline().strip())
            over.wait(600)  # until the test is over

    over = Event()
    with ThreadingTCPServer(("127.0.0.1", 0), Silent) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            over.set()
            server.shutdown()
            thread.join()


Refuses = Callable[[str], bool]
"""Whether a request for this path is answered 429."""


@contextmanager
def in_front_of(url: str, refuses: Refuses = lambda _path: False, *, expired: Path | None = None) -> Iterator[str]:
    """A server that hands on what it does not refuse. `expired`: over TLS, where it writes its certificate."""
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                refused = refuses(urlsplit(self.path).path)
            if refused:
                self._answer(
                    429, {"Content-Type": "application/json"}, b'{"error":{"type":"es_rejected"},"status":429}'
                )
                return
            there = urlsplit(url)
            kept = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            with closing(HTTPConnection(there.hostname or "", there.port, timeout=60)) as asked:
                asked.request(self.command, self.path, body, kept)
                with asked.getresponse() as got:
                    status, headers, said = got.status, dict(got.getheaders()), got.read()
            self._answer(status, headers, said)

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in {"content-length", "transfer-encoding"}:
                    self.send_header(name, value)
            self.send_header("X-elastic-product", "Elasticsearch") if status == 429 else None
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = handle_any  # noqa: N815 - names of http.server

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as there
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if expired is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(expired_certificate(expired))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that break off are what is tested
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{'https' if expired else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def expired_certificate(path: Path) -> Path:
    """A certificate that signed itself and ended yesterday, with its key, as PEM."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now - timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    return path
