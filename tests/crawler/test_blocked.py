"""Refusals are recognised, and nothing else is."""

import json
from pathlib import Path

import pytest

from crawler.blocked import MARKS, NOTICE, STATUSES, TINY, Refusal, recognise
from crawler.refusal_words import KINDS
from tests.crawler.site import item_page, page

NOTICE_PAGE = '<div id="messagetext" class="alert_error"><p>{}</p></div>' + "<!-- 页面其余部分 -->" * 200


def kind(body: bytes, status: int = 200, **more: object) -> str | None:
    refusal = recognise(status, body, **more)
    return refusal and refusal.kind


@pytest.mark.parametrize(("status", "what"), STATUSES.items())
def test_a_refusing_status_counts_whatever_the_page_says(status: int, what: str) -> None:
    assert recognise(status, item_page(1)) == Refusal(what, f"status {status}")
    assert recognise(status, b"x" * 10_000_000) == Refusal(what, f"status {status}")


def test_the_page_beside_the_status_says_it_more_exactly() -> None:
    assert kind(page("Just a moment...", "<p>x"), 403) == "challenge"
    assert kind(page("错误", "<p>抱歉，请先登录后再访问"), 403) == "login_wall"
    assert kind(page("Blocked", "<p>You have been sending too many requests"), 403) == "refusal"
    assert kind("访问过于频繁，请稍后再试".encode(), 403) == "rate_limited"
    assert kind(b"error code: 1009: banned the country or region your IP address is in", 403) == "regional_block"
    assert kind(page("提示信息 - 论坛", NOTICE_PAGE.format("指定的主题不存在")), 403) == "refusal"


@pytest.mark.parametrize("status", [404, 410, 500, 502])
def test_an_honest_error_is_no_refusal(status: int) -> None:
    assert recognise(status, page("错误", "<p>出错了")) is None


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("empty_answer", b""),
        ("empty_answer", b" \r\n\t"),
        ("challenge", page("Just a moment...", "<p>Checking your browser")),
        ("challenge", page("Attention Required! | Cloudflare", "<p>captcha")),
        ("captcha", page("安全验证", "<p>请完成下方验证")),
        ("captcha", page("安全验证", "<p>请完成下方验证", "gbk")),
        ("captcha", page("Robot Check", "<p>Type the characters")),
        ("age_gate", page("reddit.com: over 18?", "<p>You must be 18+")),
        ("rate_limited", page("429 Too Many Requests", "<hr>nginx")),
        ("refusal", page("网站防火墙", "<p>您的请求带有不合法参数，已被网站管理员设置拦截！")),
        ("login_wall", page("Sina Visitor System", "<script src='/js/visitor.js'></script>")),
        ("captcha", page("example.com", "<script src='https://geo.captcha-delivery.com/c.js'></script>")),
        ("challenge", b"<html><script>window._Incapsula_Resource='x'</script></html>"),
        ("challenge", b"<script>var arg1='A'; document.cookie='acw_sc__v2='+arg1</script>"),
        ("challenge", b"<script>document.cookie='__jsl_clearance_s=1|x'</script>"),
        ("captcha", '{"ret":["FAIL_SYS_USER_VALIDATE","哎哟喂,被挤爆啦"],"data":{}}'.encode()),
        ("captcha", '{"api":"mtop.idle.search","v":"1.0","ret":["RGV587_ERROR::SM::哎哟喂,被挤爆啦"]}'.encode()),
        ("login_wall", b'mtopjsonp1({"api":"x","ret":["FAIL_SYS_SESSION_EXPIRED::x"]})'),
        ("rate_limited", b'{"ret":["FAIL_SYS_TRAFFIC_LIMIT::x"],"data":{}}'),
    ],
)
def test_refusals_at_status_200(what: str, body: bytes) -> None:
    assert kind(body) == what


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("login_wall", "抱歉，您尚未登录，无法进行此操作"),
        ("login_wall", "抱歉，您所在的用户组(游客)没有权限访问该版块"),
        ("rate_limited", "抱歉，您在 15 秒内只能进行一次搜索"),
        ("captcha", "抱歉，验证码填写错误"),
        ("regional_block", "抱歉，本站不向您所在的地区开放"),
        ("refusal", "站点维护中，请稍候"),
        ("not_found", "抱歉，指定的主题不存在或已被删除或正在被审核"),
        (None, "对不起，没有找到匹配结果。"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_what_a_discuz_board_says_in_its_box(what: str | None, said: str, encoding: str) -> None:
    body = page("提示信息 - 某某论坛 - Powered by Discuz!", NOTICE_PAGE.format(said), encoding)
    assert kind(body) == what


PHPBB = (
    '<body id="phpbb"><div class="panel" id="message"><h2 class="message-title">Information</h2><p>{}</p></div></body>'
)
XENFORO = '<html id="XF" data-template="error"><body><div class="blockMessage">{}</div></body></html>'
VBULLETIN = (
    '<meta name="generator" content="vBulletin 4"><div class="standard_error"><div class="blockrow">{}</div></div>'
)


@pytest.mark.parametrize("engine", [PHPBB, XENFORO, VBULLETIN])
@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("login_wall", "You are not authorised to read this forum."),
        ("login_wall", "You must be logged-in to do that."),
        ("login_wall", "You are not logged in or you do not have permission to access this page."),
        ("rate_limited", "Sorry but you cannot use search at this time. Please try again in 7 seconds."),
        ("not_found", "The requested topic does not exist."),
        (None, "No suitable matches were found."),
        (None, "Something that nobody has foreseen"),
    ],
)
def test_what_other_boards_say_in_theirs(engine: str, what: str | None, said: str) -> None:
    rest = "<!-- the rest of the page -->" * 300
    assert kind((engine.format(said) + rest).encode()) == what
    written = page("Thread", f"<p>{engine.format(said)}".replace("<", "&lt;") + rest)
    assert kind(written) is None  # as a member's text


def test_a_redirect_to_a_login_page_is_a_login_wall() -> None:
    body = page("欢迎", "<form><input type=password></form>")
    assert kind(body, url="https://login.example.com/?next=x", redirected=True) == "login_wall"
    assert kind(body, url="https://example.com/member.php?mod=logging&action=login", redirected=True) == "login_wall"
    assert kind(body, url="https://shop.example.com/password", redirected=True) == "login_wall"
    assert kind(body, url="https://example.com/blog/password", redirected=True) is None
    assert kind(body, url="https://example.com/login", redirected=False) is None
    assert kind(body, url="https://example.com/item/loginhelper", redirected=True) is None


def test_a_header_says_it_too() -> None:
    assert kind(item_page(1), headers={"cf-mitigated": b"challenge"}) == "challenge"


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


@pytest.mark.parametrize("mark", [mark.decode() for mark, _, _ in MARKS])
def test_a_short_offer_to_get_around_a_captcha_is_content(mark: str) -> None:
    offer = f"代过 {mark} 验证，十元一次"
    assert kind(page("过验证", f"<h1>{offer}</h1>")) is None
    assert kind(json.dumps({"topics": [{"title": offer}]}).encode()) is None
    assert (
        kind(f"<?xml version='1.0'?><rss><channel><item><title>{offer}</title></item></channel></rss>".encode()) is None
    )


def test_a_huge_page_is_content() -> None:
    assert recognise(200, page("Just a moment...", "x" * NOTICE)) is None


@pytest.mark.parametrize("junk", [b"\xff\xfe<title>\x00", b"<title", b"<title>" + b"\x81" * 5000, b"{" * 5000])
def test_junk_is_survived(junk: bytes) -> None:
    recognise(200, junk)


@pytest.mark.shared
def test_every_recorded_block_page_is_recognised(shared: Path) -> None:
    pages = [path for path in (shared / "recorded" / "block_pages").iterdir() if path.suffix in {".html", ".json"}]
    assert len(pages) >= 10
    found = {path.stem: kind(path.read_bytes()) for path in pages}
    assert set(found.values()) <= set(KINDS), found
    assert found["reddit_over18_interstitial"] == "age_gate" and found["mtop_rgv587"] == "captcha"
    assert found["cloudflare_access_denied"] == found["reddit_network_policy_403"] == "refusal"


@pytest.mark.shared
def test_no_other_recorded_page_is(shared: Path) -> None:
    kinds = {".html", ".json", ".xml", ".rss", ".atom", ".txt"}
    pages = [path for path in (shared / "recorded").rglob("*") if path.suffix in kinds]
    others = [path for path in pages if path.parent.name != "block_pages"]
    assert len(others) > 80
    assert [str(path) for path in others if recognise(200, path.read_bytes()) is not None] == []
