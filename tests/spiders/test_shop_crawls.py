"""Whole crawls of small loopback shops and code hosts: what a server may say besides its pages."""

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.forked import COPYCATCH, run

SPENT = {"X-RateLimit-Remaining": "0"}


class Site(ThreadingHTTPServer):
    """Answers with JSON: path with query -> one answer after the other, the last for ever; each is (status, headers,
    value). Anything else is not there.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.answers: dict[str, list[tuple[int, dict[str, str], Any]]] = {}
        self.asked: Counter[str] = Counter()
        self.address = f"http://127.0.0.1:{self.server_port}/"


class Answer(BaseHTTPRequestHandler):
    """Of a Site."""

    def do_GET(self) -> None:
        site = self.server
        assert isinstance(site, Site)
        answers = site.answers.get(self.path, [(404, {}, {"message": "Not Found"})])
        status, headers, value = answers[min(site.asked[self.path], len(answers) - 1)]
        site.asked[self.path] += 1
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        body = json.dumps(value).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def crawl(home: Path, *arguments: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The run and the listings of `copycatch crawl`."""
    env = {**os.environ, "COPYCATCH_HOME": str(home), "COPYCATCH_ALLOW_HOSTS": "127.0.0.1", "COPYCATCH_DELAY": "0"}

    def told(*words: str) -> Any:
        done = run([COPYCATCH, *words, "--json"], env=env)
        assert done.returncode in {0, 3}, done.stderr[-3000:]
        return json.loads(done.stdout)

    walked = told("crawl", *arguments)
    return walked, [hit["value"] for hit in told("search", "*", "--kind", "listings")["hits"]]


def test_a_spent_budget_is_waited_for_or_said_and_costs_no_repository(site: Site, tmp_path: Path) -> None:
    found = [{"id": number, "full_name": f"o/r{number}", "owner": {"login": "o"}} for number in (1, 2, 3)]
    release = [{"tag_name": "v1", "assets": [{"name": "a.exe", "browser_download_url": "https://e.org/a.exe"}]}]
    now, later = str(int(time.time())), str(int(time.time()) + 3600)
    site.answers = {
        "/search/repositories?q=ai&per_page=30&page=1": [(200, {}, {"total_count": 3, "items": found})],
        "/repos/o/r1/releases?per_page=10": [(200, {}, release)],
        "/repos/o/r2/releases?per_page=10": [(403, {**SPENT, "X-RateLimit-Reset": now}, {}), (200, {}, release)],
        "/repos/o/r3/releases?per_page=10": [(403, {**SPENT, "X-RateLimit-Reset": later}, {"message": "spent"})],
    }
    run, listings = crawl(tmp_path, "github_releases", "--start", site.address, "--query", "ai")
    assert {row["title"]: row["version"] for row in listings} == {"o/r1": "v1", "o/r2": "v1", "o/r3": None}
    assert site.asked["/repos/o/r2/releases?per_page=10"] == 2, "renewed: asked once more"
    assert site.asked["/repos/o/r3/releases?per_page=10"] == 1, "an hour away: not asked again"
    assert sum(run["problems"].values()) == 1, run


def test_a_shop_without_an_interface_at_some_places(site: Site, tmp_path: Path) -> None:
    product = {"name": "AI 换脸", "permalink": f"{site.address}product/a/", "description": "实时", "review_count": 1}
    api = "/wp-json/wc/store/products"
    site.answers = {
        f"{api}?per_page=100&page=1": [(200, {"X-WP-TotalPages": "2"}, [{**product, "id": 1}])],
        f"{api}?per_page=100&page=2": [(500, {}, None), (200, {}, [{**product, "id": 2, "name": "B"}])],
        f"{api}/reviews?per_page=100&page=1&product_id=1": [(200, {}, [{"reviewer": "x", "review": "<p>好用</p>"}])],
        f"{api}/1": [(200, {}, {**product, "id": 1})],
        f"{api}/2": [(200, {}, {**product, "id": 2, "name": "B"})],
    }
    run, listings = crawl(tmp_path, "woocommerce", "--start", site.address)
    assert {row["native_id"]: row["reviews"] for row in listings} == {"1": ["好用"], "2": []}
    assert run["outcome"] == "healthy" and not run["problems"], "what is switched off is no trouble"
