"""Servers that fail as real ones do, under whole crawls: what can be had is had, once; what cannot is counted."""

import gzip
import json
import random
import zlib
from pathlib import Path

import brotli
import pytest

from tests.crawler.conftest import Crawl
from tests.crawler.site import Answer, Site, page, shop
from tests.crawler.test_hostile import with_bad
from tests.crawler.test_run import listings, stored
from tests.crawler.wire import Asked, Wire

FAULTS = ("500", "503", "reset", "cut", "nothing", "nonsense", "none")


@pytest.mark.parametrize("seed", [1, 2])
def test_what_fails_at_random_is_asked_again_and_nothing_is_lost_or_doubled(
    crawl: Crawl, own_home: Path, seed: int
) -> None:
    honest, dice = shop(8), random.Random(seed)
    met: dict[str, str] = {}

    async def talk(asked: Asked) -> None:
        answer = honest(asked.path) or Answer(b"not here", 404)
        fault = met.setdefault(asked.path, dice.choice(FAULTS)) if not asked.earlier else "none"
        if fault == "reset":
            asked.reset()
        elif fault == "cut":
            await asked.whole(answer.body[:20], Content_Length=len(answer.body))
        elif fault == "nonsense":
            asked.writer.write(b"\x00\x01 no HTTP\r\n\r\n")
        elif fault != "nothing":
            status = int(fault) if fault.isdigit() else answer.status
            await asked.whole(answer.body, status, Content_Type=answer.type)

    with Wire(talk) as wire:
        crawled = crawl(wire, "/list/0")
    assert len(set(met.values())) >= 5  # the dice did fall differently
    assert crawled.run["outcome"] == "healthy", crawled.run
    assert crawled.problems == {} and crawled.counts["listings"] == listings(own_home) == 40
    assert crawled.counts["pages"] == 48


def test_what_goes_on_failing_makes_the_run_unhealthy_and_keeps_the_rest(crawl: Crawl, own_home: Path) -> None:
    honest = shop(8)

    def route(path: str) -> Answer | None:
        number = path.rpartition("/")[2]
        return Answer(b"oops", 500) if path.startswith("/item/") and int(number) % 3 == 0 else honest(path)

    with Site(honest) as site:
        before = crawl(site, "/list/0")
        site.route = route
        crawled = crawl(site, "/list/0", settings={"RETRY_TIMES": 1}, again=True)
    assert before.run["outcome"] == "healthy" and crawled.run["outcome"] == "unhealthy"
    assert crawled.problems == {"server_error": 14} and crawled.counts["failed"] == 14
    assert {"missing", "gone"}.isdisjoint(crawled.counts) and listings(own_home) == 40


def test_pages_are_read_in_the_encoding_they_are_really_in(crawl: Crawl, own_home: Path) -> None:
    routes = {
        "/item/gbk": Answer(
            page("x", "<h1>人工智能换脸软件终身版</h1><p class=text>一次付款</p>", "gbk"), type="text/html"
        ),
        "/item/latin": Answer(
            page("x", "<h1>Größenänderung für Fotos</h1><p class=text>Café</p>", "latin-1"), type="text/html"
        ),
        "/item/lying": Answer(
            page("x", "<h1>声音克隆教程</h1><p class=text>包教包会</p>"), type="text/html; charset=gbk"
        ),
        "/item/broken": Answer(
            page("x", "<h1>深度合成</h1><p class=text>这一段里有一个坏掉的字节。").replace(
                b"</body>", b"\xe6\x88\xff</body>"
            ),
            type="text/html",
        ),
        "/item/big5": Answer(page("x", "<h1>AI tools</h1><p class=text>\u5de5\u5177</p>", "big5"), type="text/html"),
    }
    with Site(with_bad(routes, [])) as site:
        crawled = crawl(site, "/")
    index = stored(own_home)
    found = {str(hit.value["native_id"]): str(hit.value["title"]) for hit in index.search("*", kind="listings")}
    index.close()
    assert found["gbk"] == "人工智能换脸软件终身版" and found["latin"] == "Größenänderung für Fotos"
    assert found["lying"] == "声音克隆教程" and found["broken"].startswith("深度合成") and found["big5"] == "AI tools"
    assert crawled.counts["listings"] == len(routes)


BOMBS = {  # coding -> 200 MB in it
    "gzip": lambda whole: gzip.compress(whole, 1),
    "deflate": lambda whole: zlib.compress(whole, 1),
    "br": lambda whole: brotli.compress(whole, quality=1),
    "gzip, gzip": lambda whole: gzip.compress(gzip.compress(whole, 9), 9),
}


def test_bombs_of_every_coding_are_not_inflated_whole(crawl: Crawl) -> None:
    routes = {
        f"/item/{number}": Answer(made(bytes(200 << 20)), headers={"Content-Encoding": coding})
        for number, (coding, made) in enumerate(BOMBS.items(), start=90)
    }
    with Site(with_bad(routes)) as site:
        crawled = crawl(site, "/", settings={"DOWNLOAD_MAXSIZE": 8 << 20, "MEMUSAGE_LIMIT_MB": 700})
    assert crawled.problems == {"too_large": len(BOMBS)}, crawled.log[-2000:]
    assert crawled.counts["listings"] == 3  # the run went on


def test_a_sitemap_of_a_hundred_thousand_entries_is_walked_as_far_as_asked(crawl: Crawl, own_home: Path) -> None:
    offer = {"@type": "Product", "name": "手电筒", "sku": "%d"}
    script = f'<script type="application/ld+json">{json.dumps(offer, ensure_ascii=False)}</script>'

    def route(path: str) -> Answer | None:
        if path == "/sitemap.xml":
            places = b"".join(b"<url><loc>%s</loc></url>" % site.url(f"/p/{n}").encode() for n in range(100_000))
            return Answer(
                b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>" + places + b"</urlset>",
                type="application/xml",
            )
        number = path.rpartition("/")[2]
        return Answer(page("商品", f"{script % int(number)}<h1>手电筒</h1>")) if path.startswith("/p/") else None

    with Site(route) as site:
        crawled = crawl(
            site, "/sitemap.xml", spiders=["jsonld_shop"], limit=5, settings={"SPIDER_MODULES": ["spiders.jsonld_shop"]}
        )
        asked = sum(site.hits.values())
    assert crawled.run["outcome"] == "healthy", (crawled.run, crawled.log[-2000:])
    assert crawled.counts["listings"] == listings(own_home) == 5 and asked < 100
    assert list((own_home / "runs").iterdir()) == []
