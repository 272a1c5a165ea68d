"""How long is waited when a marketplace asks for it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from crawler.patience import UNSAID, _seconds


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
