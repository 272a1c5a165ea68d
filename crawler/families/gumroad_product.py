"""From a product of Gumroad, as a card among results or its own page describes it, to a listing."""

from __future__ import annotations

from typing import Any

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import clean_url, samples_in
from crawler.families.json_page import at, minor_units, number, said, things
from crawler.families.page_text import links_of, text_of
from index.model import Listing

WHOLE_UNITS = {"JPY", "KRW"}
"""Currencies without hundredths."""
COUNTS = {"rating": ("ratings", "average"), "ratings": ("ratings", "count"), "sales": ("sales_count",)}


def product_listing(product: Any, url: str) -> Listing | Problem:
    """One product, as its card or its page describes it."""
    if not said(product, "id") or not said(product, "name"):
        return Problem(part="page", kind="malformed_entry", detail=f"{url}: {str(product)[:200]}")
    html = at(product, "description_html")
    html = html if isinstance(html, str) else ""
    shown = [f"{said(a, 'name')}: {said(a, 'value')}" for a in things(product, "attributes") if said(a, "value")]
    texts = [text_of(html) or said(product, "description"), said(product, "summary"), *shown]
    pictures = [said(product, "thumbnail_url"), *(said(cover, "url") for cover in things(product, "covers"))]
    return Listing(
        marketplace="gumroad",
        native_id=said(product, "id"),
        url=clean_url(url.partition("?")[0]) or url,
        title=" ".join(said(product, "name").split()),
        source_kind="shop",
        description="\n".join(filter(None, texts)),
        seller=said(product, "seller", "name") or None,
        price=price_of(product),
        options=tuple(dict.fromkeys(name for one in things(product, "options") if (name := said(one, "name")))),
        image_urls=tuple(dict.fromkeys(filter(clean_url, pictures))),
        download_urls=samples_in("\n".join(texts), links_of(html), url),
        counters={name: count for name, path in COUNTS.items() if (count := number(product, *path)) is not None},
    )


def price_of(product: Any) -> str | None:
    """'52.00 USD'; with '+' where more may be paid, and how often where it is due again."""
    currency = said(product, "currency_code").upper()
    amount = minor_units(at(product, "price_cents"), 0 if currency in WHOLE_UNITS else 2)
    more = "+" if at(product, "is_pay_what_you_want") is True or at(product, "pwyw") else ""
    return " ".join(filter(None, (f"{amount}{more}", currency, said(product, "recurrence")))) if amount else None
