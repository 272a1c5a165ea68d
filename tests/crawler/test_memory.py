"""What is remembered of pages: as a whole or not at all, within bounds; and when a page is worth another look."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse

from apk_analysis.fingerprint import Problem
from crawler.conditional import _answer
from crawler.memory import LARGEST, Child, Memory, Remembered, Said, key_of, looked
from crawler.recall import reader_of
from crawler.revisit import BELIEVED, DAY, HOUR, believed, due_at, rest, resting
from index.protocol import Glance
from index.times import utc
from tests.crawler.shop_spider import ShopSpider

NOW = 1_800_000_000.0


def page(number: int = 1, *, children: int = 2, url: str = "https://shop.example/1") -> Remembered:
    said = Said(
        url=url,
        digest=b"d" * 16,
        etag=b'W/"\xff1"',
        modified=b"",
        listings={"l1-1": ("title",)},
        children=tuple(Child(f'{{"url":"x{n}"}}'.encode(), None if n else b"f", n) for n in range(children)),
        problems=(Problem(part="page", kind="trap", detail="…"),),
    )
    return Remembered(key_of(str(number).encode()), said, NOW - 5, NOW - 3, NOW + 7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pages.sqlite"


@pytest.fixture
def memory(path: Path) -> Iterator[Memory]:
    opened = Memory(path, "reader 1")
    yield opened
    opened.close(now=NOW)


def test_a_page_comes_back_as_it_was_and_to_its_reader_only(memory: Memory, path: Path) -> None:
    memory.keep([page()], now=NOW)
    assert memory.get(page().key) == page()
    memory.touch([looked(page(), at=NOW, due=NOW + 99)], now=NOW)
    again = memory.get(page().key)
    assert again and (again.read_at, again.looked_at, again.due_at) == (NOW - 5, NOW, NOW + 99)
    other = Memory(path, "reader 2")
    assert other.get(page().key) is None
    other.close(now=NOW)
    memory.keep([], forget=[page().key], now=NOW)
    assert memory.get(page().key) is None


def test_what_is_too_large_is_not_remembered_and_what_was_there_goes(memory: Memory) -> None:
    memory.keep([page()], now=NOW)
    noise = "".join(chr(0x4E00 + (n * 7919) % 20000) for n in range(LARGEST))
    memory.keep([page(url=noise)], now=NOW)
    assert memory.get(page().key) is None


def test_the_oldest_go_first_and_what_nobody_used_goes_in_time(path: Path) -> None:
    memory = Memory(path, "r")
    for number in range(20):
        memory.keep([page(number)], now=NOW + number)
    memory.close(now=NOW + 20, most=10)
    memory = Memory(path, "r")
    left = [number for number in range(20) if memory.get(page(number).key)]
    assert left == list(range(11, 20))
    memory.close(now=NOW + 200 * DAY)
    memory = Memory(path, "r")
    assert not any(memory.get(page(number).key) for number in range(20))
    memory.close(now=NOW)


def test_bytes_are_bounded_as_well(path: Path) -> None:
    memory = Memory(path, "r")
    memory.keep([page(number, children=50) for number in range(20)], now=NOW)
    memory.close(now=NOW, most_bytes=1000)
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("SELECT sum(length(body)) FROM page").fetchone()[0] <= 1000


@pytest.mark.parametrize("body", [b"", b"no zlib", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_page_is_not_known(memory: Memory, path: Path, body: bytes) -> None:
    memory.keep([page()], now=NOW)
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE page SET body = ?", (body,))
    assert memory.get(page().key) is None


def test_a_file_of_another_layout_is_made_anew(path: Path) -> None:
    with closing(sqlite3.connect(path)) as base, base:
        base.executescript("CREATE TABLE page(x); PRAGMA user_version = 99;")
    memory = Memory(path, "r")
    memory.keep([page()], now=NOW)
    assert memory.get(page().key)
    memory.close(now=NOW)


def glance(days: float, verdict: str = "benign") -> Glance:
    return Glance(verdict=verdict, first_seen=utc(NOW - days * DAY))


@pytest.mark.parametrize(
    ("known", "hours"),
    [
        (glance(0), 12),
        (glance(2.9), 12),
        (glance(4), 72),
        (glance(29), 72),
        (glance(31), 168),
        (glance(-5), 12),
        (Glance(verdict="benign", first_seen="long ago"), 12),
        (glance(400, "lead"), 0),
        (glance(400, "violation"), 0),
    ],
)
def test_risk_and_age_say_when_a_listing_wants_another_look(known: Glance, hours: float) -> None:
    assert rest(known, NOW) == hours * HOUR


def test_the_most_pressing_listing_counts_and_pages_are_spread() -> None:
    assert due_at([glance(100), glance(4)], NOW, 0.0) == NOW + 72 * HOUR
    assert due_at([glance(100), glance(4)], NOW, 1.0) == NOW + 54 * HOUR
    assert due_at([glance(100), glance(4, "lead")], NOW, 0.5) == NOW == due_at([], NOW, 0.5)


def test_clocks_that_went_back_hide_nothing() -> None:
    assert resting(NOW + DAY, NOW - HOUR, NOW) and not resting(NOW - 1, NOW - DAY, NOW)
    assert not resting(NOW + 9 * DAY, NOW + 8 * DAY, NOW)
    assert believed(NOW - DAY, NOW, 1.0) and not believed(NOW - BELIEVED, NOW, 0.0)
    assert not believed(NOW + DAY, NOW, 0.0)


@pytest.mark.parametrize(
    ("headers", "etag", "modified"),
    [
        ({}, b"", b""),
        ({"ETag": '"a"'}, b'"a"', b""),
        ({"ETag": "x" * 501}, b"", b""),
        ({"Last-Modified": "Sat, 28 Nov 2026 10:00:00 GMT", "Date": "Sat, 28 Nov 2026 10:00:05 GMT"}, b"",
         b"Sat, 28 Nov 2026 10:00:00 GMT"),
        # it may change again within the same second
        ({"Last-Modified": "Sat, 28 Nov 2026 10:00:00 GMT", "Date": "Sat, 28 Nov 2026 10:00:01 GMT"}, b"", b""),
        ({"Last-Modified": "Sat, 28 Nov 2026 10:00:00 GMT"}, b"", b""),
        ({"Last-Modified": "yesterday", "Date": "\xff"}, b"", b""),
        ({"Last-Modified": "Sat, 28 Nov 2026 10:00:00", "Date": "Sat, 28 Nov 2026 10:00:05 GMT"}, b"", b""),
    ],
)  # fmt: skip
def test_only_validators_that_can_be_relied_on_are_kept(headers: dict, etag: bytes, modified: bytes) -> None:
    response = HtmlResponse("https://x.example/", body=b"x", headers=headers, request=Request("https://x.example/"))
    answer = _answer(response, ())
    assert (answer.etag, answer.modified) == (etag, modified)


def test_other_rules_or_another_spider_are_another_reader() -> None:
    assert reader_of(ShopSpider, "a") == reader_of(ShopSpider, "a") != reader_of(ShopSpider, "b")
