"""Pages that want to keep, fill, leave or break the browser: the page is lost, the run goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.browser import BrowserMissing, require_browser
from tests.conftest import missing
from tests.crawler.test_sample_download import Outcome, finish, start_fetch
from tests.crawler.wire import Asked, Wire, silence

pytestmark = pytest.mark.browser

HTML = {"Content_Type": "text/html; charset=utf-8"}
FRAMES, REQUESTS = (1000, 3000) if os.environ.get("COPYCATCH_NIGHTLY") == "1" else (600, 1000)
"""More than a page is given."""
GOOD = "<!doctype html><title>好</title><p id=done>页面</p>"
PAGES = {
    "/good": GOOD,
    "/endless": "<!doctype html><p id=done>x</p><script>while (true) {}</script>",
    "/late_endless": "<!doctype html><p id=done>x</p><script>setTimeout(() => { while (true) {} }, 50)</script>",
    "/alerts": "<!doctype html><script>for (let i = 0; i < 50; i++) { alert(i); confirm(i); prompt(i); }"
               "addEventListener('beforeunload', e => { e.preventDefault(); e.returnValue = 'stay'; });"
               "document.write('<p id=done>after</p>')</script>",
    "/popups": "<!doctype html><script>for (let i = 0; i < 30; i++) {"
               "window.open('/popup?' + i); window.open('/popup?n' + i, '_blank', 'noopener'); }"
               "document.write('<a id=a target=_blank href=/popup?a>a</a><p id=done>after</p>'); a.click()</script>",
    "/popup": "<!doctype html><script>fetch('/from_popup')</script><img src=/picture.png>",
    "/frames": f"<!doctype html><p id=done>x</p><script>for (let i = 0; i < {FRAMES}; i++) {{"
               "const f = document.createElement('iframe'); f.src = '/frame?' + i; document.body.append(f); }</script>",
    "/frame": "<!doctype html><p>frame</p>",
    "/requests": f"<!doctype html><p id=done>x</p><script>for (let i = 0; i < {REQUESTS}; i++) fetch('/many?' + i)</script>",
    "/worker": "<!doctype html><script>(async () => { let said = 'none'; try {"
               "await navigator.serviceWorker.register('/sw.js'); said = 'registered'; } catch (e) { said = 'refused'; }"
               "document.body.append(Object.assign(document.createElement('p'), {id: 'done', textContent: said})); })()"
               "</script>",
    "/eats": "<!doctype html><p id=done>x</p><script>const kept = []; for (;;) kept.push(new Array(1e6).fill({a: 1}))"
             "</script>",
}  # fmt: skip


async def site(asked: Asked) -> None:
    """The pages above, and some that misbehave before there is a page."""
    path = asked.path.partition("?")[0]
    if path in PAGES:
        await asked.whole(PAGES[path].encode(), **HTML)
    elif path == "/file":
        await asked.whole(b"MZ" * 5000, Content_Type="application/octet-stream", Content_Disposition="attachment")
    elif path == "/stalls":
        await silence()
    elif path == "/circle":
        await asked.whole(b"", 302, Location="/circle")
    elif path == "/killed":
        await asked.whole(b"", 302, Location="chrome://kill")
    else:
        await asked.whole(b"{}", Content_Type="application/json")


@pytest.fixture
def visit(tmp_path: Path) -> Callable[..., tuple[Outcome, Wire]]:
    """Fetches paths of the site above, one after the other."""
    try:
        require_browser()
    except BrowserMissing as error:
        missing("browser", str(error))

    def run(
        *paths: str, talk: Any = site, meta: dict[str, Any] | None = None, settle: int = 0, **limits: float
    ) -> tuple[Outcome, Wire]:
        with Wire(talk) as wire:
            asks = {
                path: {
                    "url": wire.url(path),
                    "sample": False,
                    "meta": {"playwright": True, "wait_for": "#done", **(meta or {})},
                }
                for path in paths
            }
            settings = {"CONCURRENT_REQUESTS": 2, "RETRY_ENABLED": False}
            outcome = finish(
                start_fetch(tmp_path, wire, asks, browser=True, settings=settings, limits=limits, settle=settle)
            )
        return outcome, wire

    return run


@pytest.mark.parametrize("lost", [("/endless", "/stalls"), ("/late_endless", "/eats"), ("/circle", "/killed", "/file")])
def test_pages_that_cannot_be_had_cost_themselves_only(visit: Callable[..., Any], lost: tuple[str, ...]) -> None:
    good = [f"/good?{number}" for number in range(len(lost))]
    outcome, _ = visit(*(path for pair in zip(lost, good, strict=True) for path in pair), page_seconds=4)
    for path in lost:
        assert outcome[path].get("error") in {"TimeoutError", "PageFailedError"}, outcome[path]
    assert [outcome[path].get("status") for path in good] == [200] * len(good), outcome


def test_boxes_are_dismissed_and_nothing_holds_the_page_back(visit: Callable[..., Any]) -> None:
    outcome, _ = visit("/alerts", "/good")
    assert "after" in outcome["/alerts"]["text"] and outcome["/good"]["status"] == 200


def test_popups_load_nothing_and_go(visit: Callable[..., Any]) -> None:
    outcome, wire = visit("/popups", "/good")
    assert "after" in outcome["/popups"]["text"]
    assert {asked.path for asked in wire.asked} <= {"/popups", "/good", "/favicon.ico"}


@pytest.mark.parametrize("path", ["/frames", "/requests"])
def test_hundreds_of_frames_or_requests_are_bounded(visit: Callable[..., Any], path: str) -> None:
    outcome, wire = visit(path, "/good", page_seconds=60)
    assert outcome["/good"]["status"] == 200
    assert outcome[path].get("status") == 200 or outcome[path]["error"] == "TimeoutError"
    assert 0 < sum(asked.path.startswith(("/frame?", "/many?")) for asked in wire.asked) <= 500


def test_no_service_worker_is_registered(visit: Callable[..., Any]) -> None:
    outcome, wire = visit("/worker", settle=3_000)  # its registration never ends
    assert outcome["/worker"]["status"] == 200
    assert not wire.requests("/sw.js")


def test_a_browser_that_has_served_its_pages_is_started_anew_with_its_session(visit: Callable[..., Any]) -> None:
    async def counting(asked: Asked) -> None:
        await asked.whole(GOOD.encode(), **HTML, Set_Cookie="seen=yes; Path=/; Max-Age=600")

    paths = [f"/good?{number}" for number in range(7)]
    outcome, wire = visit(*paths, talk=counting, restart_after=3, tabs=1)
    assert all(outcome[path]["status"] == 200 for path in paths)
    sent = ["seen=yes" in asked.headers.get("cookie", "") for asked in wire.asked if asked.path in paths]
    assert sent == [False] + [True] * 6


ANSWERS = """<!doctype html><title>店</title><script>
const say = async () => {
  await fetch("/api/search?first");
  await fetch("/api/search?big");
  await fetch("/other");
  for (const host of HOSTS) { try { await fetch(`http://${host}/api/search?forged`) } catch (e) {} }
  const script = Object.assign(document.createElement("script"), {src: "/api/search?script"});
  document.head.append(script);
};
addEventListener("click", () => fetch("/api/search?more"));
say();
</script><button id=more>更多</button>"""


def test_answers_of_the_pages_own_site_are_kept_as_they_were_sent(visit: Callable[..., Any]) -> None:
    async def talk(asked: Asked) -> None:
        if asked.path == "/page":
            page = ANSWERS.replace("HOSTS", json.dumps(["forger.example"]))
            await asked.whole(page.encode(), **HTML, Set_Cookie="token=secret")
        elif asked.path.endswith("?big"):
            await asked.whole(b" " * (17 << 20), Content_Type="application/json")
        elif asked.path.endswith("?script"):
            await asked.whole(b"jsonp1({})", Content_Type="text/javascript")
        else:
            await asked.whole('{"说": "原样"}'.encode(), Content_Type="application/json", Set_Cookie="token=secret")

    outcome, _ = visit("/page", talk=talk, meta={"capture": r"/api/search\?", "press": ["#more", 2]})
    got = outcome["/page"]["captured"]
    assert [url.partition("?")[2] for url, _, _ in got] == ["first", "script", "more", "more"]
    assert [body for _, _, body in got] == ['{"说": "原样"}', "jsonp1({})", '{"说": "原样"}', '{"说": "原样"}']
    assert not outcome["/page"]["cookies"]


def test_where_scripts_are_only_refused_the_refusal_is_the_answer(visit: Callable[..., Any]) -> None:
    refusal = b'{"ret":["FAIL_SYS_USER_VALIDATE","RGV587_ERROR::SM::x"],"data":{"url":"https://example.org/"}}'

    async def talk(asked: Asked) -> None:
        if asked.path == "/page":
            await asked.whole(b"<!doctype html><p>shell</p><script>fetch('/api/search?1')</script>", **HTML)
        else:
            await asked.whole(refusal, Content_Type="application/json")

    outcome, _ = visit("/page", talk=talk, meta={"capture": r"/api/search\?"})
    assert outcome["/page"]["url"].endswith("/api/search?1") and "RGV587" in outcome["/page"]["text"]
