"""From a schema.org node (or Open Graph alone) to a listing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin

from crawler.families.addresses import MOST_ADDRESSES, clean_url, host_of, package_in, path_of, samples_in
from crawler.families.moments import moment
from crawler.families.page_text import masked, plain
from crawler.families.schema_nodes import OFFERED, Node, types_of
from index.model import Listing

NO_NUMBER = re.compile(r"(?:n/?a|null|none|nil|undefined|default|sku|test|0+|-+|\.+|#+)?", re.IGNORECASE)
"""What shops write where an article has no number."""
MOST_PARTS = 200


def listing_of(
    node: Node,
    page_url: str,
    *,
    marketplace: Callable[[str], str],
    canonical: str | None = None,
    lang: str | None = None,
) -> Listing | None:
    """The listing that `node` describes on the page at `page_url`; None without a name.

    The native id is the shop's own number for the article where it gives one, else path and query of its clean address.
    """
    title = first(node, "name", "headline", "alternateName")
    url = address_of(node, page_url, canonical)
    if not title or url is None:
        return None
    kind = next(OFFERED[name] for name in types_of(node) if name in OFFERED)
    offers = list(offers_of(node))
    description = first(node, "description", "articleBody", "text")
    names, reviews = reviews_of(node)
    if description == title and reviews:  # some boards repeat the title there, and have the post among the comments
        description, *reviews = reviews
    images = tuple(dict.fromkeys(addresses(node.get("image"), page_url)))
    downloads = [*addresses(node.get("downloadUrl"), page_url), *addresses(node.get("installUrl"), page_url)]
    return Listing(
        marketplace=marketplace(url),
        native_id=number_of(node) or path_of(url),
        url=url,
        title=title,
        source_kind=kind,
        description=description,
        seller=seller_of(node, offers),
        price=price_of(offers),
        package_name=package_in(url) if kind == "app_store" else None,
        version=first(node, "softwareVersion") or None,
        lang=first(node, "inLanguage") or lang or None,
        options=tuple(dict.fromkeys(options_of(node, offers, title)))[:MOST_PARTS],
        reviews=tuple(text for review in reviews if (text := masked(review, names)))[:MOST_PARTS],
        notes=first(node, "releaseNotes"),
        image_urls=images,
        icon_url=next(iter(images), None) if kind == "app_store" else None,
        download_urls=samples_in(description, [(address, "") for address in downloads], page_url),
        published_at=moment(first(node, "datePublished", "dateCreated", "releaseDate")),
        counters=dict(counters_of(node)),
    )


def graph_listing(graph: dict[str, str], page_url: str, *, marketplace: Callable[[str], str]) -> Listing | None:
    """The listing of a page that only says in Open Graph that it is a product."""
    if graph.get("og:type", "").lower() not in {"product", "og:product", "product.item"} or "og:title" not in graph:
        return None
    node = {
        "@type": "Product",
        "name": graph["og:title"],
        "url": graph.get("og:url"),
        "description": graph.get("og:description"),
        "image": graph.get("og:image"),
        "productID": graph.get("product:retailer_item_id"),
        "offers": {
            "price": graph.get("product:price:amount") or graph.get("og:price:amount"),
            "priceCurrency": graph.get("product:price:currency") or graph.get("og:price:currency"),
            "seller": graph.get("og:site_name"),
        },
    }
    return listing_of(node, page_url, marketplace=marketplace)


def first(node: Any, *names: str) -> str:
    """The first of the properties that holds text; of a thing its name; of a list its first text."""
    for name in names:
        for value in listed(node.get(name)):
            if isinstance(value, dict):
                value = value.get("name") or value.get("@value")  # noqa: PLW2901 - the thing's own text
            if text := plain(value):
                return text
    return ""


def listed(value: Any) -> list[Any]:
    """`value` as a list of bounded length; nothing is an empty list."""
    return value[:MOST_PARTS] if isinstance(value, list) else [] if value is None else [value]


def addresses(value: Any, base: str) -> Iterator[str]:
    """Addresses in a property: written out, or in things with `url` or `contentUrl`."""
    for part in listed(value)[:MOST_ADDRESSES]:
        written = part.get("contentUrl") or part.get("url") if isinstance(part, dict) else part
        if isinstance(written, str) and written.strip() and clean_url(written, base):
            yield urljoin(base, written.strip())


def address_of(node: Node, page_url: str, canonical: str | None) -> str | None:
    """The clean address of what the node describes: the page's canonical one, else the node's own, on the same host."""
    said = [canonical, *listed(node.get("url"))]
    near = (clean_url(unescape(url), page_url) for url in said if isinstance(url, str) and url.strip())
    return next((url for url in near if url and host_of(url) == host_of(page_url)), clean_url(page_url))


def number_of(node: Node) -> str | None:
    """'sku:...', from productID or sku; None where a shop gives none or a filler."""
    for name in ("productID", "sku"):
        number = first(node, name).partition("sku:")
        text = (number[2] or number[0]).strip()
        if not NO_NUMBER.fullmatch(text):
            return f"sku:{text}"
    return None


def offers_of(node: Node) -> Iterator[Node]:
    """All offers, those inside an AggregateOffer or of variants as well."""
    for offer in listed(node.get("offers")):
        if isinstance(offer, dict):
            yield offer
            yield from (inner for inner in listed(offer.get("offers")) if isinstance(inner, dict))
    for variant in listed(node.get("hasVariant")):
        if isinstance(variant, dict):
            yield from (offer for offer in listed(variant.get("offers")) if isinstance(offer, dict))


def price_of(offers: Iterable[Node]) -> str | None:
    """Amount and currency as the page gives them: '299.00 CNY', '5.29 - 9.56 GBP'; None without a price."""
    for offer in offers:
        inner = next((part for part in listed(offer.get("priceSpecification")) if isinstance(part, dict)), {})
        low, high = first(offer, "lowPrice"), first(offer, "highPrice")
        span = f"{low} - {high}" if low and high and low != high else low or high
        if amount := span or first(offer, "price") or first(inner, "price"):
            return f"{amount} {first(offer, 'priceCurrency') or first(inner, 'priceCurrency')}".strip()
    return None


def seller_of(node: Node, offers: Iterable[Node]) -> str | None:
    """Who offers it: the offer's seller, else author or publisher; of a product never its brand."""
    sellers = (first(offer, "seller", "offeredBy") for offer in offers)
    return next((name for name in sellers if name), None) or first(node, "author", "publisher", "creator") or None


def options_of(node: Node, offers: Iterable[Node], title: str) -> Iterator[str]:
    """Names of variants that can be chosen."""
    for thing in [*offers, *(part for part in listed(node.get("hasVariant")) if isinstance(part, dict))]:
        if (name := first(thing, "name")) and name != title:
            yield name


def reviews_of(node: Node) -> tuple[set[str], list[str]]:
    """Names of the reviewers, to be masked, and what was written."""
    names, texts = set(), []
    for review in [*listed(node.get("review")), *listed(node.get("reviews")), *listed(node.get("comment"))]:
        if isinstance(review, dict):
            names.add(first(review, "author", "creator"))
            parts = (first(review, "name", "headline"), first(review, "reviewBody", "description", "text"))
            texts.append("\n".join(dict.fromkeys(part for part in parts if part)))
    return names, texts


def counters_of(node: Node) -> Iterator[tuple[str, float]]:
    """Rating and how often it was given."""
    rating = next((part for part in listed(node.get("aggregateRating")) if isinstance(part, dict)), {})
    for name, properties in (("rating", ("ratingValue",)), ("ratings", ("ratingCount", "reviewCount"))):
        try:
            number = float(first(rating, *properties).replace(",", ""))
        except ValueError:
            continue
        if math.isfinite(number):
            yield name, number
