"""The market keeps its promises: what it announces it serves, its surfaces agree, and it knows who asked for what."""

import os
import re
import socket
import struct
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse

from crawler.links import singly
from demo.forum import BOARDS
from demo.market import Market
from demo.planted import brand_profile, content, planted
from detection.contacts import contacts
from detection.normalise import fold
from index.model import Listing
from index.profiles import read_profile
from spiders.discuz import Discuz
from tests.conftest import ROOT, missing

COPYCATCH = str(Path(sys.executable).parent / "copycatch")


@pytest.fixture
def market() -> Iterator[Market]:
    with Market(0) as up:
        yield up


def crawl(market: Market, home: Path, spider: str, start: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "COPYCATCH_HOME": str(home), "COPYCATCH_ALLOW_HOSTS": market.host, "COPYCATCH_DELAY": "0"}
    return subprocess.run(
        [COPYCATCH, "crawl", spider, "--start", start], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def test_what_is_planted_is_told_apart_and_complete() -> None:
    truths = planted()
    assert len({(truth.place, truth.native_id) for truth in truths}) == len({t.title for t in truths}) == len(truths)
    for truth in truths:
        assert truth.verdict in {"violation", "benign"}
        assert (truth.group in {"counterfeit", "shell", "illegal_tool"}) is (truth.verdict == "violation")
    places = Counter((truth.place, truth.verdict) for truth in truths)
    assert all(
        places[place, verdict] >= 4
        for place in ("store", "shop", "forum", "channel")
        for verdict in ("violation", "benign")
    )


def test_the_brand_of_the_market_is_a_profile_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "xiaozhou.yml"
    path.write_text(brand_profile(), "utf-8")
    profile = read_profile(path)
    assert profile.id == "xiaozhou" and re.fullmatch("[0-9a-f]{64}", profile.signers[0].sha256 or "")


def texts(value: object) -> Iterator[str]:
    """All strings in the content, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def test_contacts_are_invented() -> None:
    said = [text for name in ("apps", "shop", "forum", "channel") for text in texts(content(name))]
    found = [contact for text in said for contact in contacts(fold(text))]
    assert len(found) >= 5
    assert {contact.value for contact in found if not contact.value.startswith("example_")} == set()
    assert not [
        text for text in said if re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)|QQ", text)
    ]  # any number may be somebody's


def test_every_address_that_the_market_gives_is_served(market: Market) -> None:
    seen: set[str] = set()
    waiting = [f"{market.base}/", *market.urls.values()]
    while waiting:
        address = waiting.pop()
        if address in seen or "/private/" in address:
            continue
        seen.add(address)
        with urllib.request.urlopen(address.replace("/repo?", "/repo/entry.jar?")) as answer:
            body, kind = answer.read(), answer.headers["Content-Type"]
            assert body and answer.headers.get_content_type() != "text/plain"
        if kind.startswith(("text/html", "application/xml", "application/atom")) and "/media/" not in address:
            page = HtmlResponse(address, body=body, encoding=answer.headers.get_content_charset("utf-8"))
            links = page.css("a::attr(href), link::attr(href), loc::text, base + a::attr(href)").getall()
            waiting += [
                url for url in map(page.urljoin, links) if url.startswith(market.base) and "/channel/c" not in url
            ]
    assert len([address for address in seen if "/thread-" in address]) == 11
    assert market.requested and not market.media_requested


def test_what_is_not_there_is_a_404_and_remembered(market: Market) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{market.base}/nowhere")
    assert market.requested == ["/nowhere"]


def test_a_visitor_who_hangs_up_is_no_error(market: Market, capfd: pytest.CaptureFixture[str]) -> None:
    host, _, port = market.host.partition(":")
    with socket.create_connection((host, int(port))) as visitor:
        visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets
        visitor.sendall(b"GET / HT")
    with urllib.request.urlopen(f"{market.base}/") as answer:
        assert answer.status == 200
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(10)
    assert "Traceback" not in capfd.readouterr().err


def listings(market: Market, path: str) -> list[Listing]:
    """What our spider reads from a page of the forum, without the network."""
    page = market.page(path)
    assert page is not None, path
    response = HtmlResponse(f"{market.base}{path}", body=page[1], headers={"Content-Type": page[0]})
    return [found for found in Discuz().parse(response) if isinstance(found, Listing)]


@pytest.mark.parametrize("row", content("forum"), ids=lambda row: str(row["tid"]))
def test_a_thread_reads_the_same_on_its_page_and_in_the_archiver(market: Market, row: dict[str, str]) -> None:
    (thread,) = listings(market, f"/forum/thread-{row['tid']}-1-1.html")
    (archived,) = listings(market, f"/forum/archiver/?tid-{row['tid']}.html")
    for part in ("native_id", "title", "description", "seller", "reviews", "published_at"):
        assert getattr(thread, part) == getattr(archived, part)
    assert (thread.title, thread.description, thread.seller) == (row["title"], row["posts"][0], row["author"])


@pytest.mark.parametrize("board", BOARDS)
def test_archiver_and_rss_of_a_board_name_its_threads(market: Market, board: int) -> None:
    wanted = {str(row["tid"]) for row in content("forum") if row["board"] == board}
    for path in (f"/forum/archiver/?fid-{board}.html", f"/forum/forum.php?mod=rss&fid={board}"):
        page = market.page(path)
        assert page is not None
        response = HtmlResponse(f"{market.base}{path}", body=page[1], headers={"Content-Type": page[0]})
        asked = [request.url for request in singly(Discuz().parse(response)) if not isinstance(request, Listing)]
        assert {url.rpartition("tid=")[2] for url in asked} == wanted
        assert all(market.page(url.removeprefix(market.base)) for url in asked)


def test_one_board_is_really_gbk(market: Market) -> None:
    page = market.page("/forum/forum-3-1.html")
    assert page is not None and page[0].endswith("gbk")
    assert "换脸检测论文阅读笔记".encode("gbk") in page[1]


def test_a_crawl_of_the_shop_asks_for_no_picture(market: Market, tmp_path: Path) -> None:
    done = crawl(market, tmp_path, "jsonld_shop", market.urls["jsonld_shop"])
    assert done.returncode == 0, done.stderr
    assert "/shop/item/1002.html" in market.requested  # it has pictures, a film and a data: address
    assert market.media_requested == []


@pytest.mark.browser
def test_a_browser_that_renders_the_channel_asks_for_no_picture(market: Market, tmp_path: Path) -> None:
    done = crawl(market, tmp_path, "rendered_page", f"{market.base}/channel/")
    if done.returncode == 4:
        missing("browser", done.stderr)
    assert done.returncode == 0, done.stderr
    assert "/channel/posts.json" in market.requested  # the script ran, and with it the line that wants a picture
    assert market.media_requested == []
