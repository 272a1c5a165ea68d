"""Persons in recorded pages are replaced by invented ones, consistently, and nothing else is."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.personal import names_in, unescaped, without_people

PAGE = """<!doctype html><html><head><title>豆包助手 - 某应用市场</title><meta name="csrf-token" content="aB3dE5fG7hI9jK1l">
<script type="application/ld+json">{"@type":"Product","name":"豆包助手","sku":"13912345678",
"brand":{"name":"某品牌"},"review":[{"author":{"@type":"Person","name":"王小虎"},"reviewBody":"联系 wangxiaohu@mail.example"}]}</script>
</head><body><h1>豆包助手</h1><div class="seller-name">某工作室</div>
<div class="review"><img class="av" src="//img.example/avatar/000/12/34/56.jpg"><a class="author" href="/space-uid-77.html">王小虎</a>
<p>好用，王小虎推荐。加QQ 123456789 或微信：wxh_1988，电话 138 1234 5678</p></div>
<div class="review"><span class="username">Alice K.</span><p>mail me: alice.k+x@foo-bar.co.uk, +44 20 7946 0958</p></div>
<div class="review"><a class="author" href="/u/9">王小虎</a></div>
<img src="icon@2x.png"><a href="/thread-13800001111-1-1.html">帖子 13800001111</a></body></html>"""


def test_what_belongs_to_people_is_replaced_and_counted() -> None:
    made, counts = without_people(PAGE)
    for gone in (
        "wangxiaohu@",
        "alice.k",
        "Alice K.",
        "123456789",
        "wxh_1988",
        "138 1234 5678",
        "7946",
        "/avatar/000",
        "aB3dE5fG7hI9jK1l",
    ):
        assert gone not in made, gone
    assert counts == {"account": 4, "avatar": 1, "contact": 2, "email": 2, "phone": 3, "token": 1}
    assert made.count(">用户001<") == 2 and '"name":"用户001"' in made  # the same person everywhere
    assert "用户001" in names_in(PAGE.replace("王小虎", "李四")) or names_in(made) == []


def test_what_the_listing_says_of_itself_stays() -> None:
    made, _ = without_people(PAGE)
    for kept in (
        "<h1>豆包助手</h1>",
        "某工作室",
        '"sku":"13912345678"',
        "某品牌",
        "icon@2x.png",
        "/thread-13800001111-1-1.html",
        "/space-uid-77.html",
    ):
        assert kept in made, kept


def test_json_is_still_the_same_document() -> None:
    answer = {
        "id": 13812345678, "title": "换脸工具", "seller": {"name": "某店"}, "developer": {"name": "Example Ltd"},
        "comments": [{"user": {"nickname": '小"明', "avatar": "https://cdn.example/avatar/1.png?x=1"}, "text": "电话13812345678"}],
        "author": "老王头", "list": [{"userName": "老王头"}],
    }  # fmt: skip
    for ascii_only in (True, False):
        made, counts = without_people(unescaped(json.dumps(answer, ensure_ascii=ascii_only)))
        said = json.loads(made)
        assert (
            said["id"] == 13812345678
            and said["seller"]["name"] == "某店"
            and said["developer"]["name"] == "Example Ltd"
        )
        assert said["author"] == said["list"][0]["userName"] != "老王头"
        assert said["comments"][0]["user"]["nickname"].startswith("用户")
        assert said["comments"][0]["user"]["avatar"] == "https://avatar.invalid/1.png"
        assert "13812345678" not in said["comments"][0]["text"]
        assert counts["account"] == 3 and counts["avatar"] == 1


def test_escapes_before_a_word_are_no_part_of_it() -> None:
    answer = {
        "text": "加我\nlaoli@mail.example\t13812345678\r+44 20 7946 0958",
        "phone": "13812345679",
        "sku": "13812345670",
    }
    made, counts = without_people(unescaped(json.dumps(answer)))
    said = json.loads(made)
    assert said["text"].split("\n")[1].startswith("person1@example.org\t1990000") and said["sku"] == answer["sku"]
    assert said["phone"] == "19900000000" and counts == {"email": 1, "phone": 3}
    assert json.loads(unescaped('"\\u4e2d\\ud83d\\ude00\\u2028\\u0022\\\\u4e2d"')) == '中😀\u2028"\\u4e2d'


def test_cleaning_twice_changes_nothing_more() -> None:
    once, _ = without_people(PAGE)
    assert without_people(once)[0] == once


@pytest.mark.parametrize(
    "hostile",
    ["[" * 100_000, "{" * 100_000, "<" * 500_000, "a@" * 200_000, "1" * 500_000, "+1 " * 200_000, "微信" * 200_000,
     "https://x/" + "a/" * 200_000 + "avatar", "<div class=author>" * 50_000, '{"author":"' + "x" * 500_000, "a.b+c-" * 100_000],
)  # fmt: skip
def test_hostile_pages_take_linear_time(hostile: str) -> None:
    began = time.process_time()
    without_people(hostile)
    assert time.process_time() - began < 20


@given(st.text(max_size=300))
def test_any_text_is_taken(text: str) -> None:
    made, counts = without_people(text)
    assert isinstance(made, str) and all(number >= 0 for number in counts.values())
