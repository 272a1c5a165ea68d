"""CPU per page of the product's crawl against a bare Scrapy spider that extracts the same five fields.

    .venv/bin/python benchmarks/crawl_bench.py [--pages 1000] [--rounds 5]

Kinds of crawl of one loopback site, interleaved, each in its own process; CPU seconds of the crawling process,
from engine start to engine stop, so that neither imports nor the server count:

- bare: Scrapy's own scheduler, duplicate filter and middlewares; yields a dict per item page
- ours: leased frontier, egress guard, robots, blocked pages, ledger; without judging and index
- full: ours with judging and index
- longer: ours, where every item page has 75 more anchors, which are not followed
- repeated: ours, where these are followed, and lead to pages that are known already
- family: ours, by the family that reads schema.org and follows every link; many: the same with the 75 more

Prints a table and, as the last line, JSON. Both sides use uvloop and the same concurrency.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import HtmlResponse, Response

from crawler.families.anchors import hrefs, near
from crawler.families.schema_site import SchemaSite
from crawler.links import Links
from crawler.spider import MarketplaceSpider
from index.home import Home
from index.model import Listing
from index.settings import CrawlSettings, Settings

PER_LIST = 50
REPEATED = 75
MENUS = {"longer": "no", "repeated": "go"}
"""Site -> class of its menu; elsewhere there is none."""
SITES = {"longer": "longer", "repeated": "repeated", "many": "repeated"}
"""Kind of crawl -> its site; 'plain' for others."""
AIMS = {("ours", "bare"): 1.35, ("repeated", "ours"): 1.10, ("many", "family"): 1.10}
KINDS = ("bare", "ours", "full", "longer", "repeated", "family", "many")
FIELDS = {"title": "h1::text", "price": ".price::text", "seller": ".seller::text", "version": ".version::text"}
FIELDS["description"] = ".text::text"
FILLER = "".join(f'<li class="nav n{n}"><a class="x" href="#s{n}">栏目 {n}</a></li>' for n in range(150))


def html(title: str, body: str) -> bytes:
    page = f"<!doctype html><html><head><meta charset=utf-8><title>{title}</title></head><body><ul>{FILLER}</ul>{body}"
    return f"{page}</body></html>".encode()


def menu(links: Iterable[str], name: str = "go") -> str:
    """Anchors; `go` says that they are followed."""
    return f'<nav class="{name}">{"".join(f"""<a href="{link}">x</a>""" for link in links)}</nav>'


def answer(path: str, pages: int) -> bytes:
    """List pages 0.. link to their items and to the next list page."""
    site, kind, number = path.strip("/").split("/") if path.count("/") == 3 else ("", "", "")
    before = f"/{site}"
    n = int(number) if number.isdigit() else 0
    if kind == "list":
        links = [f"{before}/item/{i}" for i in range(n * PER_LIST, min((n + 1) * PER_LIST, pages))]
        links += [f"{before}/list/{n + 1}"] if (n + 1) * PER_LIST < pages else []
        body = html("目录", menu(links))
    elif kind == "item":
        text = "适用于安卓系统的智能对话应用，支持语音输入与图片识别，官方渠道更新。" * 12
        body = html(
            f"智能助手 {n}",
            f'<h1>智能助手 {n}</h1><b class="price">￥{n}</b><i class="seller">商家 {n % 97}</i>'
            f'<span class="version">1.{n}</span><div class="text">{text}</div>'
            + (menu((f"{before}/item/{i}" for i in range(REPEATED)), MENUS[site]) if site in MENUS else ""),
        )
    else:
        return b"HTTP/1.1 404 X\r\nContent-Length: 0\r\nContent-Type: text/plain\r\n\r\n"
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    return head.encode() + body


def serve(pages: int, ready: Any) -> None:
    """The site, in a process of its own."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(answer(head.split(b" ", 2)[1].decode(), pages))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def forever() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


def fields(response: Response) -> dict[str, str]:
    return {name: response.css(selector).get("") for name, selector in FIELDS.items()}


class Bare(scrapy.Spider):
    name = "bare"
    start_urls: list[str]

    def parse(self, response: Response) -> Iterator[Any]:
        for href in response.css(".go a::attr(href)").getall():
            yield response.follow(href, callback=self.parse_item if "/item/" in href else self.parse)

    def parse_item(self, response: Response) -> Iterator[Any]:
        yield {"url": response.url, **fields(response)}


class Ours(MarketplaceSpider):
    name = "ours"
    kind = "shop"
    proof = "synthetic"
    format_confirmed = "2026-11-25"
    native_id_rule = "the number in the address"
    delay = 0.0
    concurrency = 16

    def parse(self, response: Response, **_: Any) -> Iterator[Any]:
        """Links as the families follow them."""
        urls = list(near(hrefs(response, ".go a"), response))
        yield Links([url for url in urls if "/item/" in url], self.parse_item)
        yield Links([url for url in urls if "/item/" not in url], self.parse)

    def parse_item(self, response: Response) -> Iterator[Any]:
        yield from self.parse(response)
        yield listing(self, response)


class Family(SchemaSite):
    name = "family"
    proof = "synthetic"
    format_confirmed = "2026-11-28"
    delay = 0.0
    concurrency = 16
    deepest = 1000

    def offers(self, page: HtmlResponse) -> Iterator[Any]:
        """What it looks for is not there; then the same fields."""
        yield from super().offers(page)
        if "/item/" in page.url:
            yield listing(self, page)


def listing(spider: MarketplaceSpider, response: Response) -> Listing:
    return Listing(
        marketplace=spider.marketplace(response.url),
        native_id=response.url.rsplit("/", 1)[-1],
        url=response.url,
        source_kind="shop",
        **fields(response),
    )


SPIDERS = {"bare": Bare, "family": Family, "many": Family}
"""Kind of crawl -> spider; Ours for others."""


def child(kind: str, start: str) -> None:
    """One crawl; prints CPU seconds, pages and items."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "bare":
            chosen: dict[str, Any] = {"CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 16}
            chosen |= {"DOWNLOAD_DELAY": 0, "TELNETCONSOLE_ENABLED": False, "ASYNCIO_EVENT_LOOP": "uvloop.Loop"}
            settings: Any = chosen | {"REMOTE_CONTROL_ENABLED": False}
        else:
            from crawler.settings import scrapy_settings  # noqa: PLC0415 - the bare child does without

            host = start.split("/")[2]
            crawl = CrawlSettings(delay=0.0, concurrency=16, allow_hosts=(host,))
            settings = scrapy_settings(Home(Path(folder)).prepare(), Settings(crawl=crawl))
            if kind != "full":
                settings.set("ITEM_PIPELINES", {}, priority="cmdline")
        settings["LOG_LEVEL"] = "ERROR"
        process = AsyncCrawlerProcess(settings)
        crawler = process.create_crawler(SPIDERS.get(kind, Ours))
        cpu: list[float] = []

        def mark() -> None:
            cpu.append(time.process_time())

        crawler.signals.connect(mark, signals.engine_started)
        crawler.signals.connect(mark, signals.engine_stopped)
        given = {"start_urls": [start]} if kind == "bare" else {"start": [start]}
        process.crawl(crawler, **given)
        process.start()
        stats = crawler.stats.get_stats()
        pages = stats["response_received_count"] - stats.get("robotstxt/response_count", 0)
        print(json.dumps({"cpu": cpu[1] - cpu[0], "pages": pages, "items": stats["item_scraped_count"]}))


def measure(kind: str, start: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.crawl_bench", "--child", kind, "--start", start]
    done = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--start", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.start)
        return
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(options.pages, there), daemon=True)
    server.start()
    host = f"http://127.0.0.1:{here.recv()}"
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(options.rounds):
        for kind, each in took.items():
            result = measure(kind, f"{host}/{SITES.get(kind, 'plain')}/list/0")
            assert result["items"] == options.pages, (kind, result)
            each.append(1000 * result["cpu"] / result["pages"])
    server.terminate()
    report(took)


def report(took: dict[str, list[float]]) -> None:
    ratios = {
        pair: statistics.median(one / other for one, other in zip(took[pair[0]], took[pair[1]], strict=True))
        for pair in (("ours", "bare"), ("repeated", "ours"), ("repeated", "longer"), ("many", "family"))
    }
    median = {kind: statistics.median(each) for kind, each in took.items()}
    for kind, each in took.items():
        print(f"{kind:8} {median[kind]:6.2f} ms CPU per page   ({', '.join(f'{ms:.2f}' for ms in each)})")
    for (one, other), ratio in ratios.items():
        target = AIMS.get((one, other))
        print(f"{one} / {other}: {ratio:.2f}" + (f"   (target: at most {target})" if target else ""))
    print(f"judging and index: {median['full'] - median['ours']:.2f} ms per listing")
    result = {kind: round(ms, 3) for kind, ms in median.items()} | {
        f"{one}/{other}": round(ratio, 3) for (one, other), ratio in ratios.items()
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
