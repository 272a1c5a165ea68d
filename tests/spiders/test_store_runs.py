"""Stores in a real run against a real server: codes, posted questions and pages that follow from pages."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from index.home import Home
from index.open import open_index
from tests.conftest import ROOT
from tests.forked import run

FIXTURES = Path(__file__).parent / "fixtures"
CODE = "a code as the store gives it"


def fixture(case: str) -> bytes:
    (page,) = (FIXTURES / case).glob("response.*")
    return page.read_bytes()


class Stores(BaseHTTPRequestHandler):
    """Answers as the stores do; Huawei's refuses who brings no code."""

    asked: list[str]
    believes: bool
    """Whether the code that it gave is good."""

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path == "/api/7/apps/search":
            self.answer(fixture("aptoide/search") if "offset" not in query else fixture("aptoide/search_empty"))
        elif path == "/api/7/app/getMeta":
            self.answer(fixture("aptoide/app" if query.get("app_id") == ["9001"] else "aptoide/not_carried"))
        elif path == "/edge/uowap/index":
            first = query["reqPageNum"] == ["1"]
            self.coded(fixture("huawei_appgallery/hits" if first else "huawei_appgallery/hits_empty"))
        elif path == "/search":
            self.answer(fixture("tencent_myapp/search"))
        else:
            self.answer(b"", 404)

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/edge/webedge/getInterfaceCode":
            self.answer(json.dumps(CODE).encode())
        elif self.path == "/edge/webedge/appinfo":
            self.coded(fixture(f"huawei_appgallery/{'app' if said['appId'] == 'C1000001' else 'app_unknown'}"))
        elif self.path == "/wechat-apkinfo":
            known = said["packagename"] == "com.example.shenwen"
            self.answer(fixture(f"tencent_myapp/{'app' if known else 'not_carried'}"))
        else:
            self.answer(b"", 404)

    def coded(self, body: bytes) -> None:
        mine = self.headers.get("interface-code", "").startswith(f"{CODE}_1")
        self.answer(body if mine and self.believes else b'{"rtnCode": 1002}')

    def answer(self, body: bytes, status: int = 200) -> None:
        self.asked.append(urlsplit(self.path).path)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def host() -> Iterator[str]:
    Stores.asked, Stores.believes = [], True
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stores)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def crawl(host: str, home: Path, store: str, led: dict[str, str], query: str) -> tuple[dict, list[dict], str]:
    """The run as printed, the listings that it stored, and what was said beside."""
    env = {**os.environ, "COPYCATCH_HOME": str(home), "COPYCATCH_ALLOW_HOSTS": host, "COPYCATCH_DELAY": "0",
           "COPYCATCH_AUDIT_ONE_IN": "0", "PYTHONPATH": str(ROOT)}  # fmt: skip
    drive = [sys.executable, str(Path(__file__).with_name("store_drive.py")), store]
    drive += [f"{name}=http://{host}{path}" for name, path in led.items()]

    drive += ["--", "crawl", store, "--query", query, "--json"]
    done = run(drive, env=env)
    assert done.stdout.strip(), done.stderr
    with closing(open_index(Home(home), write=False)) as index:
        listings = [hit.value for hit in index.scan("*", kind="listings")]
    return json.loads(done.stdout.splitlines()[-1]), listings, done.stderr


@pytest.mark.parametrize(
    ("store", "led", "asked"),
    [
        ("aptoide", {"API": "/api/7"}, {"/api/7/apps/search", "/api/7/app/getMeta"}),
        (
            "huawei_appgallery",
            {"API": "/edge"},
            {"/edge/webedge/getInterfaceCode", "/edge/uowap/index", "/edge/webedge/appinfo"},
        ),
        ("tencent_myapp", {"SITE": "", "DETAIL": "/wechat-apkinfo"}, {"/search", "/wechat-apkinfo"}),
    ],
)
def test_a_keyword_leads_to_the_app(host: str, tmp_path: Path, store: str, led: dict, asked: set[str]) -> None:
    run, listings, said = crawl(host, tmp_path, store, led, "深问")
    assert run["counts"]["listings"] == 1, said
    assert not run["counts"].get("blocked") and not run["counts"].get("failed"), said
    (listing,) = listings
    assert (listing["marketplace"], listing["package_name"]) == (store, "com.example.shenwen")
    assert asked <= set(Stores.asked)


def test_a_store_that_wants_a_code_and_gets_none_is_blocked_and_not_empty(host: str, tmp_path: Path) -> None:
    Stores.believes = False
    run, listings, said = crawl(host, tmp_path, "huawei_appgallery", {"API": "/edge"}, "深问")
    assert run["outcome"] == "blocked" and run["counts"]["blocked"] >= 1 and not listings, said
