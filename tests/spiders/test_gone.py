"""A feed shows the newest only: what it no longer shows is not gone."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.forked import COPYCATCH, run

ITEM = "<item><title>t{0}</title><link>http://e.org/{0}</link><description>text</description></item>"


class Feed(BaseHTTPRequestHandler):
    shown: tuple[int, ...] = ()

    def do_GET(self) -> None:
        body = f"<rss version='2.0'><channel>{''.join(ITEM.format(number) for number in self.shown)}</channel></rss>"
        found = self.path == "/feed"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/rss+xml")
        self.end_headers()
        self.wfile.write(body.encode() if found else b"")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_what_left_a_feed_is_not_gone(host: str, tmp_path: Path) -> None:
    env = {
        **os.environ,
        "COPYCATCH_HOME": str(tmp_path / "home"),
        "COPYCATCH_ALLOW_HOSTS": host,
        "COPYCATCH_DELAY": "0",
    }
    command = [COPYCATCH, "crawl", "feed", "--start", f"http://{host}/feed", "--json"]
    counts = []
    for Feed.shown in ((1, 2, 3), (3, 4)):
        done = run(command, env=env)
        assert done.returncode == 0, done.stdout + done.stderr
        counts.append(json.loads(done.stdout.splitlines()[-1])["counts"])
    assert [each["listings"] for each in counts] == [3, 2]
    assert [each.get("gone", 0) for each in counts] == [0, 0]
