"""What is cut out of a text before it is compared, and what is near."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Listing
from index.wording import LONGEST, alike, flat, skeleton

PAGE = (
    "{name}官方网站，欢迎下载{name}最新版 {version}。智能写作、翻译、绘画一次搞定，无需登录即可体验。"
    "点击立即下载，扫码关注公众号 {contact}，或访问 https://{host}/down 获取安装包。版权所有 {name}团队。"
    "常见问题：如何安装？下载后打开安装包，按提示允许未知来源，即可使用全部会员功能，永久免费更新。"
)


def site(name: str, host: str, version: str = "3.2", contact: str = "kf001@example.org", text: str = PAGE) -> Listing:
    said = text.format(name=name, host=host, version=version, contact=contact)
    return Listing(
        marketplace=f"web:{host}", native_id="/", url=f"https://{host}/", title=f"{name}官网-{name}下载",
        source_kind="site", description=said,
    )  # fmt: skip


def test_sites_of_one_template_say_the_same_once_their_names_are_out() -> None:
    one, other = (
        skeleton(site("小舟智聊", "xiaozhou.example")),
        skeleton(site("灵犀写作", "lingxi.example", "9", "a@b.cn")),
    )
    assert alike(one, other) and "小舟" not in one and "example" not in one


def test_names_in_latin_letters_are_cut_as_words() -> None:
    text = "{name} helps you write, translate and draw in seconds. Download {name} {version} now, no account is needed."
    one = skeleton(site("Zhoubot", "zhoubot.example", text=text))
    assert one == skeleton(site("Lingpen", "lingpen.example", "77", text=text)) and "zhoubot" not in one


def test_another_page_about_the_same_thing_is_not_near() -> None:
    other = "小舟智聊是一款聊天应用。本页收集用户评价：有人说回答很快，有人说会员太贵，还有人问怎样退订自动续费。" * 3
    assert not alike(skeleton(site("小舟智聊", "a.example")), skeleton(site("小舟智聊", "b.example", text=other)))


def test_prices_width_and_case_make_no_difference() -> None:
    assert flat("永久会员 ￥9.9，加 VX：ABC") == flat("永久会员￥199 ,加vx:abc")
    assert not alike("", "") and not alike(flat("a"), "")


@pytest.mark.parametrize("text", ["a" * 200_000, "a." * 100_000, "豆包" * 100_000, "@" * 200_000, "1.a-" * 50_000])
def test_hostile_texts_are_cut(text: str) -> None:
    found = skeleton(replace(site("x", "x.example"), description=text, title=text[:500]))
    assert len(found) <= 3 * 2 * LONGEST


@given(st.text(max_size=400))
def test_any_text_is_read_and_like_itself(text: str) -> None:
    assert alike(flat(text), flat(text)) or not flat(text)
    skeleton(replace(site("x", "x.example"), description=text, title=text))
