"""From a product of Shopify (of the shop's list, or of its page) to a listing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, urljoin

from scrapy.http import HtmlResponse

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import MOST_ADDRESSES, clean_url, samples_in
from crawler.families.json_page import at, said, things
from crawler.families.moments import moment
from crawler.families.page_text import links_of, plain, text_of
from index.model import Listing

ONLY_VARIANT = "Default Title"
"""Name of the variant of a product that has none."""
META = re.compile(r'\bmeta\s*=\s*(?=\{"product":)')
"""What Shopify itself writes into each page of a product."""
MOST_TAGS = 50


def product_listing(
    product: Any, base: str, marketplace: Callable[[str], str], shop: dict[str, str]
) -> Listing | Problem:
    """The listing of a product in the list at `base`; a Problem where it lacks number, handle or title.

    `shop`: what the shop says about itself: name, currency, description.
    """
    number, handle, title = (" ".join(said(product, name).split()) for name in ("id", "handle", "title"))
    url = clean_url(f"/products/{quote(handle)}", base)
    if not number.isdigit() or not handle or "/" in handle or not title or url is None:
        return Problem(part="page", kind="malformed_entry", detail=f"{base}: {str(product)[:200]}")
    html = at(product, "body_html")
    html = html if isinstance(html, str) else ""
    tags = at(product, "tags")
    named = [plain(tag) for tag in tags[:MOST_TAGS]] if isinstance(tags, list) else [plain(tags)]
    words = [said(product, "vendor"), said(product, "product_type"), *named]
    text = "\n".join(part for part in (plain(html), ", ".join(dict.fromkeys(filter(None, words)))) if part)
    variants = list(things(product, "variants"))
    options = [name for variant in variants if (name := said(variant, "title")) and name != ONLY_VARIANT]
    sources = [said(image, "src") for image in things(product, "images")]
    absolute = (source for source in sources if source.startswith(("http://", "https://", "//")))
    images = [urljoin(base, source) for source in absolute if clean_url(source, base)]
    return Listing(
        marketplace=marketplace(url),
        native_id=number,
        url=url,
        title=title,
        source_kind="shop",
        description=text,
        seller=shop.get("name") or None,
        bio=shop.get("description", ""),
        price=span_of([said(variant, "price") for variant in variants], shop.get("currency", "")),
        options=tuple(dict.fromkeys(options)),
        image_urls=tuple(images[:MOST_ADDRESSES]),
        # Some shops put markup into the markup: the links are in the text then.
        download_urls=samples_in(text, links_of(html) + links_of(text_of(html)), url),
        published_at=moment(said(product, "published_at")),
    )


def span_of(prices: list[str], currency: str) -> str | None:
    """Least and highest of the amounts, as written, with the currency where it is known; None without any."""
    amounts = {}
    for price in prices:
        try:
            value = Decimal(price)
        except InvalidOperation:
            continue
        if value.is_finite():
            amounts[value] = price
    if not amounts:
        return None
    low, high = amounts[min(amounts)], amounts[max(amounts)]
    return f"{low if low == high else f'{low} - {high}'} {currency}".strip()


def with_page(listing: Listing, page: HtmlResponse) -> Listing:
    """What a product's page says in schema.org terms, under the number of the product, with its variants."""
    if (begin := META.search(page.text)) is None:
        return listing
    try:
        meta, _ = json.JSONDecoder().raw_decode(page.text, begin.end())
    except (ValueError, RecursionError):
        return listing
    number = said(meta, "product", "id")
    options = [name for variant in things(meta, "product", "variants") if (name := said(variant, "public_title"))]
    return replace(listing, native_id=number, options=tuple(dict.fromkeys(options))) if number.isdigit() else listing
