"""Memory and speed of a large sample on its way into the quarantine, against Scrapy's own handler and a floor.

    .venv/bin/python benchmarks/sample_bench.py [--megabytes 300] [--rounds 3]

Each download runs in its own process; extra memory is that process's peak minus what it held before the request. The
floor writes the same bytes to disk, hashes them three times and syncs, without a network. Prints a table, then JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess

from index.settings import CrawlSettings, Settings

CHUNK = b"PK\x03\x04" + bytes(range(256)) * 256
GUARDED = "crawler.page_download.GuardedDownload"
MOST_EXTRA = 64
"""MB that a sample may take, whatever its size."""


def serve(megabytes: int, ready: Any) -> None:
    """One sample at any path, in a process of its own."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        left = megabytes << 20
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {left}\r\nConnection: close\r\n\r\n".encode())
        while left:
            piece = CHUNK[: min(left, len(CHUNK))]
            writer.write(piece)
            await writer.drain()
            left -= len(piece)
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


class Once(scrapy.Spider):
    """Fetches one sample and says what it took."""

    name = "once"

    async def start(self):
        self.began = time.perf_counter()
        self.before = held()
        meta = {"sample": self.url, "download_maxsize": 0, "download_timeout": 600}
        yield scrapy.Request(self.url, self.came, meta=meta)

    def came(self, response):
        fetched = response.meta.get("fetched")
        size = fetched.size if fetched else len(response.body)
        seconds = time.perf_counter() - self.began
        print(json.dumps({"size": size, "seconds": seconds, "extra_mb": (peak() - self.before) / 1024}))


def peak() -> int:
    """kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def held() -> int:
    """kB, now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024


def download(kind: str, url: str, home: str) -> None:
    """The child."""
    settings: dict[str, Any] = {
        "COPYCATCH_HOME": home,
        "COPYCATCH_SETTINGS": Settings(crawl=CrawlSettings(allow_hosts=("127.0.0.1",))),
        "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
    }
    if kind == "ours":
        settings["DOWNLOAD_HANDLERS"] = {"http": GUARDED, "https": GUARDED}
    process = AsyncCrawlerProcess(settings)
    process.crawl(Once, url=url)
    process.start()


def floor(megabytes: int, folder: Path) -> float:
    """Seconds."""
    began = time.perf_counter()
    digests = [hashlib.sha256(), hashlib.sha1(), hashlib.md5()]
    left = megabytes << 20
    with (folder / "floor").open("wb", buffering=0) as out:
        while left:
            piece = CHUNK[: min(left, len(CHUNK))]
            out.write(piece)
            for digest in digests:
                digest.update(piece)
            left -= len(piece)
        os.fsync(out.fileno())
    return time.perf_counter() - began


def measure(kind: str, url: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, __file__, "--child", kind, url, home]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", nargs=3)
    given = parser.parse_args()
    if given.child:
        download(*given.child)
        return
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(given.megabytes, there), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}/a.apk"
    taken: dict[str, list[float]] = {"ours": [], "scrapy": [], "floor": []}
    extra: dict[str, list[float]] = {"ours": [], "scrapy": []}
    for _ in range(given.rounds):
        for kind in ("ours", "scrapy"):
            said = measure(kind, url)
            assert said["size"] == given.megabytes << 20
            taken[kind].append(said["seconds"])
            extra[kind].append(said["extra_mb"])
        with tempfile.TemporaryDirectory() as folder:
            taken["floor"].append(floor(given.megabytes, Path(folder)))
    server.terminate()
    result = {
        "megabytes": given.megabytes,
        "extra_mb": {kind: round(max(values), 1) for kind, values in extra.items()},
        "seconds": {kind: round(statistics.median(values), 2) for kind, values in taken.items()},
    }
    for kind in taken:
        memory = f"{result['extra_mb'][kind]:8.1f} MB extra" if kind in extra else ""
        print(f"{kind:8} {result['seconds'][kind]:7.2f} s {memory}")
    print(json.dumps(result))
    if result["extra_mb"]["ours"] > MOST_EXTRA:
        raise SystemExit(f"more than {MOST_EXTRA} MB extra")


if __name__ == "__main__":
    main()
