"""Working days with the days that China makes up for, against an independent table; terms that nobody can miscount."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from index.reading import ReadError
from takedown.lifecycle.deadlines import counter_due, due
from takedown.lifecycle.workdays import SHIPPED, workdays
from takedown.recipients.model import Deadline
from tests.takedown.objects import content

CALENDAR = workdays()
SEVEN = Deadline(unit="working_days", number=7)


@pytest.mark.parametrize("year", sorted(year for _, year in CALENDAR.years))
def test_every_day_of_a_shipped_year_is_what_an_independent_table_says(year: int) -> None:
    day = date(year, 1, 1)
    while day.year == year:
        assert CALENDAR.works(day, "CN") == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_every_shipped_file_says_where_it_is_from_and_is_named_by_its_year() -> None:
    paths = {path.stem for path in SHIPPED.glob("*.yml")}
    assert paths == {f"{country.lower()}-{year}" for country, year in CALENDAR.years} >= {"cn-2025", "cn-2026"}
    assert all(year.source and year.published < year.checked for year in CALENDAR.years.values())


@pytest.mark.parametrize(
    ("rule", "start", "country", "ours", "wanted"),
    [
        # Wednesday before the October holidays of 2025: 28 September and 11 October are worked, 1 to 8 October not.
        (SEVEN, "2025-09-24T02:00:00Z", "CN", False, "2025-10-10T15:59:59Z"),
        # Late in the evening of UTC it is the next day in China already.
        (SEVEN, "2025-09-24T17:00:00Z", "CN", False, "2025-10-11T15:59:59Z"),
        # Sent on a day off: the first day that counts is the next one.
        (Deadline(unit="working_days", number=1), "2026-02-16T02:00:00Z", "CN", False, "2026-02-24T15:59:59Z"),
        # A Saturday that is made up for is a working day.
        (Deadline(unit="working_days", number=1), "2026-02-13T02:00:00Z", "CN", False, "2026-02-14T15:59:59Z"),
        # Fifteen days that end within the holidays: theirs end after them, ours do not.
        (Deadline(unit="days", number=15), "2026-09-20T02:00:00Z", "CN", False, "2026-10-08T15:59:59Z"),
        (Deadline(unit="days", number=15), "2026-09-20T02:00:00Z", "CN", True, "2026-10-05T15:59:59Z"),
        (Deadline(unit="hours", number=48), "2026-10-01T02:00:00Z", "US", False, "2026-10-03T02:00:00Z"),
        (Deadline(unit="days", number=1), "2026-11-25T23:30:00Z", "US", False, "2026-11-26T23:59:59Z"),
        (Deadline(unit="without_delay"), "2026-11-25T08:00:00Z", "CN", False, ""),
    ],
)
def test_terms(rule: Deadline, start: str, country: str, ours: bool, wanted: str) -> None:
    assert due(rule, start, country, CALENDAR, ours=ours).at == wanted


def test_a_year_without_a_file_is_counted_by_weekdays_and_said_to_be() -> None:
    counted = due(SEVEN, "2098-12-29T02:00:00Z", "CN", CALENDAR)
    assert counted.weekdays_only == (2098, 2099)
    assert counted.rule == "7 working_days, Asia/Shanghai, weekdays only: 2098 2099"
    assert due(SEVEN, "2026-11-02T02:00:00Z", "US", CALENDAR).rule == "7 working_days, UTC, weekdays only: 2026"
    assert due(SEVEN, "2026-11-02T02:00:00Z", "CN", CALENDAR).rule == "7 working_days, Asia/Shanghai"


def test_a_counter_notice_sets_us_a_term_only_where_the_law_has_a_number() -> None:
    at = "2026-11-02T02:00:00Z"
    found = counter_due(content(basis="ip_trademark"), at, CALENDAR)
    assert found is not None and found.at == "2026-11-17T15:59:59Z"
    assert counter_due(content(basis="platform_policy"), at, CALENDAR) is None
    assert counter_due(content(basis="ip_trademark", jurisdiction="US"), at, CALENDAR) is None


GOOD = """
country: CN
year: 2098
source: 示例通知
published: 2097-11-01
checked: 2097-11-02
days_off: [[2098-10-01, 2098-10-07]]
make_up: [2098-10-11]
"""


def test_the_operator_adds_a_year_with_a_file_and_may_correct_one(tmp_path: Path) -> None:
    (tmp_path / "cn-2098.yml").write_text(GOOD, "utf-8")
    (tmp_path / "mine.yml").write_text(GOOD.replace("2098", "2026").replace("[2026-10-11]", "[]"), "utf-8")
    mine = workdays(tmp_path)
    assert not mine.works(date(2098, 10, 1), "CN") and not CALENDAR.works(date(2098, 10, 4), "CN")
    assert mine.works(date(2098, 10, 11), "CN") and mine.works(date(2026, 1, 1), "CN")
    assert workdays(tmp_path / "nowhere") == CALENDAR


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("make_up:", "weekend:"), "weekend"),
        (("2098-10-07", "2098-09-07"), "in order"),
        (("2098-10-07", "2099-10-07"), "of 2098"),
        (("[2098-10-11]", "[2098-10-10x]"), "make_up"),
        (("[2098-10-11]", "[2098-10-13]"), "no weekend"),
        (("[2098-10-11]", "[2098-10-05]"), "off and made up"),
        (("[2098-10-11]", "&a [*a, *a]"), "references"),
        (("year: 2098", "year: [2098"), "cn-2098.yml"),
        (("示例通知", "\x00"), "cn-2098.yml"),
        ((GOOD, "[]"), "cn-2098.yml"),
        (("示例通知", "x" * 70_000), "64 KB"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_by_name(change: tuple[str, str], said: str, tmp_path: Path) -> None:
    text = GOOD.replace(*change)
    (tmp_path / "cn-2098.yml").write_text(text, "utf-8")
    with pytest.raises(ReadError, match=r"cn-2098\.yml") as refusal:
        workdays(tmp_path)
    assert said in str(refusal.value)
