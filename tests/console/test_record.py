"""`copycatch record`: an answer becomes a case that the tests read field by field."""

import json
import os
from pathlib import Path

import pytest

from crawler.cases import differences, read_case
from crawler.declarations import declared
from tests.console.conftest import Answer as Printed
from tests.crawler.site import Answer, Site
from tests.forked import COPYCATCH, run

THREAD = """<html><head><meta charset="gbk"><title>帖子</title></head><body><div id="ct"><span id="thread_subject">AI换脸软件出售</span>
<table id="pid1"><tr><td><div class="authi"><a class="xw1" href="space-uid-1.html">卖家老李</a></div><td id="postmessage_1">加QQ 123456789，邮箱 laoli@qq.example</td></tr></table>
<table id="pid2"><tr><td><div class="authi"><a class="xw1" href="space-uid-2.html">路人张三</a></div><td id="postmessage_2">可靠吗 13812345678</td></tr></table>
</div></body></html>"""


def route(path: str) -> Answer | None:
    if path == "/robots.txt":
        return Answer(b"User-agent: *\nDisallow: /private", type="text/plain")
    if path.startswith("/thread-"):
        headers = {"Set-Cookie": "sid=secret", "X-User": "me", "Last-Modified": "Wed, 25 Nov 2026 08:00:00 GMT"}
        return Answer(THREAD.encode("gbk"), type="text/html; charset=gbk", headers=headers)
    if path == "/captcha":
        return Answer("<title>人机验证</title>请完成验证".encode(), 403)
    if path == "/gone":
        return Answer(b"<html><h1>404</h1></html>", 404)
    return None


def record(site: Site, *argv: str, cwd: Path) -> Printed:
    environment = {**os.environ, "COPYCATCH_ALLOW_HOSTS": site.host, "COPYCATCH_DELAY": "0", "COPYCATCH_LANG": "en"}
    done = run([COPYCATCH, "record", *argv], cwd=cwd, env=environment)
    return Printed(code=done.returncode, out=done.stdout, err=done.stderr)


def test_an_answer_becomes_a_case_without_persons(own_home: Path, tmp_path: Path) -> None:
    with Site(route) as site:
        answer = record(site, "discuz", site.url("/thread-7-1-1.html?sid=abcdef1234567890"), "--json", cwd=tmp_path)
        assert site.hits["/robots.txt"] == 1
    assert answer.code == 0, answer.err
    [said] = answer.fits("record")
    case = Path(str(said["case"]))
    assert case.parent == own_home / "spiders/fixtures/discuz"
    body, meta = (case / "response.html").read_bytes(), json.loads((case / "meta.json").read_text("utf-8"))
    text = body.decode("gbk")
    for gone in ("路人张三", "卖家老李", "13812345678", "123456789", "laoli"):
        assert gone not in text, gone
    assert "AI换脸软件出售" in text
    assert meta["recorded"] is True and meta["status"] == 200 and meta["callback"] == "parse"
    assert {name.lower() for name in meta["headers"]} == {"content-type"} and "abcdef1234567890" not in meta["url"]
    assert meta["replaced"] == said["replaced"] and meta["replaced"]["account"] == 2 and meta["date"].startswith("20")
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    assert expected == said["expected"] and expected[0]["listing"]["title"] == "AI换脸软件出售"
    # The generic test reads it back, and names the field that is not as expected.
    got = read_case(declared()["discuz"](), meta, body, brief=False)
    assert list(differences(expected, got)) == []
    got[0]["listing"]["title"] = "x"
    assert list(differences(expected, got)) == ['listing 1, title: expected "AI换脸软件出售", got "x"']


def test_the_result_is_shown_for_review_and_an_old_case_is_not_overwritten(tmp_path: Path) -> None:
    with Site(route) as site:
        argv = ("discuz", site.url("/thread-7-1-1.html"), "--case", "offer", "--to", str(tmp_path))
        first, second = record(site, *argv, cwd=tmp_path), record(site, *argv, cwd=tmp_path)
    assert first.code == 0 and "title: AI换脸软件出售" in first.out and "email × 1" in first.out
    assert (tmp_path / "discuz/offer/expected.json").is_file()
    assert second.code == 2 and "offer" in second.err


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [("/private/1", 3, "robots_forbidden"), ("/captcha", 3, "refuses us"), ("/gone", 0, "HTTP 404")],
)
def test_what_is_refused_or_gone_is_said(tmp_path: Path, path: str, code: int, words: str) -> None:
    with Site(route) as site:
        answer = record(site, "discuz", site.url(path), "--to", str(tmp_path), cwd=tmp_path)
        assert site.hits["/private/1"] == 0
    assert answer.code == code and words in answer.out + answer.err


def test_wrong_use_is_said_before_anything_is_fetched(copycatch, tmp_path: Path) -> None:
    for argv in (
        ("nosuch", "http://e.org/"),
        ("discuz", "ftp://e.org/"),
        ("discuz", "http://e.org/", "--callback", "nope"),
    ):
        assert copycatch("record", *argv, "--to", tmp_path).code == 2
    assert not list(tmp_path.iterdir())
