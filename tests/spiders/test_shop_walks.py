"""Small shops and code hosts walked in memory, with what is switched off at some of them."""

from typing import Any

import pytest
from scrapy.http import HtmlResponse

from crawler.families.wordpress_site import folder_of
from tests.spiders.cases import HERE, SPIDERS
from tests.spiders.test_walks import walk

SHOP = "https://shop.example.org"


def product(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": f"p{number}", "permalink": f"{SHOP}/product/p{number}/", **more}


def test_woocommerce_reads_reviews_before_the_product_they_are_about() -> None:
    api = f"{SHOP}/wp-json/wc/store/v1/products"
    pages = {
        f"{api}?per_page=100&page=1": [product(1), product(2, review_count=1), product(3, review_count=2)],
        f"{api}/reviews?per_page=100&page=1&product_id=2": [{"reviewer": "a b", "review": "<p>fine</p>"}],
        f"{api}/2": product(2, review_count=1),
        f"{api}/3": product(3, review_count=2),  # whose reviews cannot be had
    }
    listings, problems, _ = walk("woocommerce", SHOP, pages)
    assert {one.title: one.reviews for one in listings} == {"p1": (), "p2": ("fine",), "p3": ()} and not problems


def test_woocommerce_of_another_age_or_without_permalinks() -> None:
    for api in (f"{SHOP}/wp-json/wc/store/products?", f"{SHOP}/?rest_route=/wc/store/v1/products&"):
        listings, problems, _ = walk("woocommerce", SHOP, {f"{api}per_page=100&page=1": [product(7)]})
        assert [one.native_id for one in listings] == ["7"] and not problems


def test_woocommerce_without_its_interface_is_read_by_pages() -> None:
    said = '{"@type": "Product", "name": "AI", "url": "https://shop.example.org/product/ai/"}'
    body = f'<body class="single-product postid-9"><script type="application/ld+json">{said}</script>'
    pages = {f"{SHOP}/?s=ai&post_type=product": '<a href="/product/ai/">AI</a>', f"{SHOP}/product/ai/": body}
    listings, problems, asked = walk("woocommerce", SHOP, pages, query="ai")
    assert [(one.native_id, one.title) for one in listings] == [("9", "AI")]
    assert [problem.kind for problem in problems] == ["seen_in_part"]
    assert len(asked) == 6, "four forms of the interface, the search, the page"


def shown(page: int) -> str:
    return f"{SHOP}/products.json?limit=250&page={page}"


def listed(*numbers: int) -> dict[str, Any]:
    return {"products": [{"id": number, "title": f"p{number}", "handle": f"p{number}"} for number in numbers]}


@pytest.mark.parametrize("last", [listed(), listed(3)], ids=["empty", "repeated"])
def test_shopify_ends_at_an_empty_or_repeated_page(last: dict[str, Any]) -> None:
    pages = {f"{SHOP}/meta.json": {"name": "Keys"}, shown(1): listed(1, 2), shown(2): listed(3), shown(3): last}
    listings, problems, _ = walk("shopify", SHOP, pages)
    assert [(one.native_id, one.seller) for one in listings] == [("1", "Keys"), ("2", "Keys"), ("3", "Keys")]
    assert not problems


def test_shopify_without_its_list_is_read_by_sitemap() -> None:
    index = f"<urlset><url><loc>{SHOP}/products/ai</loc></url><url><loc>{SHOP}/pages/about</loc></url></urlset>"
    page = '<meta property="og:type" content="product"><meta property="og:title" content="AI">'
    pages = {f"{SHOP}/sitemap.xml": index, f"{SHOP}/products/ai": f'{page}<script>var meta = {{"product":{{"id":5}}}}'}
    listings, problems, asked = walk("shopify", f"{SHOP}/en/collections/all", pages)
    assert [one.native_id for one in listings] == ["5"] and not problems
    assert f"{SHOP}/en/collections/all/products.json?limit=250&page=1" in asked


def test_github_keeps_a_repository_whose_releases_cannot_be_had() -> None:
    api = "https://api.github.com"
    found = [{"id": number, "full_name": f"o/r{number}", "owner": {"login": "o"}} for number in (1, 2)]
    file = {"name": "a.apk", "browser_download_url": "https://github.com/o/r1/releases/download/v1/a.apk"}
    pages = {
        f"{api}/search/repositories?q=ai&per_page=30&page=1": {"total_count": 2, "items": found},
        f"{api}/repos/o/r1/releases?per_page=10": [{"tag_name": "v1", "assets": [file]}],
    }
    listings, problems, _ = walk("github_releases", f"{api}/", pages, query="ai")
    assert {one.title: len(one.download_urls) for one in listings} == {"o/r1": 1, "o/r2": 0}
    assert len(problems) == 1, "that they could not be seen is said"


@pytest.mark.parametrize("start", ["https://github.com/o/r1/releases", "https://api.github.com/repos/o/r1"])
def test_github_from_the_page_of_a_repository(start: str) -> None:
    api = "https://api.github.com/repos/o/r1"
    pages = {api: {"id": 1, "full_name": "o/r1"}, f"{api}/releases?per_page=10": []}
    listings, problems, _ = walk("github_releases", start, pages)
    assert [one.native_id for one in listings] == ["1"] and not problems
    again = SPIDERS["github_releases"]()
    assert [request.url for request in again.recheck(listings[0])] == [api]


def test_gumroad_keeps_a_card_whose_page_cannot_be_had() -> None:
    search = "https://gumroad.com/products/search"
    cards = [{"id": f"{n}=", "name": f"p{n}", "url": f"https://s.gumroad.com/l/p{n}?layout=x"} for n in (1, 2)]
    page = '<div data-page=\'{"props": {"product": {"id": "1=", "name": "p1", "sales_count": 3}}}\'></div>'
    pages = {
        f"{search}?query=ai": {"total": 2, "products": cards[:1]},
        f"{search}?query=ai&from=1": {"total": 2, "products": cards[1:]},
        "https://s.gumroad.com/l/p1": page,
    }
    listings, problems, _ = walk("gumroad", "https://gumroad.com/", pages, query="ai")
    assert {one.native_id: one.counters for one in listings} == {"1=": {"sales": 3.0}, "2=": {}}
    assert len(problems) == 1


def test_wordpress_goes_on_from_the_interface_to_the_feed() -> None:
    item = "<item><title>t</title><link>https://e.org/a/</link><guid>https://e.org/?p=4</guid></item>"
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{item}</channel></rss>'
    listings, problems, asked = walk("wordpress", "https://e.org", {"https://e.org/?feed=rss2&paged=1": feed})
    assert [(one.native_id, one.url) for one in listings] == [("4", "https://e.org/a/")]
    assert [problem.kind for problem in problems] == ["seen_in_part", "not_found"] and len(asked) == 5, (
        "its end is tried twice here"
    )


@pytest.mark.parametrize(
    ("address", "folder"),
    [
        ("https://e.org", ""),
        ("https://e.org/wp-json/wp/v2/posts/7?_embed=1", ""),
        ("https://e.org/?rest_route=/wp/v2/posts", ""),
        ("https://e.org/index.php?rest_route=%2Fwp%2Fv2%2Ftypes", ""),
        ("https://e.org/zh-cn/wp-json/wp/v2/posts", ""),
        ("https://e.org/EN/shop/wp-json/", "shop"),
        ("https://e.org/ai/?rest_route=/", "ai"),
        ("https://e.org/a/b/index.php?p=1#x", "a/b"),
    ],
)
def test_the_folder_of_a_site_is_told_from_interface_and_language(address: str, folder: str) -> None:
    assert folder_of(address) == folder


@pytest.mark.parametrize(
    ("name", "case", "url"),
    [
        ("woocommerce", "product_page", "https://shop.example.org/product/voice/"),
        ("ecshop", "goods", "http://mall.example.cn/goods.php?id=31"),
        ("opencart", "product", "https://oc.example.com/index.php?route=product/product&product_id=1003"),
        ("oscar", "product", "https://os.example.com/catalogue/ai-tool_12/"),
    ],
)
def test_a_saved_page_of_a_product_is_known_by_its_marks(name: str, case: str, url: str) -> None:
    (page,) = (HERE / "fixtures" / name / case).glob("response.*")
    owners = [
        other
        for other in ("woocommerce", "shopify", "ecshop", "opencart", "oscar")
        if SPIDERS[other].owns(HtmlResponse(url, body=page.read_bytes()))
    ]
    assert owners == [name]
    assert not SPIDERS[name].owns(HtmlResponse(url, body=b"<html><body>gone</body></html>"))
