"""Judging anew what is known, and what pictures say: the same for every engine."""

from index.model import Picture
from index.protocol import Index
from tests.index.objects import finding, judged, listing, own_id

DAY = "2026-01-{:02}T00:00:00Z"


def rejudge(index: Index, *many, day: int = 9) -> list[str]:
    return [one.outcome for one in index.rejudge(many, run_id="rescore", at=DAY.format(day))]


def test_a_verdict_that_changes_is_remembered_and_nothing_was_seen_again(index: Index) -> None:
    index.put([judged(listing())], run_id="r", at=DAY.format(1))
    assert rejudge(index, judged(listing(), flagged=True)) == ["changed"]
    stored = index.get(own_id(1))
    assert stored and stored.last_seen == DAY.format(1)
    assert stored.value["judgement"]["verdict"] == "violation"
    assert [(row["field"], row["run_id"]) for row in index.history(own_id(1))] == [("verdict", "rescore")]
    assert index.count("*") == 1
    assert rejudge(index, judged(listing(), flagged=True), day=10) == ["unchanged"]
    assert index.get(own_id(1)) == stored


def test_a_finding_that_nothing_speaks_for_any_more_is_kept_as_benign(index: Index) -> None:
    index.put([judged(listing(), flagged=True)], run_id="r", at=DAY.format(1))
    assert rejudge(index, judged(listing())) == ["changed"]
    (left,) = index.search("*")
    assert left.value["verdict"] == "benign"
    assert left.last_seen == DAY.format(1)
    assert left.id == finding(listing()).id


def test_what_a_crawl_changed_meanwhile_is_left_alone(index: Index) -> None:
    index.put([judged(listing(title="新标题"))], run_id="r", at=DAY.format(2))
    before = index.get(own_id(1))
    assert rejudge(index, judged(listing(title="旧标题"), flagged=True), judged(listing(2), flagged=True)) == [
        "unchanged",
        "unchanged",
    ]
    assert index.get(own_id(1)) == before
    assert index.get(own_id(2)) is None and index.count("*") == 0


def test_texts_of_pictures_may_be_new(index: Index) -> None:
    index.put([judged(listing(image_urls=("https://a.example/1.png",)))], run_id="r", at=DAY.format(1))
    told = listing(image_urls=("https://a.example/1.png",), image_text=("代过人脸",), qr_text=("加微信",))
    assert rejudge(index, judged(told, flagged=True)) == ["changed"]
    assert index.count("image_text:代过人脸", kind="listings") == 1
    assert {row["field"] for row in index.history(own_id(1))} == {"image_text", "qr_text", "verdict"}


def test_what_a_picture_says_is_kept_by_address(index: Index) -> None:
    said = Picture(
        url="https://a.example/1.png", read_at=DAY.format(1), sha256="ab" * 32, text="第一行\n第二行", codes=("x",)
    )
    broken = Picture(url="https://a.example/2.png", read_at=DAY.format(1), problem="picture_unreadable")
    index.put_pictures([said, broken])
    assert index.pictures([said.url, broken.url, "https://a.example/3.png"]) == {said.url: said, broken.url: broken}
    index.put_pictures([Picture(url=broken.url, read_at=DAY.format(2), text="好了")])
    assert index.pictures([broken.url])[broken.url].text == "好了"
    assert index.pictures([]) == {}
