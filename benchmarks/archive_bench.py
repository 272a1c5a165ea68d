"""CPU and bytes per archived page, against a bare gzip of the same bytes; and checking them all again.

    .venv/bin/python benchmarks/archive_bench.py [--pages 2000] [--rounds 5] [--reference FOLDER]

Pages: made ones of about 20 KB with some text that differs, or every HTML and JSON file below FOLDER (real pages).
Three ways, interleaved:

- gzip: `zlib` at the level that the archive uses, each page a member of its own, written to a file
- warcio: its writer as it comes (level 9, SHA-1 digests)
- ours: headers cleaned, media cut, SHA-256 of page and record, WARC record, chain, two writes

Prints a table and, as the last line, JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive import LEVEL, Archive
from index.archive.verify import check_run
from index.model import Visitor

AT = "2026-11-25T08:00:00Z"
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Server", "nginx"), ("Date", "Wed, 25 Nov 2026 08:00:00 GMT")]
WORDS = [
    word * 3
    for word in ("智能", "助手", "对话", "应用", "下载", "安装", "免费", "会员", "图片", "语音", "class", "href")
]
VISITOR = Visitor(vantage="office", lang="en", agent="copycatch/0.1 (+ops@example.org; example)")


def made(count: int) -> list[bytes]:
    rng = random.Random(7)
    shell = "".join(f'<li class="nav n{n}"><a class="x" href="#s{n}">栏目 {n}</a></li>' for n in range(150))
    return [
        f"<!doctype html><ul>{shell}</ul><h1>{n}</h1><p>{' '.join(rng.choices(WORDS, k=700))}</p>".encode()
        for n in range(count)
    ]


def real(folder: Path) -> list[bytes]:
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in {".html", ".json", ".xml"} and path.is_file()]
    return [path.read_bytes() for path in files]


def bare(pages: list[bytes], folder: Path) -> None:
    with (folder / "bare.gz").open("wb", buffering=0) as out:
        for page in pages:
            out.write(zlib.compress(page, LEVEL, 31))


def warcio(pages: list[bytes], folder: Path) -> None:
    with (folder / "warcio.warc.gz").open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for number, page in enumerate(pages):
            http = StatusAndHeaders("200 OK", list(HEADERS), protocol="HTTP/1.1")
            url = f"https://example.org/{number}"
            writer.write_record(writer.create_warc_record(url, "response", payload=BytesIO(page), http_headers=http))


def ours(pages: list[bytes], folder: Path) -> None:
    archive = Archive(folder, "run")
    for number, page in enumerate(pages):
        url = f"https://example.org/{number}"
        archive.store(url=url, status=200, headers=HEADERS, body=page, taken_at=AT, visitor=VISITOR)
    archive.seal()


def measure(way: Callable[[list[bytes], Path], None], pages: list[bytes]) -> tuple[float, float, float]:
    """Milliseconds of CPU and bytes on disk, both per page; and milliseconds per page to check what can be checked."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = time.process_time()
        way(pages, folder)
        took = time.process_time() - before
        size = sum(path.stat().st_size for path in folder.iterdir())
        before = time.process_time()
        if way is ours:
            assert check_run(folder, "run").state == "sealed"
        return 1000 * took / len(pages), size / len(pages), 1000 * (time.process_time() - before) / len(pages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--reference", type=Path)
    options = parser.parse_args()
    pages = real(options.reference) if options.reference else made(options.pages)
    ways = {"gzip": bare, "warcio": warcio, "ours": ours}
    took: dict[str, list[tuple[float, float, float]]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, way in ways.items():
            took[name].append(measure(way, pages))
    mean = statistics.mean(map(len, pages))
    print(f"{len(pages)} pages of {mean / 1000:.1f} KB on average, {options.rounds} rounds")
    result: dict[str, float] = {"pages": len(pages), "page_bytes": round(mean)}
    for name, each in took.items():
        cpu, size = statistics.median(one[0] for one in each), each[0][1]
        print(f"{name:7} {cpu:6.3f} ms CPU per page   {size:8.0f} bytes per page")
        result |= {f"{name}_ms": round(cpu, 4), f"{name}_bytes": round(size)}
    for name in ("gzip", "warcio"):
        cpu = statistics.median(one[0] / other[0] for one, other in zip(took["ours"], took[name], strict=True))
        size = took["ours"][0][1] / took[name][0][1]
        print(f"ours / {name}: CPU {cpu:.2f}, bytes {size:.2f}")
        result |= {f"cpu_to_{name}": round(cpu, 3), f"bytes_to_{name}": round(size, 3)}
    check = statistics.median(one[2] for one in took["ours"])
    print(f"checking: {check:.3f} ms CPU per page")
    print(json.dumps(result | {"check_ms": round(check, 4)}))


if __name__ == "__main__":
    main()
