"""Pages that yielded nothing: a refusal in few words, the shell of a script application, or an honest empty list."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import HtmlResponse

from crawler.blocked import NOTICE
from crawler.refusal_words import KINDS
from crawler.silence import silence
from tests.crawler.site import page


def kind(body: bytes | str, status: int = 200, **headers: str) -> str | None:
    raw = body.encode() if isinstance(body, str) else body
    refusal = silence(HtmlResponse("http://shop.example/", status=status, body=raw, headers=headers))
    return refusal and refusal.kind


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("captcha", "请拖动滑块完成拼图"),
        ("captcha", "We have detected unusual traffic from your network"),
        ("rate_limited", "您的访问过于频繁，请稍后再试"),
        ("rate_limited", "Slow down! You are sending requests too quickly."),
        ("login_wall", "登录后可查看全部内容"),
        ("login_wall", "You must be logged in to see this page."),
        ("regional_block", "抱歉，该服务在您所在的地区暂不可用"),
        ("regional_block", "This store is not available in your country."),
        ("age_gate", "本页面含成人内容，请确认您已满18周岁"),
        ("age_gate", "Please verify your age to continue"),
        ("refusal", "您的访问已被安全策略拦截，事件编号 7f3a"),
        ("refusal", "Access denied. Reference #18.2f"),
        ("challenge", "正在检查您的浏览器，请稍候"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_page_that_does_no_more_than_refuse(what: str, said: str, encoding: str) -> None:
    body = page("某某商城", f"<div class=box><p>{said}</p></div>", encoding)
    assert kind(body) == what
    assert kind(said.encode(encoding)) == what
    assert kind(f'{{"code": -1, "msg": "{said}"}}') == what
    assert kind(f'{{"code": -1, "msg": "{said}"}}'.encode("ascii", "backslashreplace")) == what


@pytest.mark.parametrize(
    "body",
    [
        page("搜索", "<p>没有找到与“过验证码”相关的商品。请登录以保存搜索</p>"),
        page("Search", "<p>No results for “captcha solver”. Log in to save this search.</p>"),
        page("版块", "<p>暂无主题</p><a href=/login>登录后发帖</a>"),
        page("目录", "<ul></ul>"),
        b'{"resultCount":0, "results": []}',
        b'{"info":{"status":"FAIL"},"errors":[{"code":"APP-1","description":"The requested app could not be found"}]}',
        b'{"ret":0,"records":[]}',
        b"\x89PNG\r\n\x1a\n" + bytes(2000),
        page("帖子", "<p>主题已被删除，请登录查看其它主题</p>"),
        page("长文", "<p>收验证码，十元一次，请登录。" + "这里还有很长的正文。" * 60),
    ],
)
def test_an_honest_empty_page_and_a_long_one_are_none(body: bytes) -> None:
    assert kind(body) is None


SHELL = "<title>商城</title><noscript>You need to enable JavaScript to run this app.</noscript>"


def test_the_shell_of_a_script_application_is_no_empty_list() -> None:
    assert kind(f'{SHELL}<div id="root"></div><script src="/static/main.js"></script>') == "script_shell"
    assert (
        kind('<div id=app>加载中…</div><script src="/a.js"></script><script>window.version=1</script>')
        == "script_shell"
    )
    data = '<script id="__NEXT_DATA__" type="application/json">{"props": {"items": []}}</script>'
    assert kind(f'{SHELL}<div id="__next"></div>{data}<script src="/a.js"></script>') is None
    assert (
        kind(f'{SHELL}<div id="app"></div><script>var g_config={"x" * 3000}</script><script src="/a.js"></script>')
        is None
    )
    assert kind(f'{SHELL}<div id="app">{"这里有内容。" * 40}</div><script src="/a.js"></script>') is None
    readable = f"<noscript>{'没有脚本也能读的帖子。' * 60}</noscript>"
    assert kind(f'{readable}<div id="app"></div><script src="/a.js"></script>') is None


def test_a_login_form_alone_is_a_wall() -> None:
    form = "<form><input name=user><input\ntype='password' name=p></form>"
    assert kind(page("欢迎", form)) == "login_wall"
    assert kind(page("欢迎", form + "<p>" + "热门主题列表，欢迎光临本站。" * 40)) is None


def test_other_statuses_and_large_pages_are_not_its_matter() -> None:
    assert kind(page("错误", "<p>请登录"), status=404) is None
    assert kind(page("错误", "<p>请登录" + " " * NOTICE)) is None


@given(
    st.binary(max_size=3000), st.sampled_from([b"", b"<html>", b"{", b"<script", b"<noscript>" * 50, b"<input " * 50])
)
def test_anything_is_survived_and_has_a_known_kind(junk: bytes, start: bytes) -> None:
    assert kind(start + junk) in {None, *KINDS}


@pytest.mark.parametrize("unit", ["<script ", "<noscript>", "<input type=", "<title", "<", "\\u4e00", "<p hidden>"])
def test_hostile_repetition_is_read_in_linear_time(unit: str) -> None:
    kind(unit * (NOTICE // len(unit) - 1))


@pytest.mark.shared
def test_no_recorded_content_page_is_called_a_refusal_even_if_nothing_came_of_it(shared: Path) -> None:
    kinds = {".html", ".json", ".xml", ".rss", ".atom", ".txt"}
    pages = [path for path in (shared / "recorded").rglob("*") if path.suffix in kinds]
    others = [path for path in pages if path.parent.name != "block_pages"]
    assert len(others) > 80
    assert [str(path) for path in others if kind(path.read_bytes()) is not None] == []
