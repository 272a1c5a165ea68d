"""What the index knows beside a listing: pictures that were read are judged with it, and a re-crawl does not lose them."""

from pathlib import Path

import pytest

from crawler.intake import intake
from crawler.subjects import with_pictures
from crawler.supplied.brought import Brought
from index.home import Home
from index.model import Listing, Picture, Supply
from index.open import open_index
from index.settings import Settings

SHOWN = ("https://a.example/1.png", "https://a.example/2.png")
OFFER = "实时换脸 视频聊天不穿帮 软件出售 私聊报价"


def listing(**changes: object) -> Listing:
    fields = {"marketplace": "shop:a.example", "native_id": "1", "url": "https://a.example/1", "title": "详情见图"}
    return Listing(**{**fields, "source_kind": "second_hand", "image_urls": SHOWN, **changes})


def picture(url: str, **changes: object) -> Picture:
    return Picture(url=url, read_at="2026-01-01T00:00:00Z", **changes)


def take(home: Home, one: Listing) -> None:
    supply = Supply(by="a", channel="b", received_at="2026-01-01T00:00:00Z", file="c.csv", file_sha256="0" * 64)
    intake([Brought(place="1", listing=one)], source="list", supply=supply, home=home, settings=Settings())


@pytest.fixture
def home(own_home: Path) -> Home:
    return Home(own_home).prepare()


def test_a_crawl_that_sees_the_listing_again_keeps_what_its_pictures_say(home: Home) -> None:
    take(home, listing())
    index = open_index(home)
    assert index.count("*") == 0
    index.put_pictures([picture(SHOWN[0], text=OFFER), picture(SHOWN[1], codes=("加微信 abc12345",))])
    for title in ("详情见图", "详情见图 包邮"):
        take(home, listing(title=title))
        (stored,) = index.search("*", kind="listings")
        assert stored.value["title"] == title
        assert stored.value["image_text"] == [OFFER] and stored.value["qr_text"] == ["加微信 abc12345"]
        (finding,) = index.search("verdict:violation OR verdict:lead")
        assert "unseen.pictures" not in finding.value["unseen"]
    index.close()


@pytest.mark.parametrize(
    ("known", "read"),
    [
        ([], None),
        ([picture(SHOWN[0], text="甲")], False),
        ([picture(SHOWN[0], text="甲"), picture(SHOWN[1], problem="not_found")], False),
        ([picture(SHOWN[0], text="甲"), picture(SHOWN[1], text="乙", problem="picture_cut")], False),
        ([picture(SHOWN[0]), picture(SHOWN[1])], True),
    ],
)
def test_all_pictures_or_not_all(home: Home, known: list[Picture], *, read: bool | None) -> None:
    index = open_index(home)
    index.put_pictures(known)
    ((told, said, _),) = with_pictures(index, [listing()])
    assert said is read
    assert told.image_text == tuple(one.text for one in known if one.text)
    index.close()


def test_texts_that_came_with_the_listing_stay_and_nothing_is_doubled(home: Home) -> None:
    index = open_index(home)
    index.put_pictures([picture(SHOWN[0], text="甲", codes=("c", "c"))])
    ((told, *_),) = with_pictures(index, [listing(image_text=("自带", "甲"), qr_text=("c",))])
    assert told.image_text == ("自带", "甲") and told.qr_text == ("c",)
    ((again, *_),) = with_pictures(index, [told])
    assert again == told
    index.close()
