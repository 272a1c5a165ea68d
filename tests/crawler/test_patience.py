"""How long is waited when a marketplace asks for it."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.patience import LONGEST, UNSAID, Patience, _rest, _seconds, pause
from crawler.problems import Stopping

HOUR = str(int(datetime.now(UTC).timestamp()) + 3600)


@pytest.mark.parametrize(("asked", "seconds"), [(b"0", 0), (b"7", 7), (b" 120 ", 120), (b"86400", 86400)])
def test_seconds(asked: bytes, seconds: float) -> None:
    assert _seconds(asked, tries=0) == seconds


@pytest.mark.parametrize("asked", [None, b"", b"soon", b"-5", b"1e9", b"9" * 400, b"\xff", b"Wed, 99 Foo 2026"])
def test_what_cannot_be_read_counts_as_unsaid_and_doubles(asked: bytes | None) -> None:
    assert [_seconds(asked, tries=tries) for tries in range(3)] == [UNSAID, 2 * UNSAID, 4 * UNSAID]


def test_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 80 < _seconds(later.encode(), tries=0) <= 90
    assert _seconds(b"Wed, 21 Oct 2015 07:28:00 GMT", tries=0) == 0
    assert _seconds(b"Wed, 21 Oct 2015 07:28:00", tries=0) == 0


def rest(status: int, **headers: str) -> float | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _rest(Response("https://api.example.org/", status=status, headers=named), tries=0)


def test_a_spent_budget_asks_for_rest_until_it_is_renewed() -> None:
    waited = rest(403, X_RateLimit_Remaining="0", X_RateLimit_Reset=HOUR)
    assert waited is not None and waited > LONGEST, "an hour is more than is waited: the marketplace has blocked us"
    assert rest(403, X_RateLimit_Remaining="0", X_RateLimit_Reset="1") == 0, "renewed long ago"
    assert rest(403, X_RateLimit_Remaining="0", X_RateLimit_Reset="soon") == UNSAID
    assert rest(403, X_RateLimit_Remaining="0", X_RateLimit_Reset=HOUR, Retry_After="30") == 30
    assert rest(403, X_RateLimit_Remaining="14", X_RateLimit_Reset=HOUR, Retry_After="60") == 60


def test_no_other_refusal_asks_for_rest() -> None:
    assert rest(403) is None and rest(503) is None and rest(200, X_RateLimit_Remaining="0") is None
    assert rest(403, X_RateLimit_Remaining="14", X_RateLimit_Reset=HOUR) is None
    assert rest(429) == UNSAID and rest(503, Retry_After="7") == 7


def test_after_a_refusal_a_host_is_left_alone_longer_each_time_and_within_bounds() -> None:
    assert [pause(1.0, times) for times in (1, 2, 3)] == [2, 4, 8]
    assert pause(1.0, 12) == pause(60.0, 10**6) == LONGEST
    assert pause(0.0, 5) == 0  # the operator's own network


@pytest.mark.parametrize("state", [{"running": False}, {"_slot": None}, {"_slot": SimpleNamespace(closing=object())}])
def test_whoever_waits_for_a_host_gives_up_when_the_run_ends(state: dict[str, object]) -> None:
    engine = SimpleNamespace(**{"running": True, "_slot": SimpleNamespace(closing=None), "spider": None, **state})
    patience = Patience(SimpleNamespace(engine=engine, settings=Settings({"DOWNLOAD_DELAY": 60.0})))
    patience.met("http://shop.example/1", "captcha")
    with pytest.raises(Stopping):
        asyncio.run(patience.process_request(Request("http://shop.example/2")))
    asyncio.run(patience.process_request(Request("http://other.example/")))  # others need not wait
