"""`copycatch crawl`: runs end with counts, a reason and a code; a real site on loopback is crawled by a real process."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from console.runs import print_runs
from crawler.declarations import declared
from crawler.remarks import remark as said
from crawler.runs import Order, open_run
from index.home import Home
from index.messages import text
from index.model import Run
from index.times import utc
from tests.console.conftest import Answer
from tests.forked import COPYCATCH, run

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>频道</title><language>zh-cn</language>
<item><title>一键脱衣 AI 软件，照片秒出图，加微信</title><link>http://{host}/1</link><guid>1</guid></item>
<item><title>登山包评测</title><link>http://{host}/2</link><guid>2</guid></item>
</channel></rss>
"""


class Site(BaseHTTPRequestHandler):
    """A feed, and a page that asks visitors to prove that they are human."""

    def do_GET(self) -> None:
        host = self.headers["Host"]
        kind, body = {
            "/feed.xml": ("application/rss+xml", FEED.format(host=host)),
            "/captcha": ("text/html", "<html><title>安全验证</title><body>请完成滑块验证码后继续访问</body></html>"),
        }.get(self.path, ("text/plain", ""))
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def crawl(host: str, *argv: str, folder: Path) -> Answer:
    """A process of its own, because a reactor cannot be started twice."""
    env = {**os.environ, "COPYCATCH_LANG": "en", "COPYCATCH_ALLOW_HOSTS": host, "COPYCATCH_DELAY": "0"}
    result = run([COPYCATCH, "crawl", *argv], cwd=folder, env=env)
    return Answer(code=result.returncode, out=result.stdout, err=result.stderr)


def test_a_feed_ends_in_the_index(copycatch, site: str, tmp_path: Path) -> None:
    answer = crawl(site, "feed", "--start", f"http://{site}/feed.xml", "--json", folder=tmp_path)
    assert answer.code == 0, answer.err
    (run,) = answer.fits("crawl")
    assert (run["marketplace"], run["outcome"]) == (f"feed:{site}", "healthy")
    assert run["counts"]["listings"] == 2 and run["counts"]["findings"] >= 1
    (found,) = copycatch("search", "脱衣", "--json").fits("search")
    assert found["total"] >= 1
    assert copycatch("marketplaces", "--json").documents[-1]["name"]
    healthy = {row["name"]: row["healthy"] for row in copycatch("marketplaces", "--json").documents}
    assert healthy[f"feed:{site}"] is True


def test_all_visits_what_the_settings_name(copycatch, site: str, tmp_path: Path) -> None:
    only_named = f'[crawl]\nshipped = false\n[[marketplaces]]\nspider = "feed"\nstart = ["http://{site}/feed.xml"]\n'
    (tmp_path / "copycatch.toml").write_text(only_named)
    answer = crawl(site, "--all", "--limit", "1", folder=tmp_path)
    assert answer.code == 0, answer.err
    assert f"feed:{site}" in answer.out and "healthy" in answer.out
    assert copycatch("search", "--kind", "listings", "--json").documents[0]["total"] == 1


def test_a_marketplace_that_wants_proof_of_being_human_is_blocked_not_empty(site: str, tmp_path: Path) -> None:
    answer = crawl(site, "feed", "--start", f"http://{site}/captcha", "--json", folder=tmp_path)
    assert answer.code == 3
    (run,) = answer.fits("crawl")
    assert run["outcome"] == "blocked" and run["remarks"]


def test_one_marketplace_that_cannot_be_crawled_does_not_end_the_others(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYCATCH_CHROMIUM", str(tmp_path / "nothing"))
    (tmp_path / "copycatch.toml").write_text(
        f'[crawl]\nshipped = false\n[[marketplaces]]\nspider = "rendered_page"\nstart = ["http://{site}/"]\n'
        f'[[marketplaces]]\nspider = "feed"\nstart = ["http://{site}/feed.xml"]\n'
    )
    answer = crawl(site, "--all", "--json", folder=tmp_path)
    assert answer.code == 3, answer.err
    rendered, feed = answer.fits("crawl")
    assert (rendered["marketplace"], rendered["outcome"]) == (f"rendered_page:{site}", "unhealthy")
    assert "BrowserMissing" in rendered["remarks"][-1]
    assert (feed["marketplace"], feed["outcome"]) == (f"feed:{site}", "healthy")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_reasons_are_red_exemptions_dim_and_all_in_one_language(
    lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    for name in ("NO_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    remarks = (said("crawl.allowed_host", host="shop.example"), said("crawl.too_few", listings=3, least=10))
    run = Run(id="r1", marketplace="m", spider="feed", started_at=utc(), outcome="unhealthy", remarks=remarks)
    print_runs([run], json=False)
    exemption, reason = capsys.readouterr().err.splitlines()
    assert exemption == f"\x1b[2mm: {text('crawl.allowed_host', lang, host='shop.example')}\x1b[0m"
    assert reason == f"\x1b[31mm: {text('crawl.too_few', lang, listings=3, least=10)}\x1b[0m"


def test_two_processes_do_not_crawl_the_same_at_once(site: str, tmp_path: Path, own_home: Path) -> None:
    address = f"http://{site}/feed.xml"
    taken = open_run(Home(own_home).prepare(), Order(spider="feed", start=(address,)))
    try:
        answer = crawl(site, "feed", "--start", address, folder=tmp_path)
    finally:
        taken.frontier.close()
    assert (answer.code, answer.out) == (4, "")
    assert "another process is crawling" in answer.err


def test_an_unhealthy_run_says_why_and_ends_with_3(site: str, tmp_path: Path, own_home: Path) -> None:
    answer = crawl(site, "feed", "--start", f"http://{site}/gone.xml", folder=tmp_path)
    assert answer.code == 3
    assert "unhealthy" in answer.out
    said = answer.err.splitlines()
    assert said[-1] == f"the log is in {own_home / 'logs/crawl.log'}"
    assert "gone.xml" in (own_home / "logs/crawl.log").read_text("utf-8")
    assert 2 < len(said) < 8  # home, why, problems, log; and nothing of Scrapy's own talk


@pytest.mark.parametrize(("argv", "access"), [(("--all",), {"open"}), (("--all", "--unproven"), {"open", "unproven"})])
def test_all_leaves_out_what_is_unproven_unless_told(
    copycatch, argv: tuple[str, ...], access: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Order] = []
    monkeypatch.setattr("console.cli.crawl.crawl", lambda orders, **_: asked.extend(orders) or [])
    monkeypatch.chdir(tmp_path)
    copycatch("crawl", *argv)
    spiders = declared()
    assert {spiders[order.spider].access for order in asked} == access
    assert all(spiders[order.spider].walks and spiders[order.spider].starts for order in asked)


def test_a_site_that_only_answers_queries_is_crawled_from_an_address_as_well(
    copycatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Order] = []
    monkeypatch.setattr("console.cli.crawl.crawl", lambda orders, **_: asked.extend(orders) or [])
    copycatch("crawl", "google_play", "--start", "https://play.google.com/store/apps/dev?id=1")
    assert [order.start for order in asked] == [("https://play.google.com/store/apps/dev?id=1",)]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ((), "name one marketplace, or say --all"),
        (("feed", "--all"), "name one marketplace, or say --all"),
        (("--all", "--start", "http://x.example"), "--all goes without"),
        (("--all",), "nothing to crawl"),
        (("feed", "--unproven"), "--unproven goes with --all"),
        (("google_play",), "only answers keywords or package names"),
        (("nowhere",), "no marketplace is called nowhere"),
        (("discuz",), "is an engine"),
        (("feed", "--start", "http://x.example", "--limit", "0"), "--limit"),
        (("feed", "--start", "ftp://x.example"), "ftp://x.example"),
        (("feed", "--start", "http://x.example", "--since", "yesterday"), "yesterday"),
    ],
)
def test_wrong_use_is_said_before_anything_is_fetched(
    copycatch, argv: tuple[str, ...], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "copycatch.toml").write_text("[crawl]\nshipped = false\n")
    answer = copycatch("crawl", *argv)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
