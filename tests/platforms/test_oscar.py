"""A real django-oscar shop: read without schema.org, and while its SQLite database is locked."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.platforms.conftest import HERE, Copycatch, Shop
from tests.platforms.test_crawl import numbers_listed

pytestmark = pytest.mark.platform
PRODUCTS = json.loads((HERE / "oscar/products.json").read_text("utf-8"))
FAILED = b'" 500 '
"""How Django's server logs an answer with an error."""


def titles(shop: str) -> set[str]:
    return {PRODUCTS[number - 1]["title"] for number in numbers_listed(shop)}


def test_every_listed_product_is_read_with_its_reviews(shop: str, copycatch: Copycatch) -> None:
    copycatch("crawl", "oscar", "--start", shop)
    listings = {row["title"]: row for row in copycatch.rows("*", kind="listings")}
    assert titles(shop) <= set(listings) <= {product["title"] for product in PRODUCTS}
    assert all(row["price"] and row["description"] for row in listings.values())
    read = {row["title"]: sorted(row["reviews"]) for row in listings.values() if row.get("reviews")}
    assert read == {PRODUCTS[0]["title"]: ["评价\n@*** 求教程", "评价\n装好能用"]}
    planted = {product["title"] for product in PRODUCTS if product["planted"]}
    assert {row["title"] for row in copycatch.rows("verdict:violation")} == planted


@contextmanager
def locked(database: Path, log: Path, failures: int | None) -> Iterator[None]:
    """Nobody else can write to the database until the log shows so many failures; None: as long as the block runs."""
    over = threading.Event()

    def hold() -> None:
        connection = sqlite3.connect(database, isolation_level=None, timeout=60)
        connection.execute("BEGIN IMMEDIATE")
        held.set()
        while not over.wait(0.01) and (failures is None or log.read_bytes().count(FAILED) < failures):
            pass
        connection.rollback()
        connection.close()

    held, holder = threading.Event(), threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(60)
        yield
    finally:
        over.set()
        holder.join()


def test_errors_of_a_locked_database_lose_nothing(oscar: Shop, copycatch: Copycatch, tmp_path: Path) -> None:
    log, database = tmp_path / "log", oscar.folder / "shop.sqlite"
    with oscar.served(log, SHOP_PATIENCE="0") as shop:  # each view of a product is counted, hence written
        with locked(database, log, failures=1):
            run = json.loads(copycatch("crawl", "oscar", "--start", shop, "--json"))
        assert log.read_bytes().count(FAILED) >= 1
        assert run["outcome"] == "healthy" and not run["problems"]
        whole = {row["title"] for row in copycatch.rows("*", kind="listings")}
        assert titles(shop) <= whole

        copycatch.env["COPYCATCH_CONCURRENCY"] = "4"
        with locked(database, log, failures=None):
            run = json.loads(copycatch("crawl", "oscar", "--start", shop, "--json", codes=(3,)))
        assert run["outcome"] == "unhealthy", run
        accounted = run["counts"].get("listings", 0) + run["problems"]["server_error"]
        assert accounted >= len(titles(shop)) > run["counts"].get("listings", 0), run
        assert not run["counts"].get("gone"), "what could not be seen is not gone"
        assert {row["title"] for row in copycatch.rows("*", kind="listings")} == whole
