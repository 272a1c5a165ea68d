"""`copycatch index pictures`: fetched from a real server in a process of its own, for a reactor starts only once."""

import io
import os
import sys
from pathlib import Path

import pytest

from crawler.pictures import permitted
from detection.judge import judge
from detection.subject import Subject
from index.blobs import Blobs
from index.home import Home
from index.model import Judgement, Listing
from index.open import open_index
from index.protocol import Judged
from tests.conftest import ROOT
from tests.console.conftest import Answer as Said
from tests.crawler.site import Answer, Site
from tests.detection.drawn import beside, code, drawn, file_bytes, with_reader
from tests.forked import COPYCATCH, run


def listing(number: int, *urls: str, title: str = "详情见图", **fields: object) -> Listing:
    given = {"marketplace": "shop:a.example", "native_id": str(number), "url": f"https://a.example/{number}"}
    return Listing(**{**given, "title": title, "source_kind": "second_hand", "image_urls": urls, **fields})


def fill(home: Path, *listings: Listing) -> None:
    index = open_index(Home(home).prepare())
    judged = [Judged(listing=one, judgement=judge(Subject(listing=one))) for one in listings]
    index.put(judged, run_id="r", at="2026-01-01T00:00:00Z")
    index.close()


def read(site: Site, *more: str) -> tuple[int, dict, str]:
    environment = {
        **os.environ,
        "COPYCATCH_ALLOW_HOSTS": site.host,
        "COPYCATCH_DELAY": "0.01",
        "COPYCATCH_LANG": "en",
    }
    call = [sys.executable, "-W", "error", COPYCATCH, "index", "pictures", "--json", *more]
    done = run(call, cwd=ROOT, env=environment)
    answer = Said(code=done.returncode, out=done.stdout, err=done.stderr)
    (said,) = answer.fits("index_pictures")
    return answer.code, said, answer.err


@pytest.fixture
def pages() -> dict[str, Answer]:
    with_reader()
    offer = drawn("实时换脸 视频聊天不穿帮", "软件出售 私聊报价")
    return {
        "/offer.png": Answer(file_bytes(beside(offer, code("加微信 abc12345"))), type="image/png"),
        "/empty.png": Answer(file_bytes(drawn()), type="image/png"),
        "/broken.png": Answer(b"\x89PNG\r\n\x1a\n" + b"\0" * 90, type="image/png"),
        "/page.png": Answer(b"<html>no picture</html>"),
        "/private/a.png": Answer(file_bytes(drawn("不可读")), type="image/png"),
        "/robots.txt": Answer(b"User-agent: *\nDisallow: /private/\n", type="text/plain"),
        "/away.png": Answer(b"", 302, headers={"Location": "http://10.0.0.1/a.png"}),
    }


def test_an_offer_that_stands_only_in_a_picture_is_found_and_the_picture_kept(pages, own_home: Path) -> None:
    with Site(pages.get) as site:
        fill(own_home, listing(1, site.url("/offer.png"), site.url("/empty.png")), listing(2, site.url("/empty.png")))
        status, said, log = read(site)
        again = read(site)[1]
    assert status == 0, (said, log)
    assert said["counts"] | {"kept": 1} == said["counts"] and said["counts"]["pictures"] == 2
    (change,) = said["changes"]
    assert change["what"] == "new"
    assert again["counts"]["pictures"] == 0 and not again["changes"]
    assert site.hits["/offer.png"] == site.hits["/empty.png"] == 1
    index = open_index(Home(own_home), write=False)
    (found,) = index.search("*")
    evidence = [one for violation in found.value["violations"] for one in violation["evidence"]]
    assert any(one["field"] == "image_text[0]" and one["quote"] for one in evidence)
    stored = index.get(found.value["listing_id"])
    assert stored.value["qr_text"] == ["加微信 abc12345"] and "unseen.pictures" not in found.value["unseen"]
    assert stored.last_seen == "2026-01-01T00:00:00Z"
    picture = index.pictures([site.url("/offer.png")])[site.url("/offer.png")]
    index.close()
    kept = Blobs(own_home / "pictures").path(picture.sha256)
    assert kept.read_bytes() == pages["/offer.png"].body and kept.stat().st_mode & 0o777 == 0o600
    assert list(own_home.glob("pictures/*/*/*")) == [kept]
    assert not list(own_home.glob("pictures-*"))


def test_the_icons_of_pages_are_read_and_compared(pages, own_home: Path) -> None:
    mark = beside(drawn("深问"), code("x"))
    icon = io.BytesIO()
    mark.convert("RGBA").resize((64, 64)).save(icon, "ICO", sizes=[(64, 64)])
    with Site({**pages, "/favicon.ico": Answer(icon.getvalue(), type="image/x-icon")}.get) as site:
        fill(own_home, listing(1, title="网页", source_kind="site", icon_url=site.url("/favicon.ico")))
        status, said, log = read(site)
    assert status == 0, (said, log)
    assert said["counts"]["icons"] == 1 and said["counts"]["pictures"] == 0
    index = open_index(Home(own_home), write=False)
    read_icon = index.pictures([site.url("/favicon.ico")])[site.url("/favicon.ico")]
    index.close()
    assert read_icon.icon.startswith("i1:") and read_icon.text == ""


def test_what_cannot_be_had_or_read_is_counted_and_stays_unseen(pages, own_home: Path) -> None:
    with Site(pages.get) as site:
        names = ("broken.png", "page.png", "private/a.png", "away.png", "gone.png")
        fill(own_home, listing(1, *(site.url(f"/{name}") for name in names), "data:image/png;base64,AA", "file:///x"))
        status, said, _ = read(site)
        read(site)
    assert status == 1
    assert said["problems"] == {
        "picture_unreadable": 2,
        "robots_forbidden": 1,
        "address_refused": 1,
        "wrong_content_type": 2,
        "not_found": 1,
    }
    assert site.hits["/private/a.png"] == 0
    assert site.hits["/broken.png"] == 1 and site.hits["/gone.png"] == 2  # what is broken stays broken


UNDRESS = "AI一键去衣 发图秒出"


def test_no_byte_is_fetched_for_sexual_material_or_minors(pages, own_home: Path) -> None:
    with Site(pages.get) as site:
        texts = (
            UNDRESS,
            "Undress any photo, fast AI",
            "谨防去衣软件诈骗 提高警惕",
            "小学生都在玩的AI伙伴 不用实名 没有青少年模式 首充6元",
        )
        fill(own_home, *(listing(n, site.url("/offer.png"), title=title) for n, title in enumerate(texts)))
        _, said, _ = read(site)
    assert said["counts"]["withheld"] == len(texts) and said["counts"]["pictures"] == 0
    assert not site.hits


def test_a_picture_that_brings_its_listing_under_the_rule_is_not_kept(pages, own_home: Path) -> None:
    pages["/undress.png"] = Answer(file_bytes(drawn("AI一键去衣 发图秒出", "加微信 abc12345")), type="image/png")
    with Site(pages.get) as site:
        fill(own_home, listing(1, site.url("/undress.png"), site.url("/undress.png")))
        _, said, _ = read(site)
        read(site)
    assert said["changes"] and said["counts"]["kept"] == 0
    assert not (own_home / "pictures").exists()
    assert site.hits["/undress.png"] == 1


def test_the_rule_reads_disguised_words_too() -> None:
    benign = Judgement(verdict="benign")
    assert permitted(listing(1, title="换装游戏 贴纸"), benign)
    assert not permitted(listing(1, title="智 能 去 衣"), benign)
    assert not permitted(listing(1, description="nudify bot news"), benign)
    for disguised in ("一键去\u200b衣", "一鍵脫衣", "yi jian tuo yi", "ｎｕｄｉｆｙ"):
        assert not permitted(listing(1, title=disguised), benign)
    for harmless in (
        "手机壳 详情见图",
        "AI写作助手 月卡",
        "Notes app for students",
        "豆包官方下载",
        "代过人脸 失败全退",
    ):
        assert permitted(listing(1, title=harmless), benign)


def test_without_the_extra_it_is_named(copycatch, monkeypatch, own_home: Path) -> None:
    monkeypatch.setattr("crawler.picture_run.available", lambda: False)
    answer = copycatch("index", "pictures")
    assert answer.code == 4 and "ocr" in answer.err
