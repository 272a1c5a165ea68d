"""Copies of registers: what importing, loading and looking up cost beside floors that do no more than must be done.

    python benchmarks/registry_bench.py [--records 20000]

Everything is invented; the seed is fixed. Floors: openpyxl reading the cells of the same sheet, a dictionary's look-up,
one pass of `re` for runs of digits over the same text.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import openpyxl

from index.home import Home
from index.open import open_registry
from index.registry.importing import import_file
from index.registry.numbers import find
from index.registry.store import Shelf

SEED = 20261128
HEAD = ("序号", "算法名称", "角色", "主体名称", "应用产品", "主要用途", "备案编号", "备注")
_WORDS = "明湖青禾云台浦江墨海清波远山星河长风晨光"


def sheet(records: int) -> bytes:
    """A list of algorithm filings of that many rows."""
    rng = random.Random(SEED)
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("清单")
    page.append(HEAD)
    for at in range(records):
        name = "".join(rng.choices(_WORDS, k=4))
        number = f"网信算备110108{rng.randrange(10**9):09}24{at % 10_000:04}号"
        page.append(
            (at, f"{name}算法", "服务提供者", f"北京{name}科技有限公司", name, "用于对话和写作" * 6, number, None)
        )
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def cells(data: bytes) -> int:
    """The floor of importing: every cell is read."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    return sum(len(row) for page in book.worksheets for row in page.iter_rows(values_only=True))


def main() -> None:
    """Prints one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    records = parser.parse_args().records
    data = sheet(records)
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder)).prepare()
        path = home.path / "list.xlsx"
        path.write_bytes(data)
        with closing(Shelf(home.registry)) as shelf:
            floor = seconds(lambda: cells(data))
            took = seconds(lambda: import_file(path, "algorithm", shelf, today="2026-11-28"))
        print(
            f"import of {records} rows: {took:.2f} s, reading the cells alone {floor:.2f} s, ratio {took / floor:.2f}"
        )
        print(f"load: {seconds(lambda: open_registry(home)):.3f} s")
        registry = open_registry(home)
        assert registry is not None
        texts = [row.value or "" for row in openpyxl.load_workbook(io.BytesIO(data)).active["G"][1:]]  # type: ignore[index]
        keys = [str(text).casefold() for text in texts]
        table = dict.fromkeys(keys, 0)
        floor = seconds(lambda: [table[key] for key in keys])
        took = seconds(lambda: [registry.find(key) for key in keys])
        print(f"look-up: {took / len(keys) * 1e6:.1f} us, a dictionary {floor / len(keys) * 1e6:.2f} us")
    text = "智能问答，写作翻译，支持多种模型，客服在线9:00-21:00。" * 40_000
    floor, took = seconds(lambda: re.findall(r"\d{4,}", text)), seconds(lambda: find(text))
    print(f"numbers in {len(text)} characters: {took:.2f} s, runs of digits {floor:.3f} s, ratio {took / floor:.1f}")


if __name__ == "__main__":
    main()
