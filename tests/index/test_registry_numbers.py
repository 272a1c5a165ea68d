"""Filing numbers: found in their usual spellings with the right offsets, checked for form, never corrected."""

import random
import re
import string
from datetime import date
from re import _parser as parser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.registry import numbers
from index.registry.numbers import MODEL_PLACES, PLACES, find, read

GOOD = {
    "京ICP备2026031728号-2A": "app",
    "桂ICP备2026011230号-2A": "app",
    "辽ICP备23009191号-1": "icp",
    "粤ICP备2023009191号": "icp",
    "蜀ICP备2026054850号-3X": "mini_program",
    "网信算备110108823483901230031号": "algorithm",
    "网信算备330110507206401230035号": "algorithm",
    "Beijing-YunQue-20230821": "generative_ai",
    "ZhongYangQiYe-JiuTian-20240123": "generative_ai",
    "Beijing-DeepseekChat-202404280016": "generative_ai",
    "001191110102MAD55U9H0F10002": "producer",
    "001191440300708461136T1XGW3": "producer",
    "91110102MAD55U9H0F": "credit_code",
}
BAD = {
    "京ICP备202603号-2A": "digits",
    "京ICP备20260317281号-2A": "digits",
    "京ICP备2O26031728号-2A": "letters",
    "京ICP备2026031728号-lA": "letters",
    "ICP备2026031728号-2A": "place",
    "京ICP备12345678号-1A": "filler",
    "京ICP备88888888号": "filler",
    "京ICP备2026031728号-2C": "serial",
    "京ICP备2026031728号-0A": "serial",
    "网信算备11010882348390123003号": "digits",
    "网信算备990108823483901230031号": "region",
    "网信算备110108823483901130031号": "year",
    "网信算备1101088234839O1230031号": "letters",
    "备案号：Beijing-YunQue-20231321": "day",
    "备案号：Beijing-YunQue-2023082": "digits",
    "备案号：Atlantis-YunQue-20230821": "place",
    "大模型备案号：20230821001": "form",
    "统一社会信用代码：91110102MAD55U9H0G": "check",
}


@pytest.mark.parametrize(("text", "kind"), GOOD.items())
def test_the_usual_forms_are_read(text: str, kind: str) -> None:
    number = read(text)
    assert number is not None
    assert (number.kind, number.defect, number.text) == (kind, None, text)


@pytest.mark.parametrize(("text", "defect"), BAD.items())
def test_what_is_wrong_is_named_and_left_as_it_stands(text: str, defect: str) -> None:
    (number,) = find(text)
    assert number.defect == defect
    assert "".join(text[number.start : number.end].split()) in {number.text, text.partition("：")[2] or text}


@pytest.mark.parametrize(
    "text",
    [
        "京ICP证030173号",
        "京公网安备11010802020134号",
        "京ICP备XXXXXXXX号-1A",
        "网信算备310115xxxxxx号",
        "京ICP备20240****号",
        "gpt-4o-20240513",
        "Qwen-VL-20230901",
        "release-notes-20240101",
        "订单号 202403150001，客服 400-820-8820",
        "网站ICP备案号请见页脚",
        "上线编号：见官网",
        "20240315",
    ],
)
def test_other_numbers_are_no_filings(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "京 ICP 备 2026031728 号 - 2 A",
        "京ICP备\n2026 0317 28号-2A",
        "京icp备2026031728号–2a",
        "京ICP备2026031728-2A",
        "京ICP备2026031728号—2A",
    ],
)
def test_spaces_breaks_dashes_and_case_are_spelling(text: str) -> None:
    (number,) = find(f"本应用备案：{text}，详见官网")
    assert (number.text, number.kind, number.defect) == ("京ICP备2026031728号-2A", "app", None)
    assert f"本应用备案：{text}，详见官网"[number.start : number.end] == text


def test_an_article_after_the_serial_is_no_letter_of_it() -> None:
    (number,) = find("京ICP备2026031728号-2 a good app")
    assert (number.kind, number.text) == ("icp", "京ICP备2026031728号-2")


def test_an_unpublished_form_is_never_called_malformed() -> None:
    (number,) = find("模型上线编号：Shanghai-XX-202502230011。")
    assert (number.kind, number.defect, number.text) == ("registration", None, "Shanghai-XX-202502230011")


icp = st.builds(
    lambda place, head, tail, serial, letter: f"{place}ICP备{head}{tail}号-{serial}{letter}",
    st.sampled_from(PLACES),
    st.integers(2005, 2035),
    st.integers(1, 999999).map("{:06}".format).filter(lambda tail: len(set(tail)) > 1),
    st.integers(1, 9999),
    st.sampled_from(["", "A", "X"]),
)
models = st.builds(
    lambda place, name, day, serial: f"{place.capitalize()}-{name}-{day:%Y%m%d}{serial}",
    st.sampled_from(sorted(MODEL_PLACES)),
    st.text(string.ascii_letters + string.digits, min_size=1, max_size=40),
    st.dates(min_value=date(2023, 8, 1), max_value=date(2040, 1, 1)),
    st.one_of(st.just(""), st.integers(0, 9999).map("{:04}".format)),
)


@given(
    st.one_of(icp, models),
    st.text(alphabet="，。的应用备注 \n", max_size=20),
    st.text(alphabet="，。的应用 \n", max_size=20),
)
def test_any_well_formed_number_is_found_where_it_stands(number: str, before: str, after: str) -> None:
    text = f"{before}，{number}，{after}"
    (found,) = find(text)
    assert text[found.start : found.end] == number == found.text
    assert found.defect is None


@given(st.text(max_size=300), st.text(alphabet="京ICP备号网信算0123456789-AXBeijing上线编：代码 \n", max_size=300))
def test_any_text_is_read_in_order_without_overlap(one: str, other: str) -> None:
    text = one + other
    last = 0
    for number in find(text):
        assert last <= number.start < number.end <= len(text)
        last = number.end


@given(
    st.sampled_from([text for text, kind in GOOD.items() if kind in {"credit_code", "producer"}]), st.integers(0, 2**32)
)
def test_one_wrong_character_of_a_code_does_not_pass(code: str, seed: int) -> None:
    rng = random.Random(seed)
    first = 4 if len(code) == 27 else 0
    at = first + rng.randrange(2, 18)
    other = rng.choice([c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if c != code[at]])
    changed = f"统一社会信用代码{code[first : first + 18]}".replace(
        code[first : first + 18], code[first:at] + other + code[at + 1 : first + 18]
    )
    assert all(number.defect for number in find(changed))


HOSTILE = [
    "1",
    "京ICP备",
    "京ICP备1 ",
    "京ICP备 ",
    "网信算备1",
    "a-",
    "Beijing-",
    "Beijing-a-2023 ",
    "备案号：",
    "上线编号",
    "0011",
    "ICP ",
    "大模型备案号:1234",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_million_characters_are_read_to_their_end(piece: str) -> None:
    """Reading that is not linear would not come back from these."""
    text = piece * (1_000_000 // len(piece)) + "，京ICP备2026031728号-2A"
    assert find(text)[-1].text.endswith("ICP备2026031728号-2A")


def test_every_repeat_of_every_pattern_has_an_end() -> None:
    patterns = [value for value in vars(numbers).values() if isinstance(value, re.Pattern)]
    assert len(patterns) >= 8
    for pattern in patterns:
        assert parser.MAXREPEAT not in repeats(parser.parse(pattern.pattern)), pattern.pattern


def repeats(node) -> list[int]:
    """The most that each repeat inside a parsed pattern allows."""
    if isinstance(node, tuple) and len(node) == 2 and node[0] in {parser.MAX_REPEAT, parser.MIN_REPEAT}:
        return [node[1][1], *repeats(node[1][2])]
    if isinstance(node, parser.SubPattern | list | tuple):
        return [most for part in node for most in repeats(part)]
    return []
