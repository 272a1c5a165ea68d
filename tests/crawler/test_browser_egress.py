"""A rendered page has many ways to ask for other addresses; each leads through the egress or nowhere."""

from pathlib import Path

import pytest

from crawler.browser import BrowserMissing, require_browser
from tests.conftest import missing
from tests.crawler.test_sample_download import finish, start_fetch
from tests.crawler.wire import Asked, Wire

PAGE = """<!doctype html><meta charset=utf-8><title>页</title><body><script>
const hosts = ["127.0.0.1:PORT", "localhost:PORT", "[::1]:PORT", "127.1:PORT", "0.0.0.0:PORT", "inside.example:PORT",
               "[::ffff:127.0.0.1]:PORT"];
const add = (tag, fields) => document.body.append(Object.assign(document.createElement(tag), fields));
const waiting = [fetch("/own.json")];
for (const host of hosts) {
  waiting.push(fetch(`http://${host}/fetch`, {mode: "no-cors"}), fetch("/moved?" + encodeURIComponent(host)));
  waiting.push(fetch(`http://${host}/post`, {mode: "no-cors", method: "POST", body: "x"}));
  navigator.sendBeacon(`http://${host}/beacon`, "x");
  new EventSource(`http://${host}/events`);
  new WebSocket(`ws://${host}/socket`);
  add("script", {src: `http://${host}/script.js`});
  add("iframe", {src: `http://${host}/frame`});
  add("link", {rel: "stylesheet", href: `http://${host}/style.css`});
  add("link", {rel: "preconnect", href: `http://${host}/`});
  add("link", {rel: "prefetch", href: `http://${host}/next`});
  window.open(`http://${host}/window`);
}
Promise.allSettled(waiting).then(results => {
  const own = results.shift();
  add("p", {id: "done", textContent: own.status + " " + results.filter(one => one.status == "fulfilled").length});
});
</script>"""


@pytest.mark.browser
def test_a_page_cannot_reach_what_the_operator_did_not_allow(tmp_path: Path) -> None:
    try:
        require_browser()
    except BrowserMissing as error:
        missing("browser", str(error))

    async def inside(asked: Asked) -> None:
        await asked.whole(b"secret", Access_Control_Allow_Origin="*")

    async def outside(asked: Asked) -> None:
        if asked.path.startswith("/moved?"):
            host = asked.path.removeprefix("/moved?").replace("%3A", ":").replace("%5B", "[").replace("%5D", "]")
            await asked.whole(b"", 302, Location=f"http://{host}/moved")
        elif asked.path == "/page":
            await asked.whole(PAGE.replace("PORT", str(secret.port)).encode(), Content_Type="text/html")
        else:
            await asked.whole(b"{}", Content_Type="application/json")

    with Wire(inside) as secret, Wire(outside) as wire:
        ask = {"page": {"url": wire.url("/page"), "sample": False, "meta": {"playwright": True, "wait_for": "#done"}}}
        resolve = {"inside.example": [["127.0.0.1"]], "localhost": [["127.0.0.1", "::1"]]}
        outcome = finish(start_fetch(tmp_path, wire, ask, browser=True, resolve=resolve))
    assert outcome["page"].get("status") == 200, outcome
    assert wire.requests("/own.json"), "the page's script ran"
    assert len([asked for asked in wire.asked if asked.path.startswith("/moved?")]) == 7
    assert secret.connections == 0
