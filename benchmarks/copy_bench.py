"""What carrying an embedded index to Elasticsearch costs the client, decisions included, killed once and resumed.

    ELASTICSEARCH_URL=http://127.0.0.1:9200 .venv/bin/python -m benchmarks.copy_bench [--listings 20000]

The source is made of invented listings (half of them with a finding) and as many decisions as findings. A first process
copies and is killed after a third of the listings; a second one goes on to the end and compares everything; a third one
finds nothing to do, which is what comparing alone costs. Prints a table and, as the last line, JSON. The floor is the
official bulk helper with orjson on documents that lie ready.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from elasticsearch import AsyncElasticsearch, Elasticsearch, helpers
from elasticsearch.serializer import OrjsonSerializer

from index.elastic.connection import address
from index.elastic.mappings import alias_name
from index.home import Home
from index.open import open_decisions, open_index, open_records, open_transfer
from index.protocol import Judged
from index.settings import ElasticSettings
from index.transfer import records, rows
from tests.index.objects import judged, listing

AT = "2026-01-01T00:00:00Z"
WORDS = "一键换脸声音克隆账号出售永久会员破解版教程下载安装包联系客服发货说明自动更新"


def make(home: Home, count: int) -> None:
    """The source."""
    with closing(open_index(home)) as index, closing(open_decisions(home)) as decisions:
        for start in range(0, count, 1000):
            some = range(start, min(start + 1000, count))
            texts = {n: "".join(WORDS[(n * 7 + k * 3) % len(WORDS)] for k in range(160)) for n in some}
            index.put([one_of(n, texts[n]) for n in some], run_id="r", at=AT)
            for n in some:
                if n % 2 == 0:
                    decisions.append("decision", f"d{n}", {"kind": "confirm", "reason": texts[n][:20]}, at=AT, by="li")


def one_of(number: int, text: str) -> Judged:
    """One invented listing."""
    return judged(
        listing(number, title=text[:18], description=text), flagged=number % 2 == 0, ties=(f"t:{number % 97}",)
    )


def copy(home: Home, url: str, die_after: int) -> dict[str, float]:
    """One process's share: documents written and compared, and its CPU seconds."""

    def tell(one: rows.Carried) -> None:
        if die_after and one.store == "listings" and one.written >= die_after:
            os.kill(os.getpid(), signal.SIGKILL)

    with (
        closing(open_transfer(home, None, write=False)) as source, closing(open_transfer(home, url)) as target,
        closing(open_records(home, None)) as ours, closing(open_records(home, url)) as theirs,
    ):  # fmt: skip
        begun, wall = time.process_time(), time.perf_counter()
        done, decided = rows.carry(source, target, tell), records.carry(ours, theirs)
        spent = time.process_time() - begun
    assert all(one.same for one in done)
    written = sum(one.written for one in done) + decided.written
    return {"documents": sum(one.target for one in done) + decided.target, "written": written, "cpu": spent,
            "wall": time.perf_counter() - wall}  # fmt: skip


def floor(base: str, url: str, settings: ElasticSettings) -> float:
    """Documents a CPU second of the official helper: the listings as they were carried, ready made."""
    name = alias_name(address(url, settings).prefix, "listings")
    with Elasticsearch(base) as client:
        ready = [hit["_source"] for hit in helpers.scan(client, index=name, size=1000)]
    actions = [{"_index": f"{name}-floor", "_id": one["id"], "_source": one} for one in ready]

    async def run() -> float:
        async with AsyncElasticsearch(base, serializers={"application/json": OrjsonSerializer()}) as client:
            mapping = {"dynamic": False}
            await client.indices.create(index=f"{name}-floor", mappings=mapping)
            begun = time.process_time()
            await helpers.async_bulk(client, actions, chunk_size=1000)
            return len(actions) / (time.process_time() - begun)

    return asyncio.run(run())


def main() -> None:
    """Runs all three and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=20_000)
    parser.add_argument("--part", nargs=3, metavar=("HOME", "URL", "DIE"))
    options = parser.parse_args()
    if options.part:
        print(json.dumps(copy(Home(Path(options.part[0])), options.part[1], int(options.part[2]))))
        return
    base = os.environ["ELASTICSEARCH_URL"]
    prefix = f"b{uuid4().hex[:10]}"
    url = f"{base}/{prefix}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder)).prepare()
            make(home, options.listings)
            parts = []
            for die in (options.listings // 3, 0, 0):
                call = [sys.executable, "-m", "benchmarks.copy_bench", "--part", folder, url, str(die)]
                child = subprocess.run(call, check=False, capture_output=True, text=True)
                if die:
                    assert child.returncode == -signal.SIGKILL, child.stderr
                    killed = resource.getrusage(resource.RUSAGE_CHILDREN)
                    parts.append({"documents": 0, "written": 0, "cpu": killed.ru_utime + killed.ru_stime, "wall": 0})
                else:
                    assert child.returncode == 0, child.stderr
                    parts.append(json.loads(child.stdout))
            helper = floor(base, url, ElasticSettings())
        killed, resumed, again = parts
        both = killed["cpu"] + resumed["cpu"]
        result = {
            "documents": resumed["documents"], "written_after_the_kill": resumed["written"],
            "per_cpu_second_resumed_copy_and_comparison": round(resumed["documents"] / resumed["cpu"]),
            "per_cpu_second_whole_copy_with_kill_and_comparison": round(resumed["documents"] / both),
            "per_cpu_second_comparing_alone": round(again["documents"] / again["cpu"]),
            "per_cpu_second_official_helper_ready_documents": round(helper),
        }  # fmt: skip
        for name, value in result.items():
            print(f"{name:55} {value:>12,}")
        print(json.dumps(result))
    finally:
        with Elasticsearch(base, request_timeout=120) as client:
            client.indices.delete(index=",".join(client.indices.get(index=f"{prefix}-*")))


if __name__ == "__main__":
    main()
