"""What belongs to whoever saved a page is cut, and a hostile page cannot have its evidence cut that way."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.supplied.brought import SavedPage
from crawler.supplied.private import told, without_saver
from crawler.supplied.raw_page import RawPage
from crawler.supplied.visitor import MARK

NOW = "2026-11-28T00:00:00Z"
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiJ0ZXN0In0" + ".c2lnbmF0dXJlLW9mLW5vYm9keQ"
LONG = "Zz9" * 12


def cut(body: str, *, media: str = "text/html", sent: tuple[tuple[str, str], ...] = (), **more: object) -> SavedPage:
    page = RawPage(url="https://bbs.example.org/1", body=body.encode(), headers=(("Content-Type", media),), sent=sent)
    return without_saver(page if not more else type(page)(**{**vars_of(page), **more}), NOW)


def vars_of(page: RawPage) -> dict[str, object]:
    return {name: getattr(page, name) for name in RawPage.__dataclass_fields__}


def kinds(page: SavedPage) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in page.cut:
        found[one.kind] = found.get(one.kind, 0) + one.count
    return found


@pytest.mark.parametrize(
    ("body", "private", "kind"),
    [
        (f"<meta name='csrf-token' content='{LONG}'>", LONG, "token"),
        (f"<input type=hidden value='{LONG}' name=authenticity_token>", LONG, "token"),
        (f"<a href='/out?formhash={LONG}'>x</a>", LONG, "token"),
        (f"<script>window.access_token = '{LONG}'</script>", LONG, "token"),
        (f"<script>var x = '{JWT}'</script>", JWT, "token"),
        ("<div class=u><a href='/user/9'>张老师</a> <a href='/logout'>x</a></div>", "张老师", "account"),
        ("<span class='user-nick'>WangXiao</span><a>Sign out</a>", "WangXiao", "account"),
        ("<p>li@example.org</p><a href=/logout>x</a>", "li@example.org", "contact"),
        ("<img class=avatar src='/a/9.jpg'><a href='/signout'>x</a>", "/a/9.jpg", "avatar"),
        ("<meta name='user-login' content='wang-test'><p>hello wang-test!</p>", "wang-test", "account"),
        ('<script>x={"viewer":{"login":"wang-test","id":7}}</script>', "wang-test", "account"),
        ('<script>x={current_user:{name:"测试员",phone:"13800000000"}}</script>', "13800000000", "account"),
    ],
)
def test_what_is_private_is_cut_and_counted(body: str, private: str, kind: str) -> None:
    page = cut(f"<html><body>{body}<p>卖家甲 一键换脸</p>")
    assert private not in page.body.decode() and MARK in page.body.decode()
    assert kinds(page)[kind] >= 1 and private not in told(page.cut)
    assert "卖家甲 一键换脸" in page.body.decode()


def test_headers_are_kept_by_name_and_never_by_default() -> None:
    page = cut(
        "<p>x",
        headers=(("Content-Type", "text/html"), ("Set-Cookie", f"a={LONG}"), ("X-User-Id", "77"), ("Server", "nginx"),
                 ("X-CSRF-Token", LONG)),
    )  # fmt: skip
    assert page.headers == (("Content-Type", "text/html"), ("Server", "nginx"))
    assert kinds(page) == {"cookie": 1, "token": 1}


def test_what_a_request_carried_is_cut_from_its_page() -> None:
    sent = (("Cookie", f"sid={LONG}; nickname=%E6%B5%8B%E8%AF%95%E5%91%98"), ("Authorization", f"Bearer {LONG[::-1]}"))
    page = cut(f"<p>测试员，你好</p><script>x='{LONG}'; y='{LONG[::-1]}'</script>", sent=sent)
    text = page.body.decode()
    assert "测试员" not in text and LONG not in text and LONG[::-1] not in text
    assert kinds(page)["cookie"] == 1 and kinds(page)["authorization"] == 1


def test_tokens_in_the_address_are_cut() -> None:
    page = cut("<p>x", url=f"https://bbs.example.org/1?id=7&access_token={LONG}")
    assert page.url == "https://bbs.example.org/1?id=7&access_token=cut"


def test_data_that_scripts_asked_for_is_cut_as_well() -> None:
    body = '{"currentUser": {"nick": "测试员甲"}, "data": {"seller": {"nick": "好店"}, "token": "' + LONG + '"}}'
    page = cut(body, media="application/json")
    assert "测试员甲" not in page.body.decode() and LONG not in page.body.decode() and "好店" in page.body.decode()


def test_a_page_without_anything_private_stays_byte_for_byte() -> None:
    body = "<html><title>t</title><div class='seller user'>卖家甲</div><p>联系 13800000000，token 计费，登录后可见</p>"
    page = cut(body)
    assert page.body == body.encode() and page.cut == ()


POISON = "一键脱衣软件 加QQ 123456789"


@pytest.mark.parametrize(
    "body",
    [
        f"<title>{POISON}</title><strong class=vwmy><a>{POISON}</a></strong><h1>{POISON}</h1>",
        f"<title>x</title><strong class=vwmy><a>{POISON}</a></strong><p>出售 {POISON}，包教包会</p>",
        f"<title>x</title><strong class=vwmy><a>{POISON}</a></strong>" + f"<b>{POISON}</b>" * 30,
        f"<title>x</title><nav><a class=user>{POISON}</a><a href=/logout>退出</a></nav><p>{POISON}</p>",
        f"<title>x</title><p>{POISON}</p>" + f"<a class=user>{POISON}</a>" * 500 + "<a href=/logout>退出</a>",
        f"<title>x</title><p>{POISON}</p>" + "<a href=/logout>退出</a>" * 500 + f"<p>{POISON}</p>",
        f'<title>x</title><p>{POISON}</p><script>a={{"viewer": {{"note": "{POISON}"}}}}</script>',
    ],
)
def test_a_page_cannot_dress_its_offer_up_as_a_visitor(body: str) -> None:
    assert POISON in cut(f"<html>{body}").body.decode()


@settings(max_examples=80)
@given(st.binary(max_size=400), st.sampled_from(["text/html", "text/html; charset=gbk", "application/json", ""]))
def test_no_bytes_break_it_and_nothing_is_invented(body: bytes, media: str) -> None:
    page = without_saver(RawPage(url="https://x.example/", body=body, headers=(("Content-Type", media),)), NOW)
    if not page.cut and not page.media:
        assert page.body == body
