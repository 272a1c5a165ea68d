"""Ways to reach who stands behind an app, and the many addresses that are somebody else's."""

import pytest

from tests.apk_analysis.dexes import dex
from tests.apk_analysis.traits.samples import MAIN, traits, values

KINDS = ("contact_qq", "contact_qq_group", "contact_wechat", "contact_telegram", "contact_mail")


def found(text: str, name: str = "assets/about.html") -> list[tuple[str, str]]:
    return [(item.kind, item.value) for item in traits({name: text.encode()}, *KINDS)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("客服QQ：12345678", "contact_qq", "12345678"),
        ("QQ:10001", "contact_qq", "10001"),
        ("扣扣 123456789", "contact_qq", "123456789"),
        ("QQ群：987654321 欢迎", "contact_qq_group", "987654321"),
        ("交流群：987654321", "contact_qq_group", "987654321"),
        ("mqqwpa://im/chat?chat_type=wpa&uin=12345678&version=1", "contact_qq", "12345678"),
        ("mqqapi://card/show_pslcard?src_type=internal&uin=987654321&card_type=group", "contact_qq_group", "987654321"),
        ("https://wpa.qq.com/msgrd?v=3&uin=12345678&site=qq", "contact_qq", "12345678"),
        ("客服微信：kefu_2026", "contact_wechat", "kefu_2026"),
        ("微信号: Abc12345", "contact_wechat", "abc12345"),
        ("加V kefu2026ai", "contact_wechat", "kefu2026ai"),
        ("{'wechat': 'kefu_2026'}", "contact_wechat", "kefu_2026"),
        ("wxid_a1b2c3d4e5f6", "contact_wechat", "wxid_a1b2c3d4e5f6"),
        ("https://t.me/Some_Channel", "contact_telegram", "some_channel"),
        ("https://t.me/+AbCdEf0123456789", "contact_telegram", "AbCdEf0123456789"),
        ("tg://resolve?domain=somebot", "contact_telegram", "somebot"),
        ("Telegram：@some_seller", "contact_telegram", "some_seller"),
        ("mailto:Help@Shop.Sample.cn?subject=x", "contact_mail", "help@shop.sample.cn"),
        ("联系 some.body+x@gmail.com。", "contact_mail", "some.body+x@gmail.com"),
        ("support@sample.ai", "contact_mail", "support@sample.ai"),
    ],
)
def test_contacts_as_apps_show_them(text: str, kind: str, value: str) -> None:
    assert found(text) == [(kind, value)]
    assert [item.value for item in traits({"classes.dex": dex({MAIN: [text]})}, *KINDS)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "QQ:12",
        "QQ号不能为空",
        "QQ: 0123456",
        "QQ: v1.10001.2",
        "未安装微信",
        "微信支付失败, error",
        "wechat: isWeixin",
        "{wechat:function(a){}}",
        "{'wechat': 'disabled'}",
        "https://t.me/share/url?url=x",
        "https://at.me/somebody",
        "https://t.me/",
        "img@2x.png support@2x.png",
        "support@example.com",
        "noreply@",
        " * @author Some Body <some.body@gmail.com>",
        "Copyright (c) 2019 Some Body some.body@gmail.com",
        "Written by some.body@gmail.com",
        "info@apache.org",
    ],
)
def test_what_is_no_contact(text: str) -> None:
    assert not found(text)


@pytest.mark.parametrize(
    "name",
    ["assets/LICENSE.txt", "assets/open_source_licenses.html", "META-INF/README", "okhttp3/notes.txt", "assets/a.map"],
)
def test_files_of_others(name: str) -> None:
    assert not found("support@sample.ai", name)


def test_libraries_do_not_count() -> None:
    code = dex({MAIN: ["hello"], "Lokhttp3/Mail;": ["support@sample.ai"]})
    assert not values({"classes.dex": code}, *KINDS)
