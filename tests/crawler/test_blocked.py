"""Refusals are recognised, and nothing else is."""

from pathlib import Path

import pytest

from crawler.blocked import NOTICE, TINY, Refusal, recognise
from tests.crawler.site import item_page, page

NOTICE_PAGE = '<div id="messagetext" class="alert_error"><p>{}</p></div>' + "<!-- 页面其余部分 -->" * 200


def kind(body: bytes, status: int = 200, **more: object) -> str | None:
    refusal = recognise(status, body, **more)
    return refusal and refusal.kind


@pytest.mark.parametrize("status", [401, 403, 405, 412, 418, 429, 451])
def test_a_refusing_status_counts_whatever_the_page_says(status: int) -> None:
    assert recognise(status, item_page(1)) == Refusal("blocked", f"status {status}")


@pytest.mark.parametrize("status", [404, 410, 500, 502])
def test_an_honest_error_is_no_refusal(status: int) -> None:
    assert recognise(status, page("错误", "<p>出错了")) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \r\n\t",
        page("Just a moment...", "<p>Checking your browser"),
        page("Attention Required! | Cloudflare", "<p>captcha"),
        page("安全验证", "<p>请完成下方验证"),
        page("安全验证", "<p>请完成下方验证", "gbk"),
        page("Robot Check", "<p>Type the characters"),
        page("reddit.com: over 18?", "<p>You must be 18+"),
        page("example.com", "<script src='https://geo.captcha-delivery.com/c.js'></script>"),
        b"<html><script>window._Incapsula_Resource='x'</script></html>",
        b"<script>var arg1='A'; document.cookie='acw_sc__v2='+arg1</script>",
        '{"ret":["FAIL_SYS_USER_VALIDATE","哎哟喂,被挤爆啦"],"data":{}}'.encode(),
        '{"api":"mtop.idle.search","v":"1.0","ret":["RGV587_ERROR::SM::哎哟喂,被挤爆啦"]}'.encode(),
        b'mtopjsonp1({"api":"x","ret":["FAIL_SYS_SESSION_EXPIRED::x"]})',
        page("提示信息 - 某某论坛 - Powered by Discuz!", NOTICE_PAGE.format("抱歉，您尚未登录，无法进行此操作")),
        page("提示信息 - 某某论坛 - Powered by Discuz!", NOTICE_PAGE.format("抱歉，您所在的用户组没有权限"), "gbk"),
    ],
)
def test_refusals_at_status_200(body: bytes) -> None:
    assert kind(body) == "blocked"


def test_a_redirect_to_a_login_page_is_a_login_wall() -> None:
    body = page("欢迎", "<form><input type=password></form>")
    assert kind(body, url="https://login.example.com/?next=x", redirected=True) == "blocked"
    assert kind(body, url="https://example.com/member.php?mod=logging&action=login", redirected=True) == "blocked"
    assert kind(body, url="https://example.com/login", redirected=False) is None
    assert kind(body, url="https://example.com/item/loginhelper", redirected=True) is None


def test_a_header_says_it_too() -> None:
    assert kind(item_page(1), headers={"cf-mitigated": b"challenge"}) == "blocked"


def test_a_deleted_thread_is_gone_and_an_empty_search_is_content() -> None:
    def notice(text: str) -> bytes:
        return page("提示信息 - 某某论坛", NOTICE_PAGE.format(text))

    assert kind(notice("抱歉，指定的主题不存在或已被删除或正在被审核")) == "not_found"
    assert kind(notice("对不起，没有找到匹配结果。")) is None


@pytest.mark.parametrize(
    "text",
    [
        "_cf_chl_ __CF$cv$params sucuri_cloudproxy_js px-captcha captcha-delivery.com whoa there, pardner",
        '安全验证 人机验证 Just a moment... Access denied 提示信息 id="messagetext" 您尚未登录',
        '{"ret":["FAIL_SYS_USER_VALIDATE"]}',
    ],
)
def test_a_seller_cannot_hide_a_listing_by_writing_like_a_challenge(text: str) -> None:
    body = page(f"{text[:20]} 代过验证 - 某某商城", f"<h1>{text}</h1><p>{text}" + "<p>正文" * 600)
    assert len(body) > TINY
    assert recognise(200, body) is None


def test_a_huge_page_is_content() -> None:
    assert recognise(200, page("Just a moment...", "x" * NOTICE)) is None


@pytest.mark.parametrize("junk", [b"\xff\xfe<title>\x00", b"<title", b"<title>" + b"\x81" * 5000, b"{" * 5000])
def test_junk_is_survived(junk: bytes) -> None:
    recognise(200, junk)


@pytest.mark.shared
def test_every_recorded_block_page_is_recognised(shared: Path) -> None:
    pages = [path for path in (shared / "recorded" / "block_pages").iterdir() if path.suffix in {".html", ".json"}]
    assert len(pages) >= 10
    assert [path.name for path in pages if kind(path.read_bytes()) != "blocked"] == []


@pytest.mark.shared
def test_no_other_recorded_page_is(shared: Path) -> None:
    kinds = {".html", ".json", ".xml", ".rss", ".atom", ".txt"}
    pages = [path for path in (shared / "recorded").rglob("*") if path.suffix in kinds]
    others = [path for path in pages if path.parent.name != "block_pages"]
    assert len(others) > 80
    assert [str(path) for path in others if recognise(200, path.read_bytes()) is not None] == []
