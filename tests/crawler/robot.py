"""A robot of a group chat on loopback: keeps what it is sent, and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Robot:
    """What arrived, and what is answered."""

    def __init__(self) -> None:
        self.status = 200
        self.answer: bytes = b'{"errcode": 0, "errmsg": "ok"}'
        self.location = ""
        self.got: list[tuple[str, dict[str, str], Any]] = []
        self.host = ""

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"


@contextmanager
def robot() -> Iterator[Robot]:
    """The running robot."""
    it = Robot()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            it.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(body)))
            self.send_response(it.status)
            if it.location:
                self.send_header("Location", it.location)
            self.send_header("Content-Length", str(len(it.answer)))
            self.end_headers()
            self.wfile.write(it.answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    it.host = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
