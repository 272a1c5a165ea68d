"""`copycatch detect`: one judgement per line, in order, and clear words for what cannot be read."""

import json
import re
from pathlib import Path

import pytest

from console.offers import KNOWN
from crawler.supplied.lines import LONGEST_LINE

OFFERS = [
    {"id": "a", "title": "一键脱衣 AI，上传照片秒出图，加微信", "source_kind": "second_hand", "price": None},
    {
        "id": "b",
        "title": "二手登山包",
        "description": "九成新，自提",
        "seller": "小李",
        "reviews": ["好用"],
        "lang": "zh-Hans",
    },
    {"id": "c", "title": "x"},
]


def lines(*offers: dict) -> bytes:
    return "".join(json.dumps(offer, ensure_ascii=False) + "\n" for offer in offers).encode()


def test_one_object_per_line_in_order(copycatch, tmp_path: Path) -> None:
    path = tmp_path / "offers.jsonl"
    path.write_bytes(lines(*OFFERS))
    answer = copycatch("detect", path, "--json")
    assert answer.code == 0, answer.err
    assert [document["id"] for document in answer.fits("detect")] == ["a", "b", "c"]


def test_every_quote_stands_where_it_says(copycatch) -> None:
    for document in copycatch("detect", "-", "--json", stdin=lines(*OFFERS)).fits("detect"):
        offer = next(offer for offer in OFFERS if offer["id"] == document["id"])
        for violation in document["violations"]:
            for evidence in violation["evidence"]:
                if evidence["quote"] and evidence["field"] in offer:
                    text = offer[evidence["field"]]
                    assert text[evidence["start"] : evidence["end"]] == evidence["quote"]
                assert evidence["zh"] and evidence["en"]


def test_what_is_plain_is_said_and_what_is_harmless_is_left_alone(copycatch) -> None:
    first, second, third = copycatch("detect", "-", "--json", stdin=lines(*OFFERS)).fits("detect")
    assert first["verdict"] == "violation" and first["violations"][0]["id"].startswith("p")
    assert second["verdict"] == third["verdict"] == "benign"


def test_blank_lines_and_a_byte_order_mark_are_passed_over(copycatch) -> None:
    answer = copycatch("detect", "-", "--json", stdin=b"\xef\xbb\xbf" + lines(OFFERS[2]) + b"\n  \n" + lines(OFFERS[1]))
    assert [document["id"] for document in answer.documents] == ["c", "b"]


def test_nothing_in_is_nothing_out(copycatch) -> None:
    answer = copycatch("detect", "-", "--json")
    assert (answer.code, answer.out) == (0, "")


def test_a_person_gets_a_table(copycatch) -> None:
    answer = copycatch("detect", "-", stdin=lines(OFFERS[0]))
    assert answer.code == 0
    assert "suspected" in answer.out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"id": "x"}', "missing required field `title`"),
        (b'{"title": "x"}', "missing required field `id`"),
        (b'{"id": 7, "title": "x"}', "Expected `str`"),
        (b'{"id": "x", "title": "x", "reviews": "good"}', "Expected `array"),
        (b'{"id": "x", "title": "x", "source_kind": "moon"}', "Invalid enum value"),
        (b'["x"]', "expected an object"),
        (b'{"id": "x"', "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 200_000, "not JSON"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(copycatch, line: bytes, words: str) -> None:
    answer = copycatch("detect", "-", "--json", stdin=lines(OFFERS[2]) + line + b"\n")
    assert answer.code == 2
    assert "stdin:2: " in answer.err and words in answer.err
    assert [document["id"] for document in answer.documents] == ["c"]


def test_what_stands_in_a_file_before_a_broken_line_is_judged(copycatch, tmp_path: Path) -> None:
    path = tmp_path / "offers.jsonl"
    path.write_bytes(b"".join(lines({"id": str(number), "title": "x"}) for number in range(103)) + b'{"id": 7}\n')
    answer = copycatch("detect", path, "--json")
    assert answer.code == 2 and f"{path}:104: " in answer.err
    assert [document["id"] for document in answer.documents] == [str(number) for number in range(103)]
    shown = copycatch("detect", path)
    assert shown.code == 2 and f"{path}:104: " in shown.err
    assert all(re.search(rf"^ *{number} ", shown.out, re.MULTILINE) for number in range(103))


def test_an_unknown_field_is_an_error_that_lists_the_known_ones(copycatch) -> None:
    offer = {**OFFERS[2], "colour": "red"}
    answer = copycatch("detect", "-", "--json", stdin=lines(offer))
    assert answer.code == 2
    assert "unknown field colour" in answer.err
    assert all(name in answer.err for name in KNOWN)
    assert copycatch("detect", "-", "--json", "--ignore-unknown", stdin=lines(offer)).code == 0


def test_a_file_that_is_not_there_is_named(copycatch) -> None:
    answer = copycatch("detect", "no/such.jsonl", "--json")
    assert (answer.code, answer.out) == (2, "")
    assert "no/such.jsonl: no such file" in answer.err


def test_an_endless_line_is_refused(copycatch) -> None:
    answer = copycatch("detect", "-", "--json", stdin=b"x" * (LONGEST_LINE + 1))
    assert answer.code == 2
    assert "stdin:1: the line is longer" in answer.err


def test_nothing_is_stored(copycatch, own_home: Path) -> None:
    copycatch("detect", "-", "--json", stdin=lines(*OFFERS))
    assert list(own_home.iterdir()) == []


@pytest.mark.shared
def test_every_labelled_listing_gets_a_judgement(copycatch, shared: Path) -> None:
    path = shared / "benchmarks/listings_dev.jsonl"
    ids = [json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()]
    answer = copycatch("detect", path, "--json", "--ignore-unknown")
    assert answer.code == 0
    assert [document["id"] for document in answer.fits("detect")] == ids
