"""Look-alike domains: what the fuzzers make, in a sensible order, bounded on hostile input, without a network."""

import socket
from collections import Counter
from functools import cache

import pytest

from detection.domain_variants import MOST, WORDS, split, variants
from detection.domains import Domains
from index.profiles import Name, Profile

GENUINE = ("www.tidepool.com",)


@cache
def found(domains=GENUINE, names=(), words=WORDS) -> dict:
    return {variant.domain: variant for variant in variants(domains, names, words=words, limit=MOST)}


def test_each_kind_of_look_alike_says_what_made_it() -> None:
    made = found()
    for domain, fuzzer in {
        "tidepool.cn": "tld-swap",
        "tidepool-app.com": "dictionary",
        "tidepoolguanwang.vip": "dictionary",
        "tldepool.com": "homoglyph",
        "tidepolo.com": "transposition",
        "tidpool.com": "omission",
        "tide-pool.com": "hyphenation",
    }.items():
        assert made[domain].fuzzer == fuzzer, domain
        assert made[domain].like == "www.tidepool.com"


def test_the_brands_own_domain_is_not_among_them() -> None:
    assert "tidepool.com" not in found()
    assert "tidepool.cn" not in found(("tidepool.com", "app.tidepool.cn"))


def test_a_chinese_name_is_varied_in_characters_and_in_pinyin() -> None:
    made = found((), ("晨光助手",))
    assert {variant.shown for variant in made.values()} >= {"晨光助手.com", "晨光助手官网.cn", "chenguangzhushou.com"}
    assert made["chenguanzhushou.com"].fuzzer in {"pinyin", "omission"}
    assert all(domain.isascii() for domain in made)


def test_own_words_are_put_beside_the_name_chinese_ones_in_pinyin() -> None:
    made = found(words=("充值", "Deals!"))
    assert {"tidepoolchongzhi.com", "tidepool-deals.com"} <= set(made)
    assert "tidepoolapp.com" not in made


def test_the_order_is_stable_and_the_most_plausible_come_first() -> None:
    first = variants(GENUINE, limit=300)
    assert first == variants(GENUINE, limit=300)
    assert [v.plausibility for v in first] == sorted((v.plausibility for v in first), reverse=True)
    rank = {domain: variant.plausibility for domain, variant in found().items()}
    assert rank["tidepoolapp.com"] > rank["tidepolo.com"] > rank["tjdepool.com"]


@pytest.mark.parametrize(
    "domains",
    [[""], ["..."], ["xn--.com"], ["\ud800.com"], ["a" * 5000 + ".com"], ["x.y" * 400], ["-.com"], ["1.2.3.4"]],
)
def test_what_is_no_domain_breaks_nothing(domains: list[str]) -> None:
    assert all(
        v.domain.isascii() and len(v.domain) < 254 for v in variants(domains, ["", " ", "\ud800", "é"], limit=50)
    )


def test_the_number_grows_with_the_length_not_with_its_square() -> None:
    short, long = (len(variants([f"{'qwertyui' * times}.com"], words=(), limit=MOST)) for times in (1, 3))
    assert long < short * 6
    names = [f"br{number}" for number in range(500)]
    assert len({variant.like for variant in variants([], names, words=(), limit=20_000)}) <= 6


def test_the_registered_part_is_found() -> None:
    assert split("chat.example.com.cn") == ("example", "com.cn")
    assert split("XN--0ZWM56D.com") == ("测试", "com")


def test_the_library_does_not_change_the_timeout_of_sockets() -> None:
    before = socket.getdefaulttimeout()
    split("example.com")
    assert socket.getdefaulttimeout() == before


def test_detection_recognises_what_is_made_here() -> None:
    """Two ways of looking at the same thing: spellings made from a domain, and hosts compared with it."""
    profile = Profile(id="b", names=(Name(text="Tidepool"),), domains=("www.tidepool.com",))
    domains, made, known = Domains({"b": profile}), Counter(), Counter()
    for domain, variant in found().items():
        made[variant.fuzzer] += 1
        known[variant.fuzzer] += bool(domains.resembling(domain))
    for fuzzer in ("tld-swap", "dictionary", "hyphenation", "transposition", "omission", "repetition"):
        assert known[fuzzer] == made[fuzzer], fuzzer
    assert known["homoglyph"] >= 0.9 * made["homoglyph"]
    assert known.total() >= 0.9 * made.total()


def test_detection_recognises_a_name_written_in_cyrillic_letters_from_end_to_end() -> None:
    profile = Profile(id="b", names=(Name(text="Kimi"),), domains=("kimi.com",))
    (domain,) = [one.domain for one in variants(["kimi.com"], limit=MOST) if one.fuzzer == "cyrillic"]
    assert Domains({"b": profile}).resembling(domain)
