"""From a product of WooCommerce (of its interface, or of its page) to a listing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from scrapy.http import HtmlResponse

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import samples_in
from crawler.families.json_page import at, minor_units, number, said, things
from crawler.families.page_text import links_of, masked, text_of
from crawler.families.wordpress_entry import pictures, said_html
from crawler.families.wordpress_site import folder_of, near, numbered, root_of
from index.model import Listing

POST = re.compile(r"\bpostid-(\d+)\b")
MOST_PARTS = 100


def product_listing(
    product: Any, base: str, marketplace: Callable[[str], str], reviews: Iterable[str] = ()
) -> Listing | Problem:
    """The listing of a product as the interface gave it at `base`; a Problem where it has neither number nor name."""
    if isinstance(product, Problem):
        return product
    native_id, title = numbered(at(product, "id"), product, base), " ".join(said(product, "name").split())
    if native_id is None or not title:
        return Problem(part="page", kind="malformed_entry", detail=f"{base}: {str(product)[:200]}")
    url = near(said(product, "permalink"), base) or near(f"{root_of(base)}/?p={product['id']}", base) or base
    html = [said_html(product, "short_description"), said_html(product, "description")]
    chosen, shown = _attributes(product)
    names = [said(part, "name") for kind in ("categories", "tags") for part in things(product, kind)]
    short, full = (text_of(part) for part in html)
    texts = ["" if short in full else short, full, *shown, ", ".join(dict.fromkeys(names))]
    text = "\n".join(part for part in texts if part)
    images = [said(image, "src") for image in things(product, "images")]
    bought = [(said(product, "add_to_cart", "url"), "")]  # of products that are sold elsewhere, the address
    return Listing(
        marketplace=marketplace(url),
        native_id=native_id,
        url=url,
        title=title,
        source_kind="shop",
        description=text,
        price=price_of(at(product, "prices")),
        options=tuple(dict.fromkeys(chosen))[:MOST_PARTS],
        reviews=tuple(reviews),
        image_urls=pictures("".join(html), url, images),
        download_urls=samples_in(text, [link for part in html for link in links_of(part)] + bought, url),
        counters=dict(_counters(product)),
    )


def _attributes(product: Any) -> tuple[list[str], list[str]]:
    """Those among which a buyer chooses ('颜色: 红'), and those that are only shown."""
    chosen: list[str] = []
    shown: list[str] = []
    for attribute in things(product, "attributes"):
        name, terms = said(attribute, "name"), [said(term, "name") for term in things(attribute, "terms")]
        if at(attribute, "has_variations") is True:
            chosen += [f"{name}: {term}" for term in terms if term]
        elif any(terms):
            shown.append(f"{name}: {', '.join(filter(None, terms))}")
    return chosen, shown


def price_of(prices: Any) -> str | None:
    """Amount and currency, '121.00 CNY', or '5.00 - 9.00 CNY'; None where the shop gives none."""
    digits = int(number(prices, "currency_minor_unit") or 0)
    span = [minor_units(at(prices, "price_range", name), digits) for name in ("min_amount", "max_amount")]
    single = minor_units(at(prices, "price"), digits)
    amount = f"{span[0]} - {span[1]}" if span[0] and span[1] and span[0] != span[1] else single or span[0]
    return f"{amount} {said(prices, 'currency_code')}".strip() if amount else None


def _counters(product: Any) -> Iterator[tuple[str, float]]:
    if count := number(product, "review_count"):
        yield "rating", number(product, "average_rating") or 0.0
        yield "ratings", count


def with_page(listing: Listing, page: HtmlResponse) -> Listing:
    """What a product's page says in schema.org terms, under the number of the product, with all that stands beside."""
    post = POST.search(page.css("body.single-product::attr(class)").get(""))
    if post is None:
        return listing
    interface = page.css("link[rel='https://api.w.org/']::attr(href)").get("")
    folder = folder_of(near(interface, page.url) or page.urljoin("/"))
    blocks = page.css("#reviews li.review, #reviews li.comment")[:MOST_PARTS]
    names = [text_of(block.css(".woocommerce-review__author").get()) for block in blocks]
    reviews = [text_of(block.css(".description").get()) for block in blocks]
    texts = [listing.description, *(text_of(part) for part in page.css("#tab-description").getall())]
    options = [
        f"{text_of(row.css('label').get())}: {text}"
        for row in page.css("form.variations_form .variations tr")[:MOST_PARTS]
        for option in row.css("option[value]:not([value=''])")[:MOST_PARTS]
        if (text := text_of(option.get()))
    ]
    return replace(
        listing,
        native_id=f"{folder}/{post[1]}" if folder else post[1],
        description="\n".join(dict.fromkeys(text for text in texts if text)),
        reviews=tuple(masked(text, names) for text in reviews if text) or listing.reviews,
        options=tuple(options) or listing.options,
        download_urls=samples_in("\n".join(texts), links_of(page.css("#tab-description").get()), page.url),
    )
