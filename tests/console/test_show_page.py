"""`copycatch show ID --page`: what was seen on that day."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.archive import Archive
from index.home import Home
from index.ids import listing_id
from index.model import Capture, Observation
from index.open import open_index
from tests.console.conftest import Answer
from tests.console.shelf import counterfeit, fill

Command = Callable[..., Answer]
NAME = listing_id("shop:store.example", "1")
DAYS = ("2026-11-20T08:00:00Z", "2026-11-22T08:00:00Z", "2026-11-24T08:00:00Z")


def page(price: str) -> bytes:
    return f"<h1>豆包</h1><script>alert(1)</script><p>正版 {price}</p>".encode("gbk")


@pytest.fixture
def captures(own_home: Path) -> list[Capture]:
    """Three looks: two pages, and a notice that it is gone."""
    place = Home(own_home).prepare()
    archive = Archive(place.archive, "r1")
    bodies = [(page("￥9.9"), 200), (page("￥19"), 200), (b'{"code":404,"msg":"\\u5df2\\u4e0b\\u67b6"}', 404)]
    kept = [
        archive.store(url="https://store.example/1", status=status, headers=[("Content-Type", "text/html; charset=gbk")],
                      body=body, taken_at=day)
        for (body, status), day in zip(bodies, DAYS, strict=True)
    ]  # fmt: skip
    archive.seal()
    one = counterfeit(1, "豆包")
    for capture in kept[:2]:
        of_it = replace(one, capture=capture, findings=tuple(replace(each, capture=capture) for each in one.findings))
        fill(place, of_it, at=capture.taken_at)
    index = open_index(place)
    index.observe([
        Observation(listing_id=NAME, at=DAYS[2], state="gone", run_id="r2", capture=kept[2]),
        Observation(listing_id=NAME, at="2026-11-25T08:00:00Z", state="blocked", run_id="r3", detail="captcha"),
    ])  # fmt: skip
    index.close()
    return kept


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (None, "已下架"),
        ("2026-11-23", "￥19"),
        ("2026-11-22", "￥19"),
        ("2026-11-21T00:00:00Z", "￥9.9"),
        (DAYS[0], "￥9.9"),
    ],
)
def test_the_page_of_a_day_is_written(
    copycatch: Command, captures: list[Capture], at: str | None, expected: str
) -> None:
    [said] = copycatch("show", NAME, "--page", *(["--at", at] if at else []), "--json").fits("show_page")
    written = Path(said["path"]).read_text("utf-8")
    assert expected in written and "<script" not in written and said["capture"]["taken_at"] in written
    assert said["capture"]["sha256"] in written and "存证页面" in written and "Archived page" in written
    assert [one["taken_at"] for one in said["captures"]] == list(DAYS)
    assert Path(said["path"]).stat().st_mode & 0o777 == 0o600


def test_a_finding_leads_to_the_page_of_its_listing(copycatch: Command, captures: list[Capture]) -> None:
    finding = counterfeit(1, "豆包").findings[0].id
    answer = copycatch("show", finding, "--at", "2026-11-20")
    assert answer.code == 0 and re.search(rf"exports/pages/{NAME}-20261120T080000Z-\w+\.html", answer.out)


def test_opening_asks_the_browser_for_the_file(
    copycatch: Command, captures: list[Capture], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert copycatch("show", NAME, "--open").code == 0
    assert len(opened) == 1 and opened[0].startswith("file://") and opened[0].endswith(".html")


def test_what_cannot_be_shown_is_said(copycatch: Command, captures: list[Capture], own_home: Path) -> None:
    assert copycatch("show", NAME, "--at", "2026-11-01").code == 1
    assert DAYS[0] in copycatch("show", NAME, "--at", "2026-11-01").err
    assert copycatch("show", NAME, "--at", "yesterday").code == 2
    fill(Home(own_home), replace(counterfeit(2, "别的"), findings=()))
    answer = copycatch("show", listing_id("shop:store.example", "2"), "--page")
    assert answer.code == 1 and "no page" in answer.err
    (own_home / "archive" / captures[1].warc).write_bytes(b"")
    answer = copycatch("show", NAME, "--at", "2026-11-22")
    assert answer.code == 1 and captures[1].warc in answer.err


def test_the_looks_stand_on_the_page_of_listing_and_finding(copycatch: Command, captures: list[Capture]) -> None:
    for name in (NAME, counterfeit(1, "豆包").findings[0].id):
        shown = copycatch("show", name).out
        assert f"{DAYS[2]}: gone (page kept)" in shown and "refused, not seen captcha" in shown
        [said] = copycatch("show", name, "--json").fits("show")
        assert [look["state"] for look in said["looks"]] == ["seen", "seen", "gone", "blocked"]
