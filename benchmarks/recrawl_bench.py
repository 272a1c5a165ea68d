"""What a second crawl of an unchanged store costs, in pages asked for and bytes sent by its server.

    .venv/bin/python benchmarks/recrawl_bench.py [--pages 1000]

A loopback shop of harmless goods, fifty to a list page, once with ETags and once without any validator. Crawled for
the first time; again at once (listings rest, lists are asked for); and again when everything is due for another look.
The server counts. Each crawl is a process of its own, with judging and index. Prints a table and, as the last line,
JSON with the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Any

from benchmarks.crawl_bench import PER_LIST, html, menu

ROOT = Path(__file__).parent.parent
DAYS = 5
"""By so many days what is remembered is made older, so that every listing is due."""


def page(path: str, pages: int) -> bytes | None:
    """List pages 0.. link to their items and to the next list page."""
    kind, _, number = path.strip("/").partition("/")
    n = int(number) if number.isdigit() else 0
    if kind == "list":
        links = [f"/item/{i}" for i in range(n * PER_LIST, min((n + 1) * PER_LIST, pages))]
        links += [f"/list/{n + 1}"] if (n + 1) * PER_LIST < pages else []
        return html("目录", menu(links))
    if kind == "item":
        text = "适合徒步与露营，防水面料，背负系统可以调节，容量适中，附防雨罩。" * 12
        return html(
            f"登山包 {n}",
            f'<h1>登山包 {n}</h1><b class="price">￥{n}</b><i class="seller">商家 {n % 97}</i>'
            f'<span class="version">{n}</span><div class="text">{text}</div>',
        )
    return None


def answer(head: bytes, pages: int, *, etags: bool) -> bytes:
    """The whole answer to a request with that head."""
    body = page(head.split(b" ", 2)[1].decode(), pages)
    if body is None:
        return b"HTTP/1.1 404 X\r\nContent-Length: 0\r\nContent-Type: text/plain\r\n\r\n"
    tag = b'"' + blake2b(body, digest_size=8).hexdigest().encode() + b'"'
    if etags and tag in head:
        return b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\n\r\n"
    named = b"ETag: " + tag + b"\r\n" if etags else b""
    about = f"Content-Length: {len(body)}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n".encode()
    return b"HTTP/1.1 200 OK\r\n" + named + about + body


def serve(pages: int, pipe: Any, *, etags: bool) -> None:
    """The site, in a process of its own. What comes through the pipe is answered by requests and bytes since then."""
    asked, sent = 0, 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked, sent
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                whole = answer(head, pages, etags=etags)
                asked += b"/robots.txt" not in head.partition(b"\r\n")[0]
                sent += len(whole)
                writer.write(whole)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def forever() -> None:
        nonlocal asked, sent
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        asyncio.get_running_loop().add_reader(pipe.fileno(), report)
        await server.serve_forever()

    def report() -> None:
        nonlocal asked, sent
        pipe.recv()
        pipe.send((asked, sent))
        asked, sent = 0, 0

    asyncio.run(forever())


def child(start: str, home: str) -> None:
    """One crawl."""
    import crawler.pipelines  # noqa: PLC0415 - the parent does without
    import crawler.settings  # noqa: PLC0415 - as above
    from crawler.run import crawl  # noqa: PLC0415 - as above
    from crawler.runs import Order  # noqa: PLC0415 - as above
    from index.home import Home  # noqa: PLC0415 - as above
    from index.settings import CrawlSettings, Settings  # noqa: PLC0415 - as above

    crawler.pipelines.reader_of = lambda _spider, _rules: "now"  # somebody may be editing the rules meanwhile
    crawler.settings.SPIDER_MODULES = ["benchmarks.crawl_bench"]
    settings = Settings(crawl=CrawlSettings(delay=0.0, concurrency=16, allow_hosts=(start.split("/")[2],)))
    (run,) = crawl([Order(spider="ours", start=(start,))], home=Home(Path(home)), settings=settings)
    print(json.dumps({"outcome": run.outcome, "counts": run.counts}))


def crawled(start: str, home: str, pages: int) -> None:
    command = [sys.executable, "-m", "benchmarks.recrawl_bench", "--child", home, "--start", start]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["outcome"] == "healthy" and said["counts"]["listings"] == pages, said
    assert not {"gone", "missing"} & set(said["counts"]), said


def older(home: str) -> None:
    with closing(sqlite3.connect(Path(home) / "pages.sqlite")) as base, base:
        base.execute(
            "UPDATE page SET read_at = read_at - ?1, looked_at = looked_at - ?1, due_at = due_at - ?1", (DAYS * 86400,)
        )


def measure(pages: int, *, etags: bool) -> dict[str, tuple[int, int]]:
    """Kind of crawl -> requests and bytes."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(pages, there), kwargs={"etags": etags}, daemon=True)
    server.start()
    start = f"http://127.0.0.1:{here.recv()}/list/0"
    cost = {}
    with tempfile.TemporaryDirectory() as home:
        for kind in ("first", "at once", "all due"):
            if kind == "all due":
                older(home)
            crawled(start, home, pages)
            here.send("report")
            cost[kind] = here.recv()
    server.terminate()
    return cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--start", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.start, options.child)
        return
    ratios = {}
    for etags in (True, False):
        cost = measure(options.pages, etags=etags)
        first = cost["first"]
        for kind, (asked, sent) in cost.items():
            name = f"{'with ETags' if etags else 'without validators'}, {kind}"
            shares = asked / first[0], sent / first[1]
            print(
                f"{name:32} {asked:6} pages {sent / 1e6:8.2f} MB   {shares[0]:6.3f} of pages, {shares[1]:6.3f} of bytes"
            )
            ratios[name] = {"pages": round(shares[0], 3), "bytes": round(shares[1], 3)}
    print(json.dumps(ratios))


if __name__ == "__main__":
    main()
