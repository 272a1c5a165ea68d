"""The main job on real software: what is planted is found, nothing genuine is accused."""

import json
import re
import urllib.request
from pathlib import Path

import pytest

from tests.platforms.conftest import COUNTERFEITS, GENUINE, Copycatch

pytestmark = [pytest.mark.platform, pytest.mark.shared]
HERE = Path(__file__).parent


def test_exactly_the_planted_counterfeits_of_a_real_fdroid_repository_are_found(
    fdroid_repository: str, on_either_index: Copycatch
) -> None:
    copycatch = on_either_index
    copycatch("crawl", "fdroid_repo", "--start", fdroid_repository)
    listings = copycatch.rows("*", kind="listings")
    assert len(listings) == len(GENUINE) + len(COUNTERFEITS)
    found = copycatch.rows("group:counterfeit AND NOT verdict:benign")
    packages = {row["listing_id"]: row for row in found}
    by_package = {row["package_name"]: row for row in listings if row["id"] in packages}
    assert set(by_package) == set(COUNTERFEITS)
    genuine_id = next(row for row in listings if row["package_name"] == "com.openai.chatgpt")
    finding = packages[genuine_id["id"]]
    assert finding["verdict"] == "violation"
    assert finding["signer_sha256"]
    assert any(evidence["detector"] == "brand_signer" for v in finding["violations"] for evidence in v["evidence"])


def test_a_second_crawl_adds_nothing(fdroid_repository: str, on_either_index: Copycatch) -> None:
    copycatch = on_either_index
    copycatch("crawl", "fdroid_repo", "--start", fdroid_repository)
    before = {row["id"] for row in copycatch.rows("*", kind="listings")}
    samples = {path.name for path in (copycatch.home / "samples").rglob("*") if path.is_file()}
    run = json.loads(copycatch("crawl", "fdroid_repo", "--start", fdroid_repository, "--json"))
    assert {row["id"] for row in copycatch.rows("*", kind="listings")} == before
    assert {path.name for path in (copycatch.home / "samples").rglob("*") if path.is_file()} == samples
    assert run["counts"].get("new", 0) == 0 and run["counts"]["listings"] == len(before)


def test_a_repository_with_another_fingerprint_yields_nothing(fdroid_repository: str, copycatch: Copycatch) -> None:
    wrong = fdroid_repository.split("=", maxsplit=1)[0] + "=" + "ab" * 32
    copycatch("crawl", "fdroid_repo", "--start", wrong, codes=(3,))
    assert copycatch.rows("*", kind="listings") == []


def test_a_real_forum_is_read_whole(forum: str, copycatch: Copycatch) -> None:
    threads = json.loads((HERE / "spirit/threads.json").read_text("utf-8"))
    copycatch("crawl", "spirit", "--start", forum)
    listings = copycatch.rows("*", kind="listings")
    assert {row["title"] for row in listings} == {thread["title"] for thread in threads}
    planted = {thread["title"] for thread in threads if thread["planted"]}
    assert {row["title"] for row in copycatch.rows("verdict:violation")} == planted


def test_a_real_shop_is_read_whole(shop: str, copycatch: Copycatch) -> None:
    products = json.loads((HERE / "oscar/products.json").read_text("utf-8"))
    # The shop's own list leaves a few products out (its search ranks equals in another order on each page).
    listed = {products[number - 1]["title"] for number in numbers_listed(shop)}
    assert len(listed) > 20
    copycatch("crawl", "jsonld_shop", "--start", shop)
    listings = {row["title"]: row for row in copycatch.rows("*", kind="listings")}
    assert set(listings) == listed
    assert all(row["price"] for row in listings.values())
    planted = {product["title"] for product in products if product["planted"]}
    assert {row["title"] for row in copycatch.rows("verdict:violation")} == planted


def numbers_listed(shop: str) -> set[int]:
    """Numbers of the products that the shop's list links to, over all its pages."""
    numbers: set[int] = set()
    for page in (1, 2):
        with urllib.request.urlopen(f"{shop}?page={page}") as answer:
            numbers |= {int(number) for number in re.findall(rb'href="/catalogue/[^"]*_([0-9]+)/"', answer.read())}
    return numbers
