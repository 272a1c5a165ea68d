"""The pages of the practice market, in markup of our own with the traps of real ones."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from demo.forum import forum
from demo.page import MEDIA, Page, document
from demo.planted import content


def pages(base: str) -> dict[str, Page]:
    """Path (with query) -> page, for a market at `base`."""
    made: dict[str, Page] = {"/": document(_front(base))}
    for part in (_shop(base), forum(f"{base}/forum/"), _channel(base)):
        made |= part
    return made


def _front(base: str) -> str:
    places = ("fdroid/repo/entry.json", "shop/sitemap.xml", "forum/", "channel/")
    return "<h1>练习市场</h1>" + "".join(f'<p><a href="{base}/{place}">{place}</a></p>' for place in places)


def _shop(base: str) -> dict[str, Page]:
    rows = content("shop")
    urls = "".join(f"<url><loc>{base}/shop/item/{row['id']}.html</loc></url>" for row in rows)
    sitemap = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    made: dict[str, Page] = {"/shop/sitemap.xml": ("application/xml", sitemap.encode())}
    for row in rows:
        made[f"/shop/item/{row['id']}.html"] = _product(row, base)
    return made


def _product(row: dict[str, Any], base: str) -> Page:
    url = f"{base}/shop/item/{row['id']}.html"
    offer = {"@type": "Offer", "price": row["price"], "priceCurrency": "CNY", "url": url,
             "seller": {"@type": "Organization", "name": row["seller"]}}  # fmt: skip
    if row.get("microdata"):
        body = (
            '<div itemscope itemtype="https://schema.org/Product">'
            f'<h1 itemprop="name">{escape(row["title"])}</h1><meta itemprop="sku" content="{row["id"]}">'
            f'<p itemprop="description">{escape(row["description"])}</p>'
            '<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
            f'<span itemprop="price">{row["price"]}</span><meta itemprop="priceCurrency" content="CNY">'
            '<div itemprop="seller" itemscope itemtype="https://schema.org/Organization">'
            f'<span itemprop="name">{escape(row["seller"])}</span></div></div></div>'
        )
        return document(body, title=row["title"])
    product = {"@context": "https://schema.org", "@type": "Product", "name": row["title"], "sku": row["id"],
               "description": row["description"], "offers": offer}  # fmt: skip
    script = json.dumps(product, ensure_ascii=False)
    if row.get("broken"):  # an unclosed element before the data, and a comma too many in them
        script = script[:-1] + ",}"
    broken = "<div><p><b>" if row.get("broken") else ""
    media = MEDIA.format(base=base, id=row["id"]) if row.get("media") else ""
    return document(
        f'{broken}<h1>{escape(row["title"])}</h1>{media}<script type="application/ld+json">{script}</script>',
        title=row["title"],
    )


def _channel(base: str) -> dict[str, Page]:
    rows = content("channel")
    shown = [{"id": row["id"], "title": row["title"], "text": row["text"], "media": "media" in row} for row in rows]
    script = (
        f"fetch('{base}/channel/posts.json').then(r => r.json()).then(d => {{ for (const p of d.posts) {{"
        "const e = document.createElement('article');"
        "e.dataset.listing = JSON.stringify({id: p.id, title: p.title, text: p.text, author: '练习频道'});"
        "e.textContent = p.title + ' ' + p.text;"
        f"if (p.media) {{ const i = new Image(); i.src = '{base}/media/' + p.id + '.png'; e.append(i); }}"
        "document.body.append(e); } document.body.dataset.ready = '1'; });"
    )
    feed = (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">'
        f"<title>练习频道</title><id>{base}/channel/</id><updated>2026-11-20T08:00:00Z</updated>"
        f"{''.join(_entry(row, base) for row in rows)}</feed>"
    )
    return {
        "/channel/": document(f"<h1>练习频道</h1><script>{script}</script>", title="练习频道"),
        "/channel/posts.json": ("application/json", json.dumps({"posts": shown}, ensure_ascii=False).encode()),
        "/channel/feed.xml": ("application/atom+xml", feed.encode()),
    }


def _entry(row: dict[str, Any], base: str) -> str:
    media = MEDIA.format(base=base, id=row["id"]) if row.get("media") else ""
    return (
        f"<entry><id>{base}/channel/{row['id']}</id><title>{escape(row['title'])}</title>"
        f'<link href="{base}/channel/{row["id"]}"/><author><name>练习频道</name></author>'
        "<updated>2026-11-20T08:00:00Z</updated>"
        f'<content type="html">{escape("<p>" + escape(row["text"]) + "</p>" + media)}</content></entry>'
    )
