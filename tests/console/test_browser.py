"""`copycatch browser`: the operator's sessions are found, refused when unsafe, and never shown."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from crawler.browser import BrowserMissing, has_sandbox, require_browser
from crawler.browser_login import LoginNeededError, log_in, login_path, read_login, usable, write_login
from index.home import Home
from index.settings import BrowserSettings, Settings
from tests.conftest import missing
from tests.console.conftest import Answer
from tests.crawler.wire import Asked, Wire

SECRET = "s3cr3t-value"


def state(expires: float = -1) -> str:
    cookie = {"name": "sid", "value": SECRET, "domain": ".example.org", "path": "/", "expires": expires}
    return json.dumps({"cookies": [cookie], "origins": []})


def put(home: Path, name: str, content: str, mode: int = 0o600) -> Path:
    path = home / "logins" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    path.chmod(mode)
    return path


def test_how_each_session_stands_is_told_and_none_is_shown(copycatch: Callable[..., Answer], own_home: Path) -> None:
    put(own_home, "xianyu", state())
    put(own_home, "taobao", state(expires=1_000_000_000))
    put(own_home, "jd", state(), mode=0o644)
    said = copycatch("browser", "status", "--json")
    found = {one["spider"]: one for one in said.fits("browser_status")}
    assert {name: found[name]["standing"] for name in ("xianyu", "taobao", "jd", "alibaba1688")} == {
        "xianyu": "ready", "taobao": "expired", "jd": "open_to_others", "alibaba1688": "missing"}  # fmt: skip
    assert said.code == 1 and found["taobao"]["expires"] == "2001-09-09T01:46:40Z"
    spoken = copycatch("browser", "status")
    assert "copycatch browser login taobao" in spoken.out and "chmod 600" in spoken.out
    assert SECRET not in said.out + said.err + spoken.out + spoken.err


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"cookies": {}}', '{"cookies": [{"name": 1}]}', '{"cookies": [{"name": "a", "value": "b"}]}', "[" * 5000,
     '{"cookies": [{"name": "a", "value": "b", "domain": "c", "expires": "soon"}]}', "\x00\x01"],
)  # fmt: skip
def test_a_file_that_is_no_session_is_refused_without_a_word_of_it(own_home: Path, content: str) -> None:
    put(own_home, "xianyu", content)
    found = read_login(Home(own_home), Settings(), "xianyu")
    assert found.standing == "unreadable"
    with pytest.raises(LoginNeededError, match=r"copycatch browser login xianyu|重新登录") as raised:
        usable(found)
    assert raised.value.kind == "login_wall"


def test_links_pipes_folders_and_giants_are_refused(own_home: Path, tmp_path: Path) -> None:
    path = put(own_home, "xianyu", state())
    moved = path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(moved)
    home = Home(own_home)
    assert read_login(home, Settings(), "xianyu").standing == "unreadable"
    path.unlink()
    os.mkfifo(path, 0o600)
    assert read_login(home, Settings(), "xianyu").standing == "unreadable"  # and returns
    path.unlink()
    path.mkdir()
    assert read_login(home, Settings(), "xianyu").standing == "unreadable"
    path.rmdir()
    with path.open("wb") as file:
        file.truncate(9 << 20)
    path.chmod(0o600)
    assert read_login(home, Settings(), "xianyu").standing == "unreadable"


def test_a_session_elsewhere_can_be_named_and_is_written_for_the_owner_only(tmp_path: Path) -> None:
    settings = Settings(browser=BrowserSettings(logins={"xianyu": str(tmp_path / "kept" / "fish.json")}))
    path = login_path(Home(tmp_path / "home"), settings, "xianyu")
    write_login(path, json.loads(state()))
    assert path.stat().st_mode & 0o777 == 0o600 and [one.name for one in path.parent.iterdir()] == ["fish.json"]
    found = read_login(Home(tmp_path / "home"), settings, "xianyu")
    assert usable(found) == json.loads(state()) and SECRET not in repr(found)


def test_without_a_screen_the_message_says_what_to_do(
    copycatch: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chromium = tmp_path / "chromium"
    chromium.touch(mode=0o700)
    monkeypatch.setenv("COPYCATCH_CHROMIUM", str(chromium))
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    said = copycatch("browser", "login", "xianyu")
    assert said.code == 4 and "--save-storage" in said.err
    said = copycatch("browser", "login", "discuz")
    assert said.code == 2 and "xianyu" in said.err


@pytest.mark.browser
@pytest.mark.timeout(180)  # it ends by closing the window
def test_what_the_operator_logged_in_to_is_kept(tmp_path: Path) -> None:
    try:
        chromium = require_browser()
    except BrowserMissing as error:
        missing("browser", str(error))
        raise

    path = tmp_path / "logins" / "xianyu.json"

    async def talk(asked: Asked) -> None:
        html = {"Content_Type": "text/html"}
        if asked.path == "/":
            await asked.whole(
                b"<script>document.cookie='sid=in; max-age=600'; location.href='/account'</script>", **html
            )
        elif asked.path == "/account":
            await asked.whole(b"<p>hello</p><script>setInterval(() => fetch('/kept'), 100)</script>", **html)
        else:
            await asked.whole(b"")
            if path.exists() and b'"in"' in path.read_bytes():
                close_window()

    with Wire(talk) as wire:
        assert log_in(wire.url("/"), path, chromium=chromium, sandbox=has_sandbox(), headless=True) == 1
    (cookie,) = json.loads(path.read_text())["cookies"]
    assert (cookie["name"], cookie["value"]) == ("sid", "in") and path.stat().st_mode & 0o777 == 0o600


def close_window() -> None:
    """Ends the browser that this process started, as somebody does who closes its last window."""
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = found.read_bytes().split(b"\0")
            if b"--remote-debugging-pipe" in words and not any(word.startswith(b"--type=") for word in words):
                parent = int((found.parent / "stat").read_text().rpartition(")")[2].split()[1])
                grandparent = int(Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[1])
                if grandparent == os.getpid():
                    os.kill(int(found.parent.name), signal.SIGTERM)
