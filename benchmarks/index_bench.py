"""The embedded index: how fast listings go in, how little a re-crawl costs, how fast words are found.

    python benchmarks/index_bench.py [--listings 100000] [--folder FOLDER]

Texts are invented: words of one to three characters drawn after Zipf, with punctuation, prices and contacts between
them; the seed is fixed. Two floors stand beside the figures: the same tokens into a bare FTS5 table, and a LIKE scan.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import math
import random
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from index.home import Home
from index.ids import finding_id, listing_id
from index.model import Evidence, Finding, Judgement, Listing, Violation
from index.open import open_index
from index.protocol import Judged
from index.query.tokens import tokenise
from index.times import utc

SEED = 20261125
START = 1_790_000_000.0
BATCH = 200


class Texts:
    """Invented Chinese: a fixed vocabulary, drawn after Zipf with a flat head, as in real short texts."""

    def __init__(self, seed: int, words: int = 4500) -> None:
        self.random = random.Random(seed)
        characters = [chr(0x4E00 + 5 * number) for number in range(3000)]
        weights = [1 / (rank + 12) for rank in range(len(characters))]
        lengths = (1, 2, 2, 2, 2, 2, 3)
        drawn = ("".join(self.random.choices(characters, weights, k=self.random.choice(lengths))) for _ in range(10**6))
        self.words = list(itertools.islice(dict.fromkeys(drawn), words))
        self.weights = list(itertools.accumulate(1 / (rank + 20) for rank in range(words)))

    def text(self, words: int) -> str:
        """So many words; punctuation after about every seventh, now and then something in Latin letters."""
        drawn = self.random.choices(self.words, cum_weights=self.weights, k=words)
        for place in range(6, len(drawn), 7):
            drawn[place] += self.random.choice("，，，。、！ ")
            if self.random.random() < 0.1:
                drawn[place] += self.random.choice(("AI ", "v2.1", "VX:abc123", "APP ", "24h"))
        return "".join(drawn)


def invented(number: int, texts: Texts) -> Judged:
    """Listing number so-and-so; one in ten carries a finding."""
    marketplace = f"shop{number % 7}:market.example"
    own_id = listing_id(marketplace, str(number))
    length = max(10, min(400, int(texts.random.lognormvariate(math.log(75), 0.6))))
    listing = Listing(
        marketplace=marketplace,
        native_id=str(number),
        url=f"https://market.example/item/{number}",
        title=texts.text(texts.random.randint(4, 11)),
        description=texts.text(length),
        source_kind="shop",
        seller=texts.text(2),
        price=f"￥{texts.random.randint(1, 999)}",
        package_name=f"com.example.app{number % 9000}" if number % 3 == 0 else None,
        lang="zh-CN",
        image_urls=(f"https://img.market.example/{number}.jpg",),
        counters={"views": float(texts.random.randint(0, 9999))},
    )
    if number % 10:
        return Judged(listing=listing, judgement=Judgement(verdict="benign"))
    evidence = Evidence(
        detector="terms", violation="p1-2b", strength=2.0, observed="x", quote=listing.title[:4], zh="见题", en="see"
    )
    violation = Violation(id="p1-2b", group="illegal_tool", probability=0.9, evidence=(evidence,))
    finding = Finding(
        id=finding_id(own_id, "illegal_tool", None),
        listing_id=own_id,
        marketplace=marketplace,
        url=listing.url,
        title=listing.title,
        group="illegal_tool",
        verdict="violation",
        probability=0.9,
        priority=0.5,
        violations=(violation,),
    )
    return Judged(
        listing=listing,
        judgement=Judgement(verdict="violation", violations=(violation,), priority=0.5),
        findings=(finding,),
        ties=(f"contact:qq:{number % 500}",),
    )


def batches(judged: list[Judged]) -> Iterator[tuple[str, list[Judged]]]:
    """Batches as a crawl puts them, with the time of each: five thousand listings a second."""
    for start in range(0, len(judged), BATCH):
        yield utc(START + start // 5000), judged[start : start + BATCH]


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def size(path: Path) -> int:
    return sum(part.stat().st_size for part in path.parent.glob(path.name + "*"))


def frequent_words(judged: list[Judged], texts: Texts, wanted: int = 100) -> list[str]:
    """The two-character words that most listings contain."""
    words = {word for word in texts.words if len(word) == 2}
    counted: Counter[str] = Counter()
    for one in judged[:: max(1, len(judged) // 20_000)]:
        whole = f"{one.listing.title} {one.listing.description}"
        counted.update(words & {whole[place : place + 2] for place in range(len(whole) - 1)})
    return [word for word, _ in counted.most_common(wanted)]


def percentiles(milliseconds: list[float]) -> str:
    ordered = sorted(milliseconds)
    return f"median {statistics.median(ordered):7.2f} ms   p95 {ordered[math.ceil(len(ordered) * 0.95) - 1]:7.2f} ms"


def bare(folder: Path, judged: list[Judged]) -> tuple[float, float]:
    """The floor: tokens of title and description into one FTS5 table, nothing else, in the same transactions."""
    with closing(sqlite3.connect(folder / "bare.sqlite", isolation_level=None)) as opened:
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute("PRAGMA synchronous = NORMAL")
        opened.execute("CREATE VIRTUAL TABLE bare USING fts5 (title, text, content = '', tokenize = 'ascii')")

        def fill() -> None:
            for _, batch in batches(judged):
                opened.execute("BEGIN")
                rows = [(tokenise(one.listing.title), tokenise(one.listing.description)) for one in batch]
                opened.executemany("INSERT INTO bare (title, text) VALUES (?, ?)", rows)
                opened.execute("COMMIT")

        return seconds(fill)


def like_scan(path: Path, words: list[str]) -> list[float]:
    with closing(sqlite3.connect(path)) as opened:
        times = []
        for word in words:
            began = time.perf_counter()
            opened.execute("SELECT count(*) FROM listings_body WHERE body LIKE ?", (f"%{word}%",)).fetchone()
            times.append((time.perf_counter() - began) * 1000)
    return times


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--listings", type=int, default=100_000)
    arguments.add_argument("--folder", type=Path)
    chosen = arguments.parse_args()
    texts = Texts(SEED)
    judged = [invented(number, texts) for number in range(chosen.listings)]
    gc.freeze()  # a crawl does not carry a hundred thousand listings about; nor shall the collector here
    characters = sum(len(one.listing.title) + len(one.listing.description) for one in judged) / len(judged)
    print(f"{len(judged):,} listings, {characters:.0f} characters of title and description each")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        measure(Home(Path(folder)), judged, texts)


def crawl(home: Home, run_id: str, put: list[tuple[str, list[Judged]]]) -> None:
    """Opening, putting, and the tidying up when it closes."""
    with closing(open_index(home)) as index:
        for at, batch in put:
            index.put(batch, run_id=run_id, at=at)


def measure(home: Home, judged: list[Judged], texts: Texts) -> None:
    number = len(judged)
    wall, cpu = seconds(lambda: crawl(home, "first", list(batches(judged))))
    before = size(home.index)
    floor_wall, floor_cpu = bare(home.path, judged)
    print(f"put             {number / wall:9,.0f} /s   {cpu / number * 1e6:6.0f} us CPU each   {before / 1e6:.0f} MB")
    print(f"bare FTS5       {number / floor_wall:9,.0f} /s   {floor_cpu / number * 1e6:6.0f} us CPU each")
    print(f"                put takes {cpu / floor_cpu:.2f} times the CPU of bare FTS5")
    later = [(utc(START + 86_400), batch) for _, batch in batches(judged)]
    wall, cpu = seconds(lambda: crawl(home, "again", later))
    growth = size(home.index) / before - 1
    print(f"put unchanged   {number / wall:9,.0f} /s   {cpu / number * 1e6:6.0f} us CPU each   file {growth:+.2%}")
    words = frequent_words(judged, texts)
    with closing(open_index(home, write=False)) as index:
        hits = [index.count(word, kind="listings") for word in words]
        print(f"{len(words)} words with {max(hits):,} to {min(hits):,} hits (median {statistics.median(hits):,.0f})")
        for sort in (None, "relevance"):
            times = []
            for word in words:
                wall, _ = seconds(lambda word=word, sort=sort: index.search(word, kind="listings", sort=sort))
                times.append(wall * 1000)
            print(f"{sort or 'newest first':15} {percentiles(times)}")
    print(f"{'LIKE scan':15} {percentiles(like_scan(home.index, words[:20]))}")


if __name__ == "__main__":
    main()
