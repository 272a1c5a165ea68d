"""Export of many findings: peak memory and CPU of `copycatch export`, with either index.

    ELASTICSEARCH_URL=... .venv/bin/python -m benchmarks.export_bench [--findings 1000000]

Fills an index with invented findings (1,000 to a listing) and exports all of them as JSON Lines in a process of its
own. Prints JSON. Without ELASTICSEARCH_URL only SQLite is asked; Elasticsearch needs about 2 GB of disk for a million.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from index.home import Home
from index.ids import finding_id, listing_id
from index.model import Evidence, Finding, Judgement, Listing, Violation
from index.open import open_index
from index.protocol import Judged

EACH, TARGET_MB = 1000, 200
AT = "2026-01-01T00:00:00Z"


def judged(number: int) -> Judged:
    """A listing with EACH findings of as many brands."""
    of = Listing(marketplace="m", native_id=str(number), url=f"https://m.example/{number}", title=f"换脸 {number}",
                 source_kind="app_store")  # fmt: skip
    name = listing_id(of.marketplace, of.native_id)
    said = Evidence(detector="terms", violation="p1-2b", strength=2.0, observed="换脸", quote="换脸",
                    zh="提到换脸", en="offers face swap")  # fmt: skip
    violations = (Violation(id="p1-2b", group="illegal_tool", probability=0.9, evidence=(said,)),)
    findings = tuple(
        Finding(id=finding_id(name, "illegal_tool", f"b{brand}"), listing_id=name, marketplace="m", url=of.url,
                title=of.title, group="illegal_tool", verdict="violation", probability=0.9, priority=0.5,
                brand=f"b{brand}", violations=violations)
        for brand in range(EACH)
    )  # fmt: skip
    return Judged(listing=of, judgement=Judgement(verdict="violation"), findings=findings)


def measured(home: Path, url: str | None, count: int) -> dict[str, object]:
    """One export in a process of its own."""
    out = home / "findings.jsonl"
    program = str(Path(sys.executable).parent / "copycatch")
    env = {**os.environ, "COPYCATCH_HOME": str(home), **({"COPYCATCH_INDEX": url} if url else {})}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, "export", "findings", "--format", "jsonl", "--out", str(out)], env=env, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    with out.open("rb") as lines:
        written = sum(1 for _ in lines)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # The largest child so far; the exports are the only large ones, and each engine has a run of its own.
    megabytes = after.ru_maxrss / 1024
    return {"written": written, "peak_mb": round(megabytes), "cpu_seconds": round(cpu, 1),
            "holds": written == count and megabytes < TARGET_MB}  # fmt: skip


def main() -> None:
    """Fills, exports, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=1_000_000)
    count = parser.parse_args().findings // EACH * EACH
    urls: dict[str, str | None] = {"sqlite": None}
    if server := os.environ.get("ELASTICSEARCH_URL"):
        urls["elasticsearch"] = f"{server}/bench{uuid4().hex[:8]}"
    result: dict[str, object] = {"findings": count}
    for engine, url in urls.items():
        with tempfile.TemporaryDirectory() as folder:
            with closing(open_index(Home(Path(folder)).prepare(), url)) as index:
                for number in range(count // EACH):
                    index.put([judged(number)], run_id="bench", at=AT)
            result[engine] = measured(Path(folder), url, count)
        if url:
            clean(url)
    print(json.dumps(result, indent=1))


def clean(url: str) -> None:
    """Removes what was made on the server."""
    from elasticsearch import Elasticsearch  # noqa: PLC0415 - an extra

    base, _, prefix = url.rpartition("/")
    with Elasticsearch(base, request_timeout=300) as client:
        for name in client.indices.get(index=f"{prefix}-*"):
            client.indices.delete(index=name)
        client.indices.delete_index_template(name=f"{prefix}-*")
        client.options(ignore_status=404).cluster.delete_component_template(name=f"{prefix}-*")


if __name__ == "__main__":
    main()
