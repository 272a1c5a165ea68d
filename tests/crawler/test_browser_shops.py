"""Shops that show themselves in a browser only: a run against pages of ours that get their JSON as theirs do."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from warcio.archiveiterator import ArchiveIterator

from crawler.browser import BrowserMissing, require_browser
from index.blobs import Blobs
from index.home import Home
from index.open import open_index
from tests.conftest import ROOT, missing
from tests.crawler.wire import Asked, Wire
from tests.forked import COPYCATCH, run

pytestmark = pytest.mark.browser

ANSWER = ROOT / "tests/spiders/fixtures/xianyu/search/response.json"
SENT = ANSWER.read_bytes().replace("AI 换脸 软件 代做".encode(), "AI 换脸 代过人脸认证 包过".encode())
"""With an offer that nobody could take for something else."""
ITEM = ROOT / "tests/spiders/fixtures/xianyu/item/response.json"
RED = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mP8z8BQz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC"
SEARCH = f"""<!doctype html><html lang="zh"><meta charset="utf-8"><title>闲鱼</title><body><div id="root">加载中</div>
<script>
const api = "/h5/mtop.taobao.idlemtopsearch.pc.search/1.0/?t=";
(async () => {{
  await fetch(api + 1, {{method: "POST"}});  // without a token: refused, and asked again
  const got = await (await fetch(api + 2, {{method: "POST"}})).json();
  root.innerHTML = "<h1>搜索结果</h1>" + got.data.resultList.filter(one => one.data).map(one =>
    `<p>${{one.data.item.main.exContent?.title}}</p>`).join("") +
    '<img src="{RED}" width="200" height="100"><img src="/photo.jpg" width="200" height="100">' +
    '<canvas id="drawn" width="200" height="100"></canvas>';
  const pen = drawn.getContext("2d"); pen.fillStyle = "#f00"; pen.fillRect(0, 0, 200, 100);
}})();
</script></body></html>"""
LOGIN = "<!doctype html><title>登录</title><script>location.replace('/login/?from=search')</script>"


@pytest.fixture(autouse=True)
def _browser() -> None:
    try:
        require_browser()
    except BrowserMissing as error:
        missing("browser", str(error))


def crawl(
    home: Path, wire: Wire, *arguments: str, settings: str = "", spider: str = "xianyu", hasty: bool = False
) -> tuple[int, dict[str, Any], str]:
    """`copycatch crawl` at the server, in a process of its own. `hasty`: where a page never brings what is waited for."""
    home.mkdir(exist_ok=True)
    (home / "copycatch.toml").write_text(settings, "utf-8")
    env = {**os.environ, "COPYCATCH_HOME": str(home), "COPYCATCH_ALLOW_HOSTS": wire.host, "COPYCATCH_DELAY": "0",
           "COPYCATCH_LANG": "en"}  # fmt: skip
    command = [sys.executable, str(Path(__file__).with_name("hasty_drive.py"))] if hasty else [COPYCATCH]
    done = run([*command, "crawl", spider, "--start", wire.url("/"), "--json", *arguments], env=env, cwd=home)
    lines = done.stdout.strip().splitlines()
    return done.returncode, json.loads(lines[-1]) if lines else {}, done.stderr


def found(home: Path) -> list[dict[str, Any]]:
    """The findings of the home."""
    with closing(open_index(Home(home), None)) as index:
        return [hit.value for hit in index.scan("*", kind="findings")]


async def shop(asked: Asked) -> None:
    path, _, query = asked.path.partition("?")
    if path == "/search":
        await asked.whole(SEARCH.encode(), Content_Type="text/html", Set_Cookie="sid=secret")
    elif path.startswith("/h5/") and query == "t=1":
        body = '{"ret": ["FAIL_SYS_TOKEN_EMPTY::令牌为空"], "data": {}}'
        await asked.whole(body.encode(), Content_Type="application/json", Set_Cookie="_m_h5_tk=secret")
    elif path.startswith("/h5/"):
        await asked.whole(SENT, Content_Type="application/json", Set_Cookie="_m_h5_tk=secret")
    else:
        await asked.whole(b"", 404)


def test_listings_come_from_what_the_scripts_got_and_the_answer_is_the_evidence(tmp_path: Path) -> None:
    with Wire(shop) as wire:
        code, run, errors = crawl(tmp_path, wire, "--query", "AI换脸")
    assert code == 0, (run, errors)
    assert run["counts"]["listings"] == 3 and run["problems"] == {"malformed_card": 1}
    assert any(asked.path == "/search?q=AI%E6%8D%A2%E8%84%B8" for asked in wire.asked)
    assert not wire.requests("/photo.jpg")
    findings = found(tmp_path)
    assert findings, "one of the three is a tool for changing faces"
    for finding in findings:
        capture = finding["capture"]
        assert capture["url"].endswith("/1.0/?t=2")
        with (tmp_path / "archive" / capture["warc"]).open("rb") as stream:
            stream.seek(capture["offset"])
            record = next(iter(ArchiveIterator(stream)))
            assert record.content_stream().read() == SENT
    for path in (tmp_path / "archive").rglob("*.warc.gz"):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                assert b"secret" not in record.content_stream().read() + str(record.http_headers).encode()


def test_findings_have_a_picture_of_the_page_without_its_media(tmp_path: Path) -> None:
    with Wire(shop) as wire:
        _, run, errors = crawl(tmp_path, wire, "--query", "AI换脸")
    assert run["counts"]["screenshots"] == 1, (run, errors)
    digests = {finding["capture"]["screenshot"] for finding in found(tmp_path)}
    assert len(digests) == 1
    picture = Image.open(io.BytesIO(Blobs(tmp_path / "pictures").path(digests.pop()).read_bytes())).convert("RGB")
    colours = {colour for _, colour in picture.getcolors(1 << 24) or ()}
    assert (255, 255, 255) in colours and (200, 200, 200) in colours, "paper, and grey boxes"
    assert not [colour for colour in colours if colour[0] > 150 and colour[1] < 100], "neither picture nor drawing"


def test_no_picture_is_taken_where_nothing_is_found_or_the_operator_wants_none(tmp_path: Path) -> None:
    harmless = SENT.replace("AI 换脸 代过人脸认证 包过".encode(), "木质相框".encode())
    harmless = harmless.replace("豆 包 电脑版 永久会员".encode(), "手工面包".encode()).replace("安装包".encode(), b"")

    async def talk(asked: Asked) -> None:
        if asked.path.startswith("/h5/") and asked.path.endswith("t=2"):
            await asked.whole(harmless, Content_Type="application/json")
        else:
            await shop(asked)

    with Wire(talk) as wire:
        _, run, _ = crawl(tmp_path / "a", wire, "--query", "x")
    assert run["counts"]["listings"] == 3 and not run["counts"].get("screenshots")
    with Wire(shop) as wire:
        _, run, _ = crawl(tmp_path / "b", wire, "--query", "x", settings="[browser]\nscreenshots = false\n")
    assert run["counts"]["listings"] == 3 and not run["counts"].get("screenshots")


def test_an_empty_search_is_no_refusal_and_a_refusal_no_empty_search(tmp_path: Path) -> None:
    answers = {
        "empty": b'{"ret": ["SUCCESS::x"], "data": {"resultList": []}}',
        "refused": b'{"ret": ["FAIL_SYS_USER_VALIDATE", "RGV587_ERROR::SM::x"], "data": {"url": "https://example.org/"}}',
    }
    for name, answer in answers.items():

        async def talk(asked: Asked, answer: bytes = answer) -> None:
            if asked.path.startswith("/h5/"):
                await asked.whole(answer, Content_Type="application/json")
            else:
                await shop(asked)

        with Wire(talk) as wire:
            code, run, errors = crawl(tmp_path / name, wire, "--query", "x")
        assert run["outcome"] == {"empty": "healthy", "refused": "blocked"}[name], (run, errors)
        assert code == (0 if name == "empty" else 3)


def session(home: Path, value: str, *, expires: float = -1, mode: int = 0o600) -> None:
    """A session of the operator with the server of the test."""
    path = home / "logins/xianyu.json"
    path.parent.mkdir(parents=True)
    cookie = {"name": "login", "value": value, "domain": "127.0.0.1", "path": "/", "expires": expires}
    path.write_text(json.dumps({"cookies": [cookie], "origins": []}), "utf-8")
    path.chmod(mode)


async def closed_shop(asked: Asked) -> None:
    """Shows itself to whoever is logged in."""
    if asked.path.startswith("/search") and "login=operator" not in asked.headers.get("cookie", ""):
        await asked.whole(LOGIN.encode(), Content_Type="text/html")
    elif asked.path.startswith("/login"):
        await asked.whole(
            b"<!doctype html><title>x</title><form><input type=password></form>", Content_Type="text/html"
        )
    else:
        await shop(asked)


def test_the_operators_session_opens_the_shop_and_stays_secret(tmp_path: Path) -> None:
    session(tmp_path, "operator")
    with Wire(closed_shop) as wire:
        code, run, errors = crawl(tmp_path, wire, "--query", "x")
    assert code == 0 and run["counts"]["listings"] == 3, (run, errors)
    assert all(finding["capture"]["visitor"]["session"] for finding in found(tmp_path))
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent.name != "logins"]
    assert kept and not [path for path in kept if b"login=operator" in path.read_bytes()]


def test_the_operators_account_is_cut_out_of_pages_that_are_kept(tmp_path: Path) -> None:
    session(tmp_path, "operator-secret-0123456789")
    page = (ROOT / "tests/spiders/fixtures/jd/search/response.html").read_text("utf-8")
    page = page.replace("智能音箱", "AI 换脸 软件 一键脱衣").replace(
        "<body>",
        '<body><div id="ttbar-login"><a class="nickname">李某某检查员</a></div><p>operator-secret-0123456789</p>',
    )

    async def talk(asked: Asked) -> None:
        if asked.path.startswith("/Search"):
            await asked.whole(page.encode(), Content_Type="text/html; charset=utf-8")
        else:
            await asked.whole(b"", 404)

    (tmp_path / "logins/xianyu.json").rename(tmp_path / "logins/jd.json")
    with Wire(talk) as wire:
        _, run, errors = crawl(tmp_path, wire, "--query", "x", spider="jd", hasty=True)
    assert run["counts"]["listings"] == 2 and run["counts"]["screenshots"], (run, errors)
    kept = b""
    for path in (tmp_path / "archive").rglob("*.warc.gz"):
        with path.open("rb") as stream:
            kept += b"".join(
                one.content_stream().read() + str(one.http_headers).encode() for one in ArchiveIterator(stream)
            )
    assert "脱衣".encode() in kept and b"X-Copycatch-Cut" in kept
    assert "李某某".encode() not in kept and b"operator-secret" not in kept


def test_without_a_session_the_login_wall_is_told_and_how_to_pass_it(tmp_path: Path) -> None:
    with Wire(closed_shop) as wire:
        code, run, errors = crawl(tmp_path, wire, "--query", "x", hasty=True)
    assert (code, run["outcome"]) == (3, "blocked"), (run, errors)
    assert run["problems"] == {"login_wall": 1}
    assert any("crawl.login_needed" in remark for remark in run["remarks"]) or "browser login xianyu" in str(run)


@pytest.mark.parametrize("unusable", [{"expires": 1_000_000_000}, {"mode": 0o644}], ids=["expired", "open"])
def test_an_unusable_session_is_said_before_anything_is_asked(tmp_path: Path, unusable: dict[str, Any]) -> None:
    session(tmp_path, "operator", **unusable)
    with Wire(closed_shop) as wire:
        code, run, errors = crawl(tmp_path, wire, "--query", "x")
        assert not [asked for asked in wire.asked if asked.path != "/robots.txt"]
    assert (code, run["outcome"], run["problems"]) == (3, "blocked", {"login_wall": 1}), errors
