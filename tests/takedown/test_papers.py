"""Papers: when they end, where they hold, and that what was taken out stays out."""

from typing import Any

import pytest

from index.records import Decisions
from takedown.papers import Paper, PaperBook, PaperError
from tests.takedown.objects import AT


def paper(**given: Any) -> Paper:
    said: dict[str, Any] = {
        "id": "new",
        "kind": "mark",
        "title": "小舟智聊",
        "brand": "xiaozhou",
        "number": "EXAMPLE-1",
        "classes": (9, 42),
        "regions": ("CN",),
        "owner": "小舟科技（示例）有限公司",
        "valid_from": "2020-01-01",
        "valid_to": "2030-01-01",
    }
    return Paper(**{**said, **given})


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-10-26T15:59:59Z", "valid"),
        ("2026-10-26T16:00:00Z", "expiring"),
        ("2026-11-25T15:59:59Z", "expiring"),
        ("2026-11-25T16:00:00Z", "expired"),
        ("2019-12-31T15:59:59Z", "not_yet"),
        ("2019-12-31T16:00:00Z", "valid"),
    ],
)
def test_a_paper_ends_with_its_last_day_in_china(now: str, state: str) -> None:
    assert paper(valid_from="2020-01-01", valid_to="2026-11-25").state(now) == state


def test_a_paper_without_an_end_is_valid_for_ever() -> None:
    assert paper(valid_to="").state("2999-01-01T00:00:00Z") == "valid"


@pytest.mark.parametrize(
    ("regions", "region", "holds"),
    [
        (("CN",), "CN", True),
        (("CN",), "US", False),
        (("EU",), "FR", True),
        (("FR",), "EU", False),
        (("EU",), "GB", False),
        ((), "US", True),
    ],
)
def test_a_right_holds_where_it_was_given(regions: tuple[str, ...], region: str, holds: bool) -> None:
    assert paper(regions=regions).holds_in(region) is holds


@pytest.mark.parametrize(
    "wrong", [{"title": " "}, {"valid_to": "2019-01-01"}, {"classes": (46,)}, {"valid_to": "next year"}]
)
def test_an_impossible_paper_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        paper(**wrong)


def test_a_paper_that_was_taken_out_is_still_readable_and_says_so(records: Decisions) -> None:
    book = PaperBook(records)
    one, other = (book.add(paper(title=title), at=AT, by="zhao") for title in ("甲", "乙"))
    assert [each.title for each in book.every()] == ["甲", "乙"] and book.get(one.id) == one != other
    book.remove(one.id, at=AT, by="zhao")
    assert [each.removed for each in book.every()] == [True, False] and book.get(one.id).removed
    with pytest.raises(PaperError):
        book.remove(one.id, at=AT, by="zhao")
    with pytest.raises(PaperError):
        book.get("p1-none")
