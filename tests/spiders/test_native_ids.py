"""Native ids stay the same however a page was reached, and differ for different listings."""

import json
import re
from random import Random
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import HtmlResponse
from w3lib.url import canonicalize_url

from crawler.families import addresses
from crawler.families.addresses import TRACKING, clean_near, clean_url, file_url, host_of, path_of, samples_in
from index.model import Listing
from spiders.discuz import Discuz
from spiders.jsonld_shop import JsonldShop
from tests.spiders.addresses import FOLDER, groups, with_noise
from tests.spiders.cases import SPIDERS

NOISE = st.lists(
    st.sampled_from(
        ["utm_source=x", "utm_campaign=%E6%8A%96", "gclid=1", "spm=a2.b1", "PHPSESSID=0a", "sid=77", "ref=home",
         "session_id=9", "s=0123456789abcdef0123456789abcdef", "hl=zh_CN", "from=list", "fbclid=", "share_token=q"]
    ),
    max_size=5,
)  # fmt: skip
WORD = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12)


def ids(listings: list[dict[str, object]]) -> list[object]:
    return [listing["native_id"] for listing in listings]


@pytest.mark.parametrize("name", SPIDERS)
def test_every_spider_has_addresses(name: str) -> None:
    assert groups(name), f"write tests/spiders/addresses/{name}.json: docs/add-a-marketplace.md says how"


def test_every_file_of_addresses_has_a_spider() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} <= SPIDERS.keys()


@pytest.mark.parametrize("name", SPIDERS)
def test_addresses_of_one_listing_give_one_id_and_others_another(name: str) -> None:
    found = [[ids(group.read(address)) for address in group.addresses] for group in groups(name)]
    for group, read in zip(groups(name), found, strict=True):
        assert read[0] and all(one == read[0] for one in read), str(group)
    assert len({str(read[0]) for read in found}) == len(found)


@pytest.mark.parametrize("name", SPIDERS)
@settings(max_examples=20, deadline=None)
@given(
    noise=NOISE,
    order=st.randoms(use_true_random=False),
    fragment=st.sampled_from(["", "#reply9", "#reviews"]),
    pick=st.integers(0, 99),
)
def test_noise_in_an_address_does_not_change_an_id(
    name: str, noise: list[str], order: Random, fragment: str, pick: int
) -> None:
    every = [(group, address) for group in groups(name) for address in group.addresses]
    group, address = every[pick % len(every)]
    plain = group.read(group.addresses[0])
    noisy = group.read(with_noise(address, noise, order, fragment))
    assert ids(noisy) == ids(plain)
    for listing in noisy:
        assert unquote(clean_url(str(listing["url"])) or "") == unquote(str(listing["url"]).partition("#")[0])


def product(url: str, **node: object) -> Listing:
    body = json.dumps({"@type": "Product", "name": "x", **node}, ensure_ascii=False)
    page = f'<script type="application/ld+json">{body}</script>'
    (listing,) = JsonldShop().parse_page(HtmlResponse(url, body=page.encode("utf-8", "replace")))
    assert isinstance(listing, Listing)
    return listing


@given(noise=NOISE, order=st.randoms(use_true_random=False), fragment=st.sampled_from(["", "#reviews"]))
def test_tracking_order_and_sessions_do_not_change_an_id(noise: list[str], order: object, fragment: str) -> None:
    pairs = ["id=7", "variant=2", *noise]
    order.shuffle(pairs)
    reached = product(f"https://shop.example.org/goods;jsessionid=0A1B?{'&'.join(pairs)}{fragment}")
    assert reached.native_id == product("https://shop.example.org/goods?id=7&variant=2").native_id
    assert not any(mark in reached.url for mark in ("utm_", "spm", "session", "sid", "s=0", "#"))


@given(
    slug=WORD,
    other=WORD,
    number=st.sampled_from(["A-1", "10086", "sku:77"]),
    prop=st.sampled_from(["sku", "productID"]),
)
def test_where_the_shop_has_a_number_the_slug_does_not_matter(slug: str, other: str, number: str, prop: str) -> None:
    urls = (f"https://shop.example.org/p/{slug}", f"https://shop.example.org/p/{other}?utm_source=x")
    assert len({product(url, **{prop: number}).native_id for url in urls}) == 1


@given(
    first=st.integers(1, 10**9),
    second=st.integers(1, 10**9),
    filler=st.sampled_from(["N/A", "", "0", "none", "-", None]),
)
def test_different_pages_are_different_listings_and_fillers_are_no_numbers(
    first: int, second: int, filler: object
) -> None:
    ids = {product(f"https://shop.example.org/goods/{number}", sku=filler).native_id for number in (first, second)}
    assert len(ids) == len({first, second})


@given(st.text(max_size=80))
def test_cleaning_never_raises_and_is_idempotent(text: str) -> None:
    for url in (text, f"https://example.org/{text}", f"https://example.org/?{text}", f"https://{text}/"):
        once = clean_url(url)
        if once is not None:
            assert clean_url(once) == once
            assert path_of(once).startswith("/")


@given(
    start=st.sampled_from(
        ["", "/", "//", "./", "../", "http:", "http://", "https://c.example.org", "a", "?", "\t", "\0"]
    ),
    rest=st.text(st.sampled_from("/ab.~?=&%:@1+-;#\t\0\\ A中\x85\ud800"), max_size=12),
    base=st.sampled_from(
        [
            *("https://a.example.org/x/y?z=1/2", "https://a.example.org//x//y;p", "http://a.example.org/a/../b/./c"),
            *("http://b.example.org:8080", "http://b.example.org?x/y", "HTTP://B.example.org/A/", ""),
            *("ftp://c/", "http://[", "http:///x", "http://u@h/x#y/z", "relative/x"),
        ]
    ),
)
def test_a_link_that_is_remembered_is_joined_like_any_other(start: str, rest: str, base: str) -> None:
    link = start + rest
    try:
        whole = urljoin(base, link.strip())
    except ValueError:
        whole = ""
    url = clean_url(link, base)
    assert url == addresses._clean(whole)
    for host in ("a.example.org", "b.example.org:8080", "c.example.org"):
        assert list(clean_near([link, link], base, host)) == [url, url] * (url is not None and host_of(url) == host)


def test_addresses_without_end_are_not_remembered() -> None:
    caches = addresses._placed, addresses._clean, addresses._on_host
    held = [cache.cache_info().currsize for cache in caches]
    links = [f"/{number}" + "x" * 100_000 for number in range(20)]
    assert not any(clean_url(link, "https://a.example.org/") for link in links)
    assert not list(clean_near(links, "https://a.example.org/", "a.example.org"))
    assert held == [cache.cache_info().currsize for cache in caches]


@given(st.text(max_size=60))
def test_file_names_never_lead_out_of_the_repository(name: str) -> None:
    url = file_url("https://example.org/repo", name)
    assert url is None or (url.startswith("https://example.org/repo/") and "/../" not in url and url.isascii())


@given(st.text(max_size=200), st.lists(st.tuples(st.text(max_size=40), st.text(max_size=20)), max_size=4))
def test_finding_samples_never_raises(text: str, links: list[tuple[str, str]]) -> None:
    found = samples_in(f"{text}http://dl.example.org/a.apk", links, "https://example.org/")
    assert all(url.startswith(("http://", "https://", "HTTP", "hTTp")) or clean_url(url) for url in found)


@given(tid=st.integers(1, 10**8), page=st.integers(1, 50), noise=NOISE)
def test_every_address_of_a_thread_has_one_id(tid: int, page: int, noise: list[str]) -> None:
    spider = Discuz()
    more = "".join(f"&{pair}" for pair in noise)
    forms = [
        f"https://bbs.example.org/forum.php?mod=viewthread&tid={tid}&extra=page%3D1{more}",
        f"https://bbs.example.org/forum.php?mod=viewthread{more}&extra=&tid={tid}&page={page}",
        f"https://bbs.example.org/thread-{tid}-{page}-1.html",
        f"https://bbs.example.org/archiver/?tid-{tid}.html&page={page}",
        f"https://bbs.example.org/viewthread.php?tid={tid}&feedback=0&num=1",
    ]
    for url in forms:
        found = re.search(spider.thread_link, url)
        assert found is not None and found["id"] == str(tid)
        address = spider.thread_address(found, url)
        again = re.search(spider.thread_link, address or "")
        assert again is not None and spider.thread_address(again, address or "") == address


@given(st.from_regex(r"https?://[a-z]{1,8}(:80)?(/[\w.~/-]{0,12})?(\?[\w.~&=-]{0,20})?(#[a-z]{0,3})?", fullmatch=True))
def test_the_short_way_of_cleaning_agrees_with_w3lib(url: str) -> None:
    scheme, netloc, path, query, _ = urlsplit(canonicalize_url(urljoin("https://e.org/", url)))
    kept = [pair for pair in query.split("&") if pair and not TRACKING.fullmatch(pair.partition("=")[0])]
    expected = urlunsplit((scheme, netloc, path or "/", "&".join(pair.removesuffix("=") for pair in kept), ""))
    assert clean_url(url, "https://e.org/") == expected
