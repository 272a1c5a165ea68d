"""Share texts: what is quoted is the title, codes are kept and never opened, and every message is one thing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.supplied.brought import Brought
from crawler.supplied.files import Asked, entries_of, share_entries
from crawler.supplied.kinds import kind_of
from crawler.supplied.share_text import LONGEST, messages, read_share


@pytest.mark.parametrize(
    ("text", "title", "platform", "kind", "url", "code"),
    [
        ("【闲鱼】https://m.tb.cn/h.5abc?tk=Ab12Cd34EfG HU0293 「我在闲鱼发布了【AI换脸软件 永久版】」\n点击链接直接打开",
         "AI换脸软件 永久版", "闲鱼", "second_hand", "https://m.tb.cn/h.5abc?tk=Ab12Cd34EfG", "Ab12Cd34EfG"),
        ("【淘宝】https://m.tb.cn/h.gX?tk=QwErTy12 CZ3457 「一键去衣工具 手机版」\n点击链接直接打开 或者 淘宝搜索直接打开",
         "一键去衣工具 手机版", "淘宝", "shop", "https://m.tb.cn/h.gX?tk=QwErTy12", "QwErTy12"),
        ("7.43 复制打开抖音，看看【小明的作品】教你用AI换脸 # ai https://v.douyin.com/abc12/ b@A.bc 01/02 :1pm",
         "【小明的作品】教你用AI换脸 # ai", "抖音", "channel", "https://v.douyin.com/abc12/", None),
        ("复制这行话￥AbCd1234EfG￥转移至淘宝，豆包会员代充", "转移至淘宝，豆包会员代充", "淘宝", "shop", "", "AbCd1234EfG"),
        ("#小程序://换脸大师/AbCdEf12345", "换脸大师", "微信小程序", "mini_program", "", "#小程序://换脸大师/AbCdEf12345"),
        ("https://3.cn/2-abc 「DeepSeek本地部署U盘」 点击链接直接打开", "DeepSeek本地部署U盘", "京东", "shop", "https://3.cn/2-abc", None),
        ("换脸群 https://t.me/some_channel", "换脸群", "Telegram", "channel", "https://t.me/some_channel", None),
        ("一键脱衣 网盘 https://pan.example.com/s/1abc，提取码 abcd", "一键脱衣 网盘", "", None, "https://pan.example.com/s/1abc", None),
        ("https://shop.example/7", "https://shop.example/7", "", None, "https://shop.example/7", None),
    ],
)  # fmt: skip
def test_what_a_message_says(  # noqa: PLR0917 - the columns of the table
    text: str, title: str, platform: str, kind: str | None, url: str, code: str | None
) -> None:
    shared = read_share(text)
    assert shared is not None
    assert (shared.title, shared.platform, shared.kind, shared.url, shared.code) == (title, platform, kind, url, code)
    assert shared.text == text


@pytest.mark.parametrize("text", ["", "没有链接的话", "￥12￥", "价格￥9.9，包邮￥0"])
def test_what_holds_neither_link_nor_code(text: str) -> None:
    assert read_share(text) is None


def test_messages_are_parted_by_blank_lines_and_by_links() -> None:
    text = "一 https://a.example/1\n点击打开\n二 https://a.example/2\n\n三\n￥AbCd1234EfG￥\n\n\n四"
    assert list(messages(text)) == [
        (1, "一 https://a.example/1\n点击打开"),
        (3, "二 https://a.example/2"),
        (5, "三\n￥AbCd1234EfG￥"),
        (9, "四"),
    ]


def test_every_message_needs_a_capture_or_says_why_not() -> None:
    found = list(share_entries("一 https://a.example/1\n\n没有\n\n二 https://a.example/2".encode("gbk")))
    assert [one.why.kind if one.why else one.only_address for one in found] == [True, "no_share", True]
    assert [one.place for one in found] == ["1", "3", "5"]
    assert found[0].listing is not None and found[0].listing.description == "一 https://a.example/1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_texts_are_told_from_tables(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("换脸，软件 https://a.example/1\n点击，打开\n".encode(encoding))
    assert kind_of(path) == "share"
    path.write_bytes("标题,链接\n换脸,https://a.example/1\n".encode(encoding))
    assert kind_of(path) == "table"
    found = [one for one in entries_of(path, "table", Asked(received_at="")) if isinstance(one, Brought)]
    assert [one.listing.title for one in found if one.listing] == ["换脸"]


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    for _, message in messages(text):
        if (shared := read_share(message)) is not None:
            assert shared.title.strip() and (shared.url or shared.code)


def test_long_texts_are_read_in_one_go() -> None:
    for piece in ("￥", "【", "「a", "https://", "#小程序://", "😆 a", "1:", "a@"):
        assert list(messages(piece * 50_000)) and read_share("https://a.example/1 " + piece * LONGEST)
