"""Sites made from one template meet by a key; other pages, and what is no site, do not."""

from dataclasses import replace

from detection.ties import tie_keys, ties
from index.model import Listing
from tests.index.test_wording import site


def templates(listing: Listing) -> set[str]:
    return {key for key in tie_keys(listing, None) if key.startswith("template:")}


def test_two_sites_of_one_template_share_a_key_whatever_they_call_themselves() -> None:
    one, other = site("小舟智聊", "xiaozhou.example"), site("灵犀写作", "lingxi.example", "9", "a@b.cn")
    shared = templates(one) & templates(other)
    assert shared
    (tie,) = ties(sorted(shared), {key: ["l1-b"] for key in shared}, {}, "l1-a")
    assert "模板" in tie.zh and "template" in tie.en


def test_what_a_page_asks_for_belongs_to_its_template() -> None:
    one = site("小舟智聊", "xiaozhou.example")
    assert not templates(one) & templates(replace(one, forms=("login", "phone")))


def test_only_sites_with_enough_text_have_a_template() -> None:
    one = site("小舟智聊", "xiaozhou.example")
    assert not templates(replace(one, source_kind="shop")) and not templates(replace(one, description="下载"))
