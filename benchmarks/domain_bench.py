"""Look-alike domains: how many of dnstwist's own are found, what is added, and what it costs.

    .venv/bin/python benchmarks/domain_bench.py

Per domain, with the same words: share of dnstwist's variants (with its default fuzzers) among ours, ours for one of
its, and CPU time against it.
"""

from __future__ import annotations

import time

import dnstwist  # type: ignore[import-untyped]

from detection.domain_variants import MOST, WORDS, variants

DOMAINS = ("kimi.com", "deepseek.com", "hailuoai.com", "character.ai", "stablediffusion.com")


def main() -> None:
    """Prints one line per domain."""
    print("domain | found of dnstwist's | ours to its | CPU to its")
    for domain in DOMAINS:
        start = time.process_time()
        fuzzer = dnstwist.Fuzzer(domain, dictionary=list(WORDS))
        fuzzer.generate()
        middle = time.process_time()
        ours = {one.domain for one in variants([domain], limit=MOST)}
        end = time.process_time()
        theirs = {found["domain"] for found in fuzzer.domains} - {domain}
        shares = len(theirs & ours) / len(theirs), len(ours) / len(theirs), (end - middle) / (middle - start)
        print(domain, *(f"{share:.2f}" for share in shares), sep=" | ")


if __name__ == "__main__":
    main()
