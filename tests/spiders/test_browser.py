"""Chromium in a run: what is rendered, and what is never asked for."""

import asyncio
import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from crawler import browser
from crawler.browser import BrowserMissing, browser_settings, find_chromium, require_browser, unwanted
from crawler.egress import Egress
from crawler.proxy import Proxy
from demo.market import Market
from demo.planted import content
from tests.conftest import missing
from tests.forked import COPYCATCH, run

NOWHERE = {"PATH": "", "HOME": "/nonexistent"}


def crawl(market: Market, home: Path, *, hosts: str) -> tuple[int, dict[str, object], str]:
    """`copycatch crawl rendered_page` on the practice channel, in a process of its own."""
    env = {**os.environ, "COPYCATCH_HOME": str(home), "COPYCATCH_ALLOW_HOSTS": hosts, "COPYCATCH_DELAY": "0",
           "COPYCATCH_LANG": "en"}  # fmt: skip
    done = run([COPYCATCH, "crawl", "rendered_page", "--start", f"{market.base}/channel/", "--json"], env=env)
    return done.returncode, json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}, done.stderr


@pytest.fixture
def chromium() -> Path:
    try:
        return require_browser()
    except BrowserMissing as error:
        missing("browser", str(error))
        raise


@pytest.mark.browser
def test_a_channel_that_scripts_fill_is_read_and_no_media_are_fetched(chromium: Path, tmp_path: Path) -> None:
    with Market(0) as market:
        code, run, errors = crawl(market, tmp_path / "home", hosts=market.host)
        requested = list(market.requested)
    assert code == 0, errors
    assert run["counts"]["listings"] == len(content("channel"))
    assert "/channel/posts.json" in requested  # the script ran
    assert not [path for path in requested if path.startswith("/media/")]


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_pages_that_come_together_all_wait_for_the_proxy() -> None:
    from crawler.browser_download import BrowserDownload  # noqa: PLC0415 - needs the extra 'browser'

    async def come_together() -> list[bool]:
        download = object.__new__(BrowserDownload)  # without Scrapy: only its door is looked at
        download.config = SimpleNamespace(launch_options={})
        download._proxy, download._entered, download._door = Proxy(Egress()), False, asyncio.Lock()

        async def page() -> bool:
            await download._enter_proxy()
            return "proxy" in download.config.launch_options  # what a browser launched now would be told

        try:
            return await asyncio.gather(*(page() for _ in range(5)))
        finally:
            await download._proxy.__aexit__()

    assert asyncio.run(come_together()) == [True] * 5


@pytest.mark.browser
def test_a_private_host_is_refused_to_the_browser_as_well(chromium: Path, tmp_path: Path) -> None:
    with Market(0) as market:
        code, run, _ = crawl(market, tmp_path / "home", hosts="")
        assert market.requested == []
    assert code == 3 and not run["counts"].get("listings")


def test_without_chromium_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NOWHERE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("COPYCATCH_CHROMIUM", raising=False)
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)
    assert find_chromium() is None
    with pytest.raises(BrowserMissing, match="Chromium"):
        require_browser()


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BrowserMissing, match="copycatch\\[browser\\]"):
        require_browser()


def test_the_newest_downloaded_chromium_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in NOWHERE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    for version in ("chromium-1100", "chromium-1200"):
        program = tmp_path / version / "chrome-linux/chrome"
        program.parent.mkdir(parents=True)
        program.touch()
    assert find_chromium() == tmp_path / "chromium-1200/chrome-linux/chrome"


def test_a_named_chromium_must_be_a_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COPYCATCH_CHROMIUM", str(tmp_path / "nothing"))
    assert find_chromium() is None


def test_rendering_settings_keep_politeness_and_the_guard(tmp_path: Path) -> None:
    made = browser_settings(tmp_path / "chromium")
    assert set(made["DOWNLOAD_HANDLERS"]) == {"http", "https"}
    assert not {"ROBOTSTXT_OBEY", "USER_AGENT", "DOWNLOAD_DELAY"} & set(made)


@pytest.mark.parametrize(
    ("kind", "url", "aborted"),
    [
        ("document", "https://e.org/", False),
        ("script", "https://e.org/a.js", False),
        ("xhr", "https://e.org/posts.json", False),
        ("image", "https://e.org/a", True),
        ("media", "https://e.org/a", True),
        ("font", "https://e.org/a.woff2", True),
        ("fetch", "https://e.org/a.jpg?x=1", True),
    ],
)
def test_media_are_aborted(kind: str, url: str, *, aborted: bool) -> None:
    assert unwanted(SimpleNamespace(resource_type=kind, url=url)) is aborted


@pytest.mark.browser
def test_a_missing_browser_ends_the_command_with_code_4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_CHROMIUM", str(tmp_path / "nothing"))
    with Market(0) as market:
        code, _, errors = crawl(market, tmp_path / "home", hosts=market.host)
    assert code == 4 and "Chromium" in errors
