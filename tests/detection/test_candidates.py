"""Hosts that resemble a brand's domain, found in whatever lists people have."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.candidates import candidates, hosts_in
from detection.domains import compiled
from index.profiles import load_profiles

DOMAINS = compiled(load_profiles())


def found(text: str, **how) -> dict[str, str]:
    named = ((host, "here") for host in hosts_in(text, **how))
    return {one.host: one.technique for one in candidates(named, DOMAINS)}


@pytest.mark.parametrize(
    "text",
    [
        "deepseek-guanwang.cn",
        "domain,registered\nexample.org,1\ndeepseek-guanwang.cn,2026-11-01\n",
        json.dumps([{"name_value": "x.example.org\n*.deepseek-guanwang.cn"}]),
        json.dumps({"data": {"leaf_cert": {"all_domains": ["www.deepseek-guanwang.cn"]}}}),
        "deepseek-guanwang.cn.\t3600\tin\tns\tns1.example.net.",
        "https://deepseek-guanwang.cn:8443/login?x=1",
        "DEEPSEEK-GUANWANG.CN",
    ],
)
def test_the_format_of_the_list_does_not_matter(text: str) -> None:
    assert found(text) == {"deepseek-guanwang.cn": "with_word"}


def test_in_sentences_chinese_words_are_no_part_of_a_host() -> None:
    assert found("打开deepseek-guanwang.cn下载，或www.deepseek.com", running=True) == {
        "deepseek-guanwang.cn": "with_word"
    }


def test_genuine_and_unrelated_hosts_are_no_candidates() -> None:
    assert found("www.deepseek.com chat.deepseek.com example.org 3.14 v2.0.1 a.b") == {}


def test_internationalised_names_are_read_and_can_be_asked_for() -> None:
    ((host, source),) = [(h, "f:1") for h in hosts_in("xn--depseek-7gg.com")]
    (one,) = candidates([(host, source)], DOMAINS)
    assert one.technique == "look_alike" and one.address.isascii() and "xn--" in one.address


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    for one in candidates(((host, "x") for host in hosts_in(text + " deepseek.top")), DOMAINS):
        assert one.address.isascii()


@pytest.mark.parametrize("unit", ["a.", "-", "a-", ".", "\\n", "xn--a."])
def test_long_hostile_lines_are_read_in_pieces(unit: str) -> None:
    for running in (False, True):
        list(candidates(((host, "x") for host in hosts_in(unit * (200_000), running=running)), DOMAINS))
