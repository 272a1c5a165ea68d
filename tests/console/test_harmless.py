"""An archived page can be opened: nothing in it runs, loads, sends or leads away, whatever it was."""

import os
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.harmless import ATTRIBUTES, KEPT, POLICY, harmless
from crawler.browser import BrowserMissing, require_browser
from tests.conftest import missing
from tests.crawler.site import Answer, Site

OURS = {"html", "head", "meta", "title", "style", "body", "div", "pre", "p", "span"}


class Found(HTMLParser):
    """What a browser would find in the page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def opened(html: str, *, markup: bool = True) -> Found:
    return Found(harmless(html, banner=["banner"], title="t", markup=markup))


def check(found: Found) -> None:
    policies = [attrs for tag, attrs in found.elements if tag == "meta" and attrs.get("http-equiv")]
    assert policies == [{"http-equiv": "Content-Security-Policy", "content": POLICY}]
    assert [tag for tag, _ in found.elements][:3] == ["html", "head", "meta"]  # the policy stands before all else
    assert sum(tag == "style" for tag, _ in found.elements) == 1
    for tag, attrs in found.elements:
        assert tag in KEPT | OURS, tag
        if tag != "meta":
            assert set(attrs) <= ATTRIBUTES | {"class", "lang"}, (tag, attrs)
            assert attrs.get("class", "copycatch-").startswith("copycatch-")


HOSTILE = [
    "<script>alert(1)</script>after",
    "<img src=http://tracker.example/a.gif onerror=alert(1)>",
    "<a href='javascript:alert(1)' onclick=alert(1)>x</a>",
    "<iframe src=http://x.example></iframe>",
    "<svg><script>alert(1)</script><image href=http://x.example/></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<meta http-equiv=refresh content='0;url=http://x.example'><base href=http://x.example/>",
    "<link rel=stylesheet href=http://x.example/a.css><style>@import 'http://x.example'</style>",
    "<p style='background:url(http://x.example)'>x",
    "<form action=http://x.example><input name=q value=v><button>go</button></form>",
    "<object data=http://x.example><embed src=http://x.example>",
    "<video poster=http://x.example src=http://x.example/v.mp4 autoplay></video>",
    "</div></body></html><script>alert(1)</script>",
    "<title></title><script>alert(1)</script>",
    "<textarea></textarea><script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><script>alert(1)</script-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<template><img src=x onerror=alert(1)></template>",
    "<x onload=alert(1) style=x><isindex action=javascript:alert(1)>",
    "<a title='\" onmouseover=alert(1) x=\"'>x</a>",
    "<?xml-stylesheet href='http://x.example'?><p>x",
    "<scr\0ipt>alert(1)</scr\0ipt>",
]


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_of_a_hostile_page_is_left(html: str) -> None:
    found = opened(html)
    check(found)
    assert "banner" in found.text


@given(
    st.text(st.characters(codec="utf-8"), max_size=300) | st.lists(st.sampled_from(HOSTILE), max_size=6).map("".join)
)
def test_nothing_of_any_page_is_left(html: str) -> None:
    check(opened(html))
    check(opened(html, markup=False))


def test_what_a_reader_saw_is_still_there() -> None:
    found = opened(
        "<html><head><title>T</title></head><body><h1>AI 换脸</h1><table><tr><td colspan=2>￥9.9</td></tr></table>"
        "<img src=/a.png alt=截图><a href='https://pan.example/x'>网盘</a><noscript>需要脚本</noscript><p>一 &lt;b&gt; 二"
        "<input type=hidden value=token1><input placeholder=手机号></body></html>"
    )
    for text in ("AI 换脸", "￥9.9", "截图", "[媒体 media ", "网盘", "需要脚本", "一 <b> 二", "手机号"):
        assert text in found.text
    assert "token1" not in found.text
    assert ("a", {"title": "https://pan.example/x"}) in found.elements
    assert ("td", {"colspan": "2"}) in found.elements


def test_text_that_hides_or_reorders_itself_is_shown_as_what_it_is() -> None:
    page = harmless("<p>invoice\u202egpj.apk\x1b[2J", banner=["\u202eb"], title="\u202e", markup=True)
    assert "\u202e" not in page and "\x1b" not in page and "&lt;U+202E&gt;" in page


@pytest.mark.parametrize(
    "html",
    ["<div>" * 200_000 + "deep", "<p>" * 300_000, "<a title='" + "x" * 3_000_000, "&" * 2_000_000, "<" * 2_000_000],
)
def test_monstrous_pages_take_no_more_than_their_length(html: str) -> None:
    began = time.process_time()
    page = harmless(html, banner=[], title="", markup=True)
    assert time.process_time() - began < 20 and len(page) < 20 * len(html)


def test_a_page_that_is_too_long_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.harmless.LARGEST", 1000)
    assert re.search(r"<p>…</p></body>", harmless("<p>x" * 1000, banner=[], title="", markup=True))


@pytest.mark.browser
def test_a_real_browser_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    try:
        chromium = require_browser()
    except BrowserMissing as error:
        missing("browser", str(error))
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - needs the extra 'browser'

    with Site(lambda path: Answer(b"x")) as site, sync_playwright() as playwright:
        hostile = (
            "".join(HOSTILE).replace("http://x.example", site.url("/x")).replace("alert(1)", "document.title='ran'")
        )
        path = tmp_path / "page.html"
        path.write_text(harmless(hostile, banner=["b"], title="t", markup=True), "utf-8")
        launched = playwright.chromium.launch(
            executable_path=str(chromium), chromium_sandbox=os.geteuid() != 0, args=["--disable-dev-shm-usage"]
        )
        page = launched.new_page()
        page.goto(path.as_uri(), wait_until="load")
        page.evaluate("document.querySelectorAll('a, .copycatch-field').forEach(each => each.click())")
        assert (page.title(), page.url) == ("t", path.as_uri())
        # The second lock by itself: the hostile parts under the policy alone.
        policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>t</title>'
        locked = tmp_path / "locked.html"
        locked.write_text(policy + "".join(part for part in HOSTILE if "refresh" not in part).replace(
            "http://x.example", site.url("/x")).replace("alert(1)", "document.title='ran'"), "utf-8")  # fmt: skip
        page.goto(locked.as_uri(), wait_until="load")
        assert page.title() == "t"
        launched.close()
        assert not site.hits
