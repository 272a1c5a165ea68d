"""Look-alike domains: what the fuzzers make, in a sensible order, bounded on hostile input, without a network."""

import socket

import pytest

from detection.domain_variants import label_variants, split, variants

GENUINE = ["www.brightpath.com"]


def found(domains=GENUINE, names=(), **fields) -> dict:
    return {variant.domain: variant for variant in variants(domains, names, **fields)}


def test_each_kind_of_look_alike_says_what_made_it() -> None:
    made = found(limit=20_000)
    for domain, fuzzer in {
        "brightpath.cn": "tld-swap",
        "brightpath-app.com": "dictionary",
        "brightpathguanwang.vip": "dictionary",
        "brlghtpath.com": "homoglyph",
        "brigthpath.com": "transposition",
        "brightpth.com": "omission",
        "bright-path.com": "hyphenation",
    }.items():
        assert made[domain].fuzzer == fuzzer, domain
        assert made[domain].like == "www.brightpath.com"


def test_the_brands_own_domain_is_not_among_them() -> None:
    assert "brightpath.com" not in found(limit=20_000)
    assert "brightpath.cn" not in found(["brightpath.com", "app.brightpath.cn"], limit=20_000)


def test_a_chinese_name_is_varied_in_characters_and_in_pinyin() -> None:
    made = found([], ["晨光助手"], limit=20_000)
    assert {variant.shown for variant in made.values()} >= {"晨光助手.com", "晨光助手官网.cn", "chenguangzhushou.com"}
    assert made["chenguanzhushou.com"].fuzzer in {"pinyin", "omission"}
    assert all(domain.isascii() for domain in made)


def test_own_words_are_put_beside_the_name_chinese_ones_in_pinyin() -> None:
    made = found(words=["充值", "Deals!"], limit=20_000)
    assert {"brightpathchongzhi.com", "brightpath-deals.com"} <= set(made)
    assert "brightpathapp.com" not in made


def test_the_order_is_stable_and_the_most_plausible_come_first() -> None:
    first = variants(GENUINE, limit=300)
    assert first == variants(GENUINE, limit=300)
    assert [v.plausibility for v in first] == sorted((v.plausibility for v in first), reverse=True)
    rank = {v.domain: v.plausibility for v in variants(GENUINE, limit=20_000)}
    assert rank["brightpathapp.com"] > rank["brightpaht.com"] > rank["bsightpath.com"]


@pytest.mark.parametrize(
    "domains",
    [[""], ["..."], ["xn--.com"], ["\ud800.com"], ["a" * 5000 + ".com"], ["x.y" * 400], ["-.com"], ["1.2.3.4"]],
)
def test_what_is_no_domain_breaks_nothing(domains: list[str]) -> None:
    assert all(
        v.domain.isascii() and len(v.domain) < 254 for v in variants(domains, ["", " ", "\ud800", "é"], limit=50)
    )


def test_the_number_grows_with_the_length_not_with_its_square() -> None:
    short, long = (len(label_variants("qwertyuiop"[:8] * times, ())) for times in (1, 3))
    assert long < short * 6
    names = [f"brand{number}" for number in range(500)]
    assert len({variant.like for variant in variants([], names, words=(), limit=20_000)}) <= 6


def test_label_variants_are_for_comparing_hosts() -> None:
    made = label_variants("brightpath")
    assert made["brlghtpath"] == "homoglyph"
    assert "brightpath" not in made


def test_the_registered_part_is_found() -> None:
    assert split("chat.example.com.cn") == ("example", "com.cn")
    assert split("XN--0ZWM56D.com") == ("测试", "com")


def test_the_library_does_not_change_the_timeout_of_sockets() -> None:
    before = socket.getdefaulttimeout()
    split("example.com")
    assert socket.getdefaulttimeout() == before
