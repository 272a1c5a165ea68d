"""Anything in any place of the Chinese shops' answers and pages: read, or said to be unreadable; never an exception."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import HtmlResponse, Request, TextResponse

from apk_analysis.fingerprint import Problem
from crawler.families.captured import COUNT, counted, yuan
from index.model import Listing
from index.reading import encode
from tests.spiders.cases import SPIDERS, Case, own_cases

CASES = [case for case in own_cases() if case.spider in {"xianyu", "taobao", "jd", "alibaba1688"}]
ODD: list[Any] = [None, True, -1, 0, 1e308, float("nan"), "", "\ud800", "x" * 5000, "9" * 400, [], {}, [[]], [None], {"": {}},
                  "<b>&lt;", "data:image/png;base64,AA", "javascript:1", {"text": []}, "1.2.3万", "http://[", "//"]  # fmt: skip


def body_of(case: Case) -> bytes:
    (page,) = case.folder.glob("response.*")
    return page.read_bytes()


def read(case: Case, body: bytes) -> list[Any]:
    url = case.meta["url"]
    kind = HtmlResponse if case.meta.get("html", True) else TextResponse
    return list(SPIDERS[case.spider]().parse(kind(url, body=body, request=Request(url))))


def check(things: list[Any]) -> None:
    for thing in things:
        assert isinstance(thing, Listing | Problem)
        if isinstance(thing, Listing):
            assert thing.title and thing.native_id.isascii() and thing.native_id.isdigit()
            assert thing.price is None or isinstance(thing.price, str)
            assert all(isinstance(text, str) for text in (*thing.options, *thing.image_urls, thing.notes, thing.bio))
            assert all(url.startswith(("http://", "https://")) for url in thing.image_urls)
            encode(thing)


def mutated(value: Any, random: Random, odds: float) -> Any:
    if random.random() < odds:
        return random.choice(ODD)
    if isinstance(value, dict):
        return {key: mutated(part, random, odds) for key, part in value.items()}
    if isinstance(value, list):
        return [mutated(part, random, odds) for part in value]
    return value


@pytest.mark.parametrize("case", CASES, ids=str)
@settings(max_examples=40, deadline=None)
@given(random=st.randoms(use_true_random=False), odds=st.sampled_from([0.02, 0.1, 0.4]))
def test_odd_values_anywhere(case: Case, random: Random, odds: float) -> None:
    body = body_of(case)
    start, end = body.find(b'{"'), body.rfind(b"}") + 1
    try:
        value = json.loads(body[start:end])
    except ValueError:
        value = None
    if isinstance(value, dict):
        check(read(case, body[:start] + json.dumps(mutated(value, random, odds)).encode() + body[end:]))
    cut = random.randrange(len(body) + 1)
    check(
        read(
            case,
            body[:cut]
            + bytes(random.randrange(256) for _ in range(random.randrange(20)))
            + body[cut + random.randrange(50) :],
        )
    )


def test_a_page_of_a_million_beginnings_is_read_in_linear_time() -> None:
    case = next(case for case in CASES if str(case) == "taobao/search_old")
    page = b"<html><script>" + b'g_page_config = {"a": [' * 50_000 + b"</script>"
    (problem,) = read(case, page)
    assert isinstance(problem, Problem) and problem.kind == "not_understood"


@given(st.text(max_size=200))
def test_counts_and_prices_of_any_text(text: str) -> None:
    assert counted(text) is None or (COUNT.search(text[:100]) and counted(text) >= 0)
    assert yuan(text) in {None, text.strip(), f"¥{text.strip()}"} and yuan(text) not in {"", "¥"}


@pytest.mark.parametrize(
    ("text", "number"),
    [("11623人付款", 11623), ("1.2万+", 12000), ("3千", 3000), (3000, 3000), ("5亿", 5e8), ("2w", 20000), (True, None), ("很多", None), (None, None)],
)  # fmt: skip
def test_counts(text: object, number: float | None) -> None:
    assert counted(text) == number
